/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/pure/rendering.h"

/* Linux 6.18 on x86, with every line it can have and no number zero. */
static const char host_meminfo[] = "MemTotal:       24684084 kB\n"
                                   "MemFree:        24116708 kB\n"
                                   "MemAvailable:   24298720 kB\n"
                                   "Buffers:            8244 kB\n"
                                   "Cached:           313960 kB\n"
                                   "SwapCached:          100 kB\n"
                                   "Active:            79552 kB\n"
                                   "Inactive:         242528 kB\n"
                                   "Active(anon):       1544 kB\n"
                                   "Inactive(anon):     7208 kB\n"
                                   "Active(file):      78008 kB\n"
                                   "Inactive(file):   235320 kB\n"
                                   "Unevictable:       16816 kB\n"
                                   "Mlocked:           15980 kB\n"
                                   "SwapTotal:       2097152 kB\n"
                                   "SwapFree:        2097152 kB\n"
                                   "Zswap:                 8 kB\n"
                                   "Zswapped:             16 kB\n"
                                   "Dirty:               196 kB\n"
                                   "Writeback:            24 kB\n"
                                   "AnonPages:         16768 kB\n"
                                   "Mapped:            10892 kB\n"
                                   "Shmem:              8872 kB\n"
                                   "KReclaimable:     148492 kB\n"
                                   "Slab:             174656 kB\n"
                                   "SReclaimable:     148492 kB\n"
                                   "SUnreclaim:        26164 kB\n"
                                   "KernelStack:        1432 kB\n"
                                   "PageTables:         1604 kB\n"
                                   "SecPageTables:       128 kB\n"
                                   "NFS_Unstable:         32 kB\n"
                                   "Bounce:               40 kB\n"
                                   "WritebackTmp:         48 kB\n"
                                   "CommitLimit:    12342040 kB\n"
                                   "Committed_AS:      63168 kB\n"
                                   "VmallocTotal:   34359738367 kB\n"
                                   "VmallocUsed:       14188 kB\n"
                                   "VmallocChunk:         56 kB\n"
                                   "Percpu:              712 kB\n"
                                   "HardwareCorrupted:   500 kB\n"
                                   "AnonHugePages:      2048 kB\n"
                                   "ShmemHugePages:     4096 kB\n"
                                   "ShmemPmdMapped:     6144 kB\n"
                                   "FileHugePages:      8192 kB\n"
                                   "FilePmdMapped:     10240 kB\n"
                                   "CmaTotal:          65536 kB\n"
                                   "CmaFree:           32768 kB\n"
                                   "Unaccepted:           64 kB\n"
                                   "Balloon:              72 kB\n"
                                   "HugePages_Total:       4\n"
                                   "HugePages_Free:        3\n"
                                   "HugePages_Rsvd:        2\n"
                                   "HugePages_Surp:        1\n"
                                   "Hugepagesize:       2048 kB\n"
                                   "Hugetlb:            8192 kB\n"
                                   "DirectMap4k:       28672 kB\n"
                                   "DirectMap2M:     2068480 kB\n"
                                   "DirectMap1G:    25165824 kB\n";

/* A container of 256 MiB that uses 200. */
static const char container_meminfo[] = "MemTotal:         262144 kB\n"
                                        "MemFree:           57344 kB\n"
                                        "MemAvailable:     118784 kB\n"
                                        "Buffers:               0 kB\n"
                                        "Cached:            81920 kB\n"
                                        "SwapCached:         1024 kB\n"
                                        "Active:            30720 kB\n"
                                        "Inactive:          92160 kB\n"
                                        "Active(anon):      10240 kB\n"
                                        "Inactive(anon):    61440 kB\n"
                                        "Active(file):      20480 kB\n"
                                        "Inactive(file):    30720 kB\n"
                                        "Unevictable:        2048 kB\n"
                                        "Mlocked:               0 kB\n"
                                        "SwapTotal:        131072 kB\n"
                                        "SwapFree:          90112 kB\n"
                                        "Zswap:              3072 kB\n"
                                        "Zswapped:           9216 kB\n"
                                        "Dirty:              4096 kB\n"
                                        "Writeback:          5120 kB\n"
                                        "AnonPages:         71680 kB\n"
                                        "Mapped:             6144 kB\n"
                                        "Shmem:              7168 kB\n"
                                        "KReclaimable:      10240 kB\n"
                                        "Slab:              21504 kB\n"
                                        "SReclaimable:      10240 kB\n"
                                        "SUnreclaim:        11264 kB\n"
                                        "KernelStack:        1200 kB\n"
                                        "PageTables:         1300 kB\n"
                                        "SecPageTables:      1400 kB\n"
                                        "NFS_Unstable:          0 kB\n"
                                        "Bounce:                0 kB\n"
                                        "WritebackTmp:          0 kB\n"
                                        "CommitLimit:      393216 kB\n"
                                        "Committed_AS:     119808 kB\n"
                                        "VmallocTotal:   34359738367 kB\n"
                                        "VmallocUsed:           0 kB\n"
                                        "VmallocChunk:          0 kB\n"
                                        "Percpu:             1500 kB\n"
                                        "HardwareCorrupted:     0 kB\n"
                                        "AnonHugePages:      8192 kB\n"
                                        "ShmemHugePages:     2048 kB\n"
                                        "ShmemPmdMapped:        0 kB\n"
                                        "FileHugePages:      4096 kB\n"
                                        "FilePmdMapped:         0 kB\n"
                                        "CmaTotal:              0 kB\n"
                                        "CmaFree:               0 kB\n"
                                        "Unaccepted:            0 kB\n"
                                        "Balloon:               0 kB\n"
                                        "HugePages_Total:       0\n"
                                        "HugePages_Free:        0\n"
                                        "HugePages_Rsvd:        0\n"
                                        "HugePages_Surp:        0\n"
                                        "Hugepagesize:       2048 kB\n"
                                        "Hugetlb:               0 kB\n"
                                        "DirectMap4k:           0 kB\n"
                                        "DirectMap2M:           0 kB\n"
                                        "DirectMap1G:           0 kB\n";

