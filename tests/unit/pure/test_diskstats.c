/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/pure/rendering.h"

/* Linux 6.18 */
static const char host[] = "   7       0 loop0 9 0 9 9 0 0 0 0 0 9 9 0 0 0 0 0 0\n"
                           " 254       0 vda 219725 39499 11976434 153979 339253 60706 10456120 "
                           "48128 0 53168 218447 228984"
                           " 50 3888056 14739 29091 1599\n"
                           " 254       1 vda1 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9\n"
                           " 253       0 dm-0 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9\n";

static CgroupDisk disks[] = {
    {253, 0, .read_bytes = 1024, .reads = 1},
    {254, 0, 4096 * 3, 512 * 7, 3, 2, 2048, 1},
};

static void
shows(const char *diskstats, const CgroupIo *io, const char *expected)
{
    Snapshot snapshot = {.diskstats = host_text(diskstats), .io = *io};

    renders(diskstats_render, &(View){.snapshot = &snapshot}, expected);
}

static void
disks_the_container_used_are_shown_in_the_hosts_order(void **state)
{
    (void)state;
    shows(host, &(CgroupIo){.disks = disks, .n = 2},
          " 254       0 vda 3 0 24 0 2 0 7 0 0 0 0 1 0 4 0 0 0\n"
          " 253       0 dm-0 1 0 2 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
}

static void
a_container_without_accounting_has_no_disks(void **state)
{
    (void)state;
    shows(host, &(CgroupIo){0}, "");
}

static void
a_disk_the_host_does_not_list_is_not_shown(void **state)
{
    CgroupDisk hidden = {.major = 259, .minor = 7, .reads = 5};

    (void)state;
    shows(host, &(CgroupIo){.disks = &hidden, .n = 1}, "");
}

static void
there_are_as_many_numbers_as_the_kernel_writes(void **state)
{
    (void)state;
    shows(" 254       0 vda 9 9 9 9 9 9 9 9 9 9 9\n", &(CgroupIo){.disks = disks, .n = 2},
          " 254       0 vda 3 0 24 0 2 0 7 0 0 0 0\n");
    shows(" 254       0 vda 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9\n", &(CgroupIo){.disks = disks, .n = 2},
          " 254       0 vda 3 0 24 0 2 0 7 0 0 0 0 1 0 4 0\n");
    shows(" 254       0 vda 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9\n",
          &(CgroupIo){.disks = disks, .n = 2},
          " 254       0 vda 3 0 24 0 2 0 7 0 0 0 0 1 0 4 0 0 0 0 0\n");
}

static void
a_name_may_hold_anything(void **state)
{
    (void)state;
    shows("   8       0 sda 9 9 9 9 9 9 9 9 9 9 9\n"
          " 254       0 a b  \xc3\xa9/!7 9 9 9 9 9 9 9 9 9 9 9\n",
          &(CgroupIo){.disks = disks, .n = 2},
          " 254       0 a b  \xc3\xa9/!7 3 0 24 0 2 0 7 0 0 0 0\n");
}

static void
what_is_no_line_of_a_disk_is_passed_over(void **state)
{
    (void)state;
    shows("garbage\n\n254 0 vda\n x y z 9 9\n", &(CgroupIo){.disks = disks, .n = 2}, "");
}

static void
the_total_counts_stacked_disks_once(void **state)
{
    CgroupDisk both[] = {{253, 0, .read_bytes = 10, .write_bytes = 30},
                         {254, 0, .read_bytes = 20, .write_bytes = 5}};
    HostText text = host_text(host);
    DiskTotal total = disk_view_total(&text, &(CgroupIo){.disks = both, .n = 2});

    (void)state;
    assert_int_equal(total.read, 20);
    assert_int_equal(total.written, 30);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disks_the_container_used_are_shown_in_the_hosts_order),
        cmocka_unit_test(a_container_without_accounting_has_no_disks),
        cmocka_unit_test(a_disk_the_host_does_not_list_is_not_shown),
        cmocka_unit_test(there_are_as_many_numbers_as_the_kernel_writes),
        cmocka_unit_test(a_name_may_hold_anything),
        cmocka_unit_test(what_is_no_line_of_a_disk_is_passed_over),
        cmocka_unit_test(the_total_counts_stacked_disks_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
