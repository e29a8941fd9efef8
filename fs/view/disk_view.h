/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The disks a container is shown: those its cgroup has used, under the host's names, in the host's
 * order.  [pure] */

#pragma once

#include "common/lines.h"
#include "fs/source/cgroup_io.h"
#include "fs/source/host.h"

typedef struct {
    Span name; /* the host's; may hold any byte but a newline */
    const CgroupDisk *disk;
} DiskLine;

/* What is left to show; disk_view_next() moves it forward. */
typedef struct {
    LineIter lines;
    const CgroupIo *io;
    unsigned n_seen; /* where in @io the search for the next device begins */
    unsigned fields; /* numbers behind the name in the host's lines: 11, 15 or 17 */
} DiskView;

/* @diskstats is the host's.  Both are borrowed. */
DiskView disk_view(const HostText *diskstats, const CgroupIo *io);
bool disk_view_next(DiskView *view, DiskLine *ret);

/* Bytes read and written in all.  What a stacked device (LVM, encryption, RAID, loop) does is
 * counted for the disks below it, too, where the kernel knows for whom: the greater of both sums is
 * taken. */
typedef struct {
    uint64_t read, written;
} DiskTotal;

#define DISK_TOTAL_COUNTERS 2u

DiskTotal disk_view_total(const HostText *diskstats, const CgroupIo *io);