static Snapshot
snapshot_of(const char *meminfo)
{
    return (Snapshot){
        .meminfo = host_text(meminfo),
        .host_memory = {.total = 24684084 * KIB,
                        .free = 24116708 * KIB,
                        .available = 24298720 * KIB,
                        .swap_total = 2 * GIB,
                        .swap_free = 2 * GIB},
        .memory = {.limit = 256 * MIB,
                   .usage = 200 * MIB,
                   .room = 56 * MIB,
                   .swap_known = true,
                   .swap_limit = 128 * MIB,
                   .swap_usage = 40 * MIB,
                   .swap_room = 88 * MIB,
                   .anon = 70 * MIB,
                   .file = 80 * MIB,
                   .shmem = 7 * MIB,
                   .file_mapped = 6 * MIB,
                   .file_dirty = 4 * MIB,
                   .file_writeback = 5 * MIB,
                   .swapcached = 1 * MIB,
                   .anon_thp = 8 * MIB,
                   .file_thp = 4 * MIB,
                   .shmem_thp = 2 * MIB,
                   .inactive_anon = 60 * MIB,
                   .active_anon = 10 * MIB,
                   .inactive_file = 30 * MIB,
                   .active_file = 20 * MIB,
                   .unevictable = 2 * MIB,
                   .slab_reclaimable = 10 * MIB,
                   .slab_unreclaimable = 11 * MIB,
                   .kernel_stack = 1200 * KIB,
                   .pagetables = 1300 * KIB,
                   .sec_pagetables = 1400 * KIB,
                   .percpu = 1500 * KIB,
                   .kernel = 30 * MIB,
                   .zswap = 3 * MIB,
                   .zswapped = 9 * MIB},
    };
}

static void
shows(const char *meminfo, const char *expected)
{
    Snapshot snapshot = snapshot_of(meminfo);
    View view = {.snapshot = &snapshot};

    renders(meminfo_render, &view, expected);
}

static void
every_line_of_the_host_is_there_with_the_containers_number(void **state)
{
    (void)state;
    shows(host_meminfo, container_meminfo);
}

static void
a_line_the_host_does_not_have_is_not_invented(void **state)
{
    (void)state;
    shows("MemFree:               1 kB\nMemTotal:              2 kB\n",
          "MemFree:           57344 kB\nMemTotal:         262144 kB\n");
}

static void
lines_of_a_newer_kernel_are_there_but_zero(void **state)
{
    (void)state;
    shows("MemFuture:        123456 kB\n"
          "FuturePages_Total:     9\n"
          "AVeryLongFutureLineIndeed:  9 kB\n",
          "MemFuture:             0 kB\n"
          "FuturePages_Total:     0\n"
          "AVeryLongFutureLineIndeed: 0 kB\n");
}

static void
a_key_that_begins_like_another_is_not_that_other(void **state)
{
    (void)state;
    shows(
        "MemFreeSoon:         100 kB\nActive(anonymous):   100 kB\nMem:                 100 kB\n",
        "MemFreeSoon:           0 kB\nActive(anonymous):     0 kB\nMem:                   0 kB\n");
}

static void
numbers_too_wide_for_their_column_push_the_unit(void **state)
{
    Snapshot snapshot = snapshot_of("MemTotal:       24684084 kB\n");
    View view = {.snapshot = &snapshot};

    (void)state;
    snapshot.host_memory.total = UINT64_MAX;
    snapshot.memory.limit = CGROUP_NO_LIMIT;
    renders(meminfo_render, &view, "MemTotal:       18014398509481983 kB\n");
}

static void
what_is_not_a_line_of_meminfo_is_left_out(void **state)
{
    (void)state;
    shows("no colon 5 kB\n\nEmpty:\nMemTotal:              2 kB", "MemTotal:         262144 kB\n");
    shows("VmallocTotal:       junk kB\n", "VmallocTotal:          0 kB\n");
    shows("", "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_of_the_host_is_there_with_the_containers_number),
        cmocka_unit_test(a_line_the_host_does_not_have_is_not_invented),
        cmocka_unit_test(lines_of_a_newer_kernel_are_there_but_zero),
        cmocka_unit_test(a_key_that_begins_like_another_is_not_that_other),
        cmocka_unit_test(numbers_too_wide_for_their_column_push_the_unit),
        cmocka_unit_test(what_is_not_a_line_of_meminfo_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
