/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The least a worker needs once it has all its descriptors: whoever takes it over can read, answer
 * readers and no more.  It can neither mount, execute, open anything for writing, nor reach another
 * process.  docs/ARCHITECTURE.md gives the reason for each capability. */

#pragma once

#include <glib.h>
#include <stdbool.h>

#ifndef CONFINE_MEMORY_BYTES              /* meson.build: with a sanitizer there is no limit */
#define CONFINE_MEMORY_BYTES (512u << 20) /* private memory, with the stacks of all threads */
#endif
#define CONFINE_FILES 65536u

/* For this thread and all it starts from now on; not for those that are there already.  What is
 * refused fails with EPERM.  Fails if the kernel does not take it. */
bool confine(GError **error);

/* confine_filter.c: the system calls (seccomp(2)). */
bool confine_system_calls(GError **error);
