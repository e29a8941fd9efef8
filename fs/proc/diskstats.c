/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc/diskstats: a line for each disk the container has used, with as many numbers as the host's
 * lines have (linux:Documentation/admin-guide/iostats.rst, block/genhd.c). */

#include "fs/proc/files.h"

#include "fs/view/disk_view.h"

#include <inttypes.h>

#define SECTOR 512u

static void
append_numbers(GString *out, const CgroupDisk *disk, unsigned fields)
{
    /* Merges, times, what is in flight and flushes are not counted for cgroups. */
    const uint64_t numbers[] = {
        disk->reads,
        0,
        disk->read_bytes / SECTOR,
        0, /* reads, merged, sectors, ms */
        disk->writes,
        0,
        disk->write_bytes / SECTOR,
        0, /* the same of writes */
        0,
        0,
        0, /* in flight, ms busy, ms waited */
        disk->discards,
        0,
        disk->discard_bytes / SECTOR,
        0, /* since Linux 4.18 */
    };

    for (unsigned i = 0; i < fields; i++)
        g_string_append_printf(out, " %" PRIu64, i < G_N_ELEMENTS(numbers) ? numbers[i] : 0);
}

void
diskstats_render(const View *view, GString *out)
{
    DiskView disks = disk_view(&view->snapshot->diskstats, &view->snapshot->io);
    DiskLine line;

    while (disk_view_next(&disks, &line)) {
        g_string_append_printf(out, "%4u %7u ", line.disk->major, line.disk->minor);
        g_string_append_len(out, line.name.text, (gssize)line.name.len);
        append_numbers(out, line.disk, disks.fields);
        g_string_append_c(out, '\n');
    }
}
