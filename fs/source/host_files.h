/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The host's own files, read and parsed once in a tick for everybody who asks. */

#pragma once

#include "fs/source/host.h"

typedef enum {
    HOST_MEMINFO,
    HOST_STAT,
    HOST_CPUINFO,
    HOST_CPUINFO32, /* as the kernel writes it for a thread under PER_LINUX32 */
    HOST_SWAPS,
    HOST_DISKSTATS,
    HOST_VMSTAT,
    HOST_PRESSURE_CPU,
    HOST_PRESSURE_IO,
    HOST_PRESSURE_IRQ,
    HOST_PRESSURE_MEMORY,
    HOST_FILES,
} HostFileName;

/* What one of them said.  Nothing in it changes: whoever has a reference reads it without a lock.
 */
typedef struct {
    uint64_t tick; /* 0: it is nobody else's */
    HostText text;
    HostMemory memory; /* HOST_MEMINFO */
    HostCpu cpu;       /* HOST_STAT */
} HostFile;

/* The latest of each; thread-safe, under a lock of its own. */
typedef struct HostFiles HostFiles;

/* @root_fd: "/"; borrowed. */
HostFiles *host_files_new(int root_fd);
void host_files_free(HostFiles *files);

/* @name as it was read in @tick, or is read now (always, if @tick is 0).  Two who come at once may
 * both read.  READ_ERROR_GONE if this kernel has no such file, READ_ERROR_MALFORMED. */
const HostFile *host_files_get(HostFiles *files, HostFileName name, uint64_t tick, GError **error);
/* The same, of a machine that nobody keeps files of. */
const HostFile *host_file_read(int root_fd, HostFileName name, GError **error);
/* NULL is nothing. */
void host_file_unref(const HostFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostFiles, host_files_free)
