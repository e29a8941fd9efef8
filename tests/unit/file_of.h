/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "fs/proc/files.h"

/* The file called @path, which is there. */
static inline const ProcFile *
file_of(const char *path)
{
    ProcNumbers numbers;
    const ProcFile *file = proc_file_match(path, &numbers);

    g_assert(file);
    return file;
}
