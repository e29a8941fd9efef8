/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many huge pages a container may use: the controller hugetlb. */

#pragma once

#include "fs/source/cgroup.h"

/* Bytes of pages of one size; linux:Documentation/admin-guide/cgroup-v1/hugetlb.rst. */
typedef struct {
    uint64_t limit;    /* smallest on the way up, of pages and of reservations */
    uint64_t room;     /* smallest limit - usage on the way up; CGROUP_NO_LIMIT if none limits */
    bool known;        /* somebody counts: */
    uint64_t reserved; /* promised to mappings of the container and not yet faulted in */
} CgroupHugetlb;

/* @page_size: in bytes.  READ_ERROR_GONE, READ_ERROR_MALFORMED, READ_ERROR_IO. */
bool cgroup_read_hugetlb(const Cgroups *cgroups, uint64_t page_size, CgroupHugetlb *ret,
                         GError **error);

/* How the files name a size: "2MB", "1GB", "64KB" (linux:mm/hugetlb_cgroup.c, mem_fmt).  The
 * caller frees.  [pure] */
char *cgroup_hugetlb_size_name(uint64_t page_size);
