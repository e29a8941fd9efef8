/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is there for whom: files and directories whose path has "%u", and those that are there only
 * if the kernel has them. */

#pragma once

#include "fs/serve.h"

/* A file or a directory, as the thread that asks names it. */
typedef struct {
    const char *path; /* "sys/devices/system/cpu/cpu%u" */
    ProcNumbers numbers;
} ServePlace;

/* True if @place is there for @asker: his CPU or node is shown, and, if @is_kernels, the kernel has
 * the file that stands behind it.  Nobody knows NULL, who finds what all find; so does who was told
 * of none before, if @server is safe. */
bool serve_has(const Server *server, const ServePlace *place, bool is_kernels, const Asker *asker);

/* @place ends with "%u": the numbers @asker finds there.  None if nobody knows him. */
CpuSet serve_numbers(const Server *server, const ServePlace *place, const Asker *asker);

/* The kernel's path of what the reader, who is shown @cpus and the nodes of @snapshot, calls @path
 * with @numbers; the caller frees.  READ_ERROR_GONE if he has no such CPU or node. */
char *serve_kernel_path(const char *path, const ProcNumbers *numbers, const CpuSet *cpus,
                        const Snapshot *snapshot, GError **error);
