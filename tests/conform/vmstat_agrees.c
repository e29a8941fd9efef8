/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vmstat: the kernel's keys in its order, and gauges that are meminfo's.  Memory changes between
 * the two looks, and the kernel sums its counters by different rules: they agree within a
 * percentage. */

#include "tests/conform/proc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLACK_KIB 8192
#define SLACK_PERCENT 5
#define TRIES 100

static uint64_t
vmstat_get(const char *text, const char *key)
{
    uint64_t value;

    expect(stat_get(text, key, &value, 1) == 1, "vmstat has no %s", key);
    return value;
}

static bool
are_near(uint64_t a, uint64_t b)
{
    uint64_t larger = a > b ? a : b, smaller = a > b ? b : a;

    return larger - smaller <= SLACK_KIB + larger * SLACK_PERCENT / 100;
}

static bool
agree(const char *directory)
{
    static const struct {
        const char *vmstat, *meminfo;
    } pairs[] = {{"nr_anon_pages", "AnonPages"},
                 {"nr_mapped", "Mapped"},
                 {"nr_shmem", "Shmem"},
                 {"nr_active_file", "Active(file)"},
                 {"nr_inactive_anon", "Inactive(anon)"}};
    uint64_t page_kib = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
    ProcText meminfo = proc_read(directory, "meminfo"), vmstat = proc_read(directory, "vmstat");
    bool all = true;

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        all = all && are_near(vmstat_get(vmstat.text, pairs[i].vmstat) * page_kib,
                              meminfo_get(meminfo.text, pairs[i].meminfo));
    free(meminfo.text);
    free(vmstat.text);
    return all;
}

/* "key number", each key as the kernel has it. */
static void
check_lines(const char *directory)
{
    ProcText ours = proc_read(directory, "vmstat"), kernels = proc_read("/proc", "vmstat");
    const char *a = ours.text, *b = kernels.text;

    while (*b != '\0') {
        size_t key = strcspn(b, " ") + 1, digits = strspn(a + (*a == '\0' ? 0 : key), "0123456789");

        expect(strncmp(a, b, key) == 0, "vmstat: '%.40s' where the kernel has '%.40s'", a, b);
        digits += digits > 0 ? strspn(a + key + digits, " ") : 0; /* a node's text may be padded */
        expect(digits > 0 && a[key + digits] == '\n', "vmstat: '%.40s' is no number", a);
        a = strchr(a, '\n') + 1;
        b = strchr(b, '\n') + 1;
    }
    expect(*a == '\0', "vmstat has more than the kernel's: %.40s", a);
    free(ours.text);
    free(kernels.text);
}

int
main(int argc, char **argv)
{
    const char *directory = directory_argument(argc, argv);
    int tries = 0;

    check_lines(directory);
    while (!agree(directory))
        expect(++tries < TRIES, "vmstat never agreed with meminfo");
    return 0;
}
