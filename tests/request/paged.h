/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files whose texts the kernel may keep in a page: a connection with a tick, and what is asked
 * through it.  What fails ends the test. */

#pragma once

#include "tests/request/opened.h"

#define PAGED_NEXT (MACHINE_NOW + TICK_USEC) /* the first instant of the next tick */
/* What open(2) is answered. */
#define PAGED_CACHED 0u
#define PAGED_CACHED_KEPT FOPEN_KEEP_CACHE
#define PAGED_DIRECT FOPEN_DIRECT_IO

/* Of cmocka: *state is a Kernel. */
int paged_make(void **state);
int paged_unmake(void **state);

/* A file found by @finder and opened by @reader, who then reads it from the start, for the page if
 * the file is open through it.  @ret_flags, what open(2) was answered, may be NULL. */
KernelRead open_as(Kernel *kernel, pid_t finder, pid_t reader, const char *path,
                   uint32_t *ret_flags);
KernelRead open_own(Kernel *kernel, pid_t pid, const char *path);
uint32_t flags_as(Kernel *kernel, pid_t finder, pid_t reader, const char *path);
void close_file(Kernel *kernel, const KernelRead *read);

/* What fstat(2) asks, of an open file. */
int stat_open(Kernel *kernel, const KernelRead *read, struct fuse_attr_out *ret);
struct fuse_attr_out attributes(Kernel *kernel, const KernelRead *read);
