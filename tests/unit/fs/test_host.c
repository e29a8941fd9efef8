/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/host.h"

#include "common/error.h"
#include "tests/unit/cmocka.h"

#include <string.h>

#define KIB UINT64_C(1024)

static HostText
text_of(const char *text)
{
    return (HostText){(char *)text, strlen(text)}; /* the parsers take it as const */
}

static void
memory_is_told_in_bytes(void **state)
{
    HostText text = text_of("MemTotal:       24684084 kB\nMemFree:        15817580 kB\n"
                            "MemAvailable:   23996012 kB\nSwapTotal:      100 kB\n");
    HostMemory memory;

    (void)state;
    assert_true(host_memory_parse(&text, &memory, NULL));
    assert_true(memory.total == 24684084 * KIB);
    assert_true(memory.available == 23996012 * KIB);
    assert_true(memory.swap_total == 100 * KIB);
    assert_true(memory.swap_free == 0);
}

static void
keys_are_exact(void **state)
{
    HostText text = text_of("MemTotal: 8 kB\nMemFree: 4 kB\nSwapCached: 3 kB\nCached: 1 kB\n"
                            "AnonPages: 1 kB\nAnonPagesOther: 9 kB\n");
    HostMemory memory;

    (void)state;
    assert_true(host_memory_parse(&text, &memory, NULL));
    assert_true(memory.cached == KIB);
    assert_true(memory.anon == KIB);
}

static void
before_MemAvailable_what_is_free_is_available(void **state)
{
    HostText text = text_of("MemTotal: 8 kB\nMemFree: 4 kB\n");
    HostMemory memory;

    (void)state;
    assert_true(host_memory_parse(&text, &memory, NULL));
    assert_true(memory.available == 4 * KIB);
}

static void
refuses_memory(const char *meminfo)
{
    g_autoptr(GError) error = NULL;
    HostText text = text_of(meminfo);
    HostMemory memory;

    assert_false(host_memory_parse(&text, &memory, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
}

static void
a_meminfo_without_the_total_is_refused(void **state)
{
    (void)state;
    refuses_memory("");
    refuses_memory("MemTotal: 8 kB\n");
    refuses_memory("MemTotal: much kB\nMemFree: 4 kB\n");
}

static void
cpus_are_told_in_microseconds_by_their_number(void **state)
{
    HostText text = text_of("cpu  9 9 9 9 9 9 9 9 9 9\ncpu0 1 2 3 4 5 6 7 8 9 10\n"
                            "cpu2 11 0 0 0 0 0 0 0 0 0\nintr 5\nbtime 1700000000\n");
    HostCpu cpu;

    (void)state;
    assert_true(host_cpu_parse(&text, &cpu, NULL));
    assert_int_equal(cpu.n, 3);
    assert_int_equal(cpuset_count(&cpu.online), 2);
    assert_false(cpuset_has(&cpu.online, 1));
    assert_true(cpu.cpus[0].user == 10000 && cpu.cpus[0].guest_nice == 100000);
    assert_true(cpu.cpus[1].user == 0);
    assert_true(cpu.cpus[2].user == 110000);
    assert_true(cpu.btime == 1700000000);
    host_cpu_clear(&cpu);
}

static void
columns_an_older_kernel_lacks_are_zero(void **state)
{
    HostText text = text_of("cpu0 1 2 3 4\n");
    HostCpu cpu;

    (void)state;
    assert_true(host_cpu_parse(&text, &cpu, NULL));
    assert_true(cpu.cpus[0].idle == 40000 && cpu.cpus[0].steal == 0);
    host_cpu_clear(&cpu);
}

static void
columns_of_a_newer_kernel_are_passed_over(void **state)
{
    HostText text = text_of("cpu0 1 2 3 4 5 6 7 8 9 10 new\n");
    HostCpu cpu;

    (void)state;
    assert_true(host_cpu_parse(&text, &cpu, NULL));
    host_cpu_clear(&cpu);
}

static void
refuses_cpu(const char *stat)
{
    g_autoptr(GError) error = NULL;
    HostText text = text_of(stat);
    HostCpu cpu;

    assert_false(host_cpu_parse(&text, &cpu, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
}

static void
a_stat_that_is_not_the_kernels_is_refused(void **state)
{
    (void)state;
    refuses_cpu("");
    refuses_cpu("cpu  1 2 3 4\n");
    refuses_cpu("cpu0 1 2 3\n");
    refuses_cpu("cpu0 1 2 -3 4\n");
    refuses_cpu("cpu0x 1 2 3 4\n");
    refuses_cpu("cpu8192 1 2 3 4\n");
    refuses_cpu("cpu18446744073709551615 1 2 3 4\n");
    refuses_cpu("cpu0 1 2 3 4\nbtime yesterday\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_told_in_bytes),
        cmocka_unit_test(keys_are_exact),
        cmocka_unit_test(before_MemAvailable_what_is_free_is_available),
        cmocka_unit_test(a_meminfo_without_the_total_is_refused),
        cmocka_unit_test(cpus_are_told_in_microseconds_by_their_number),
        cmocka_unit_test(columns_an_older_kernel_lacks_are_zero),
        cmocka_unit_test(columns_of_a_newer_kernel_are_passed_over),
        cmocka_unit_test(a_stat_that_is_not_the_kernels_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
