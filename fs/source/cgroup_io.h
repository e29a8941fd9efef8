/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a container read from and wrote to each disk: io.stat, or blkio.* of v1. */

#pragma once

#include "fs/source/cgroups.h"
#include "fs/source/host.h"

/* Bytes and requests; all begin at the first access.  The six counters stand together. */
typedef struct {
    uint32_t major, minor;
    uint64_t read_bytes, write_bytes, reads, writes;
    uint64_t discard_bytes, discards; /* since Linux 4.20 */
} CgroupDisk;

#define CGROUP_DISK_COUNTERS 6u

typedef struct {
    uint64_t id;       /* of the cgroup (st_ino); 0: the container has none of its own */
    CgroupDisk *disks; /* n of them, each device once.  Owned */
    unsigned n;
} CgroupIo;

/* READ_ERROR_GONE, READ_ERROR_MALFORMED, READ_ERROR_IO.  A container whose I/O is not counted has
 * no disks. */
bool cgroup_read_io(const Cgroups *cgroups, CgroupIo *ret, GError **error);
void cgroup_io_clear(CgroupIo *io);

/* Parsers: they add to @disks, an array of CgroupDisk; a count that is there already stays if it
 * is greater (v1 may count the same requests in two places).  [pure]  READ_ERROR_MALFORMED. */
bool cgroup_v2_io_stat_parse(const HostText *text, GArray *disks, GError **error);
bool cgroup_v1_io_bytes_parse(const HostText *text, GArray *disks, GError **error);
bool cgroup_v1_io_requests_parse(const HostText *text, GArray *disks, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CgroupIo, cgroup_io_clear)
