/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files found and opened through the kernel's side of a connection.  What fails ends the test. */

#pragma once

#include "tests/request/kernel.h"

uint64_t node_of(Kernel *kernel, pid_t pid, const char *path);
/* Opens @path, found by @finder, and returns a read of it from the start by @reader. */
KernelRead opened(Kernel *kernel, pid_t finder, pid_t reader, const char *path);
