/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/proc/zero.h"
#include "tests/unit/cmocka.h"

static void
becomes(const char *path, const char *text, const char *wanted)
{
    g_autoptr(GString) out = g_string_new("before 1\n");

    g_string_append(out, text);
    zero_text(path, out, sizeof "before 1\n" - 1);
    assert_true(g_str_has_prefix(out->str, "before 1\n"));
    assert_string_equal(out->str + sizeof "before 1\n" - 1, wanted);
}

static void
meminfo_keeps_its_columns(void **state)
{
    (void)state;
    becomes("proc/meminfo", "MemTotal:         262144 kB\nActive(anon):          7 kB\n",
            "MemTotal:              0 kB\nActive(anon):          0 kB\n");
    becomes("proc/meminfo", "DirectMap4k:      112464 kB\n", "DirectMap4k:           0 kB\n");
}

static void
stat_keeps_its_cpus(void **state)
{
    (void)state;
    becomes("proc/stat", "cpu  10 2 3\ncpu0 10 2 3\nintr 77 0 1\nbtime 1700000000\n",
            "cpu  0 0 0\ncpu0 0 0 0\nintr 0 0 0\nbtime 0\n");
}

static void
fractions_keep_their_digits(void **state)
{
    (void)state;
    becomes("proc/uptime", "350735.47 234388.90\n", "0.00 0.00\n");
    becomes("proc/loadavg", "6.79 5.22 13.21 11/200 16609\n", "0.00 0.00 0.00 0/0 0\n");
    becomes("proc/pressure/cpu", "some avg10=74.62 avg60=5.00 avg300=58.01 total=602063572\n",
            "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
}

static void
names_with_digits_stay(void **state)
{
    (void)state;
    becomes("proc/vmstat", "nr_zone_inactive_2 5\nthp_split_pmd 12\n",
            "nr_zone_inactive_2 0\nthp_split_pmd 0\n");
}

static void
tables_become_their_headers(void **state)
{
    (void)state;
    becomes("proc/swaps", "Filename\t\t\tType\n/dev/sda2 partition\t5\n", "Filename\t\t\tType\n");
    becomes("proc/slabinfo", "slabinfo - version: 2.1\n# name <active_objs>\nbio-312 1 2\n",
            "slabinfo - version: 2.1\n# name <active_objs>\n");
    becomes("proc/diskstats", "   8       0 sda 1 2 3\n", "");
}

static void
a_text_without_a_newline_at_its_end_is_none_less(void **state)
{
    (void)state;
    becomes("proc/stat", "ctxt 5", "ctxt 0");
    becomes("proc/stat", "", "");
    becomes("proc/swaps", "Filename", "Filename");
}

static void
files_that_count_cpus_cannot_be_zero(void **state)
{
    (void)state;
    assert_false(zero_is_possible("proc/cpuinfo"));
    assert_false(zero_is_possible("sys/devices/system/cpu/online"));
    assert_true(zero_is_possible("proc/stat"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meminfo_keeps_its_columns),
        cmocka_unit_test(stat_keeps_its_cpus),
        cmocka_unit_test(fractions_keep_their_digits),
        cmocka_unit_test(names_with_digits_stay),
        cmocka_unit_test(tables_become_their_headers),
        cmocka_unit_test(a_text_without_a_newline_at_its_end_is_none_less),
        cmocka_unit_test(files_that_count_cpus_cannot_be_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
