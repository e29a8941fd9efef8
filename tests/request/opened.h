/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files found, opened and read, and directories listed, through the kernel's side of a connection.
 * What fails ends the test. */

#pragma once

#include "tests/request/kernel.h"

uint64_t node_of(Kernel *kernel, pid_t pid, const char *path);
/* False if @pid is told that there is no such name. */
bool is_found(Kernel *kernel, pid_t pid, const char *path);
/* "name name …", the dots too, as @pid lists it @size bytes at a time; the caller frees. */
char *names_in(Kernel *kernel, pid_t pid, uint64_t node, uint32_t size);

/* Opens @path, found by @finder, and returns a read of it from the start by @reader. */
KernelRead opened(Kernel *kernel, pid_t finder, pid_t reader, const char *path);

char *text_of(Kernel *kernel, const KernelRead *read); /* the caller frees */
int error_of(Kernel *kernel, const KernelRead *read);  /* 0 if there is a text */
void shows(Kernel *kernel, const KernelRead *read, const char *start);
