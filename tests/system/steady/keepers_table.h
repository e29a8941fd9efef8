/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of a keeper that runs: from outside, as its own workers are not asked. */

#pragma once

#include "fs/keeper/table.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static inline bool
is_table(const char *path)
{
    char target[64] = "";

    return readlink(path, target, sizeof target - 1) > 0 &&
           strncmp(target, "/memfd:ownproc-table", strlen("/memfd:ownproc-table")) == 0;
}

/* -1 if it is not there. */
static inline int
keepers_table_open(pid_t pid)
{
    char directory[32], path[64];
    struct dirent *entry;
    int fd = -1;
    DIR *dir;

    (void)snprintf(directory, sizeof directory, "/proc/%d/fd", (int)pid);
    dir = opendir(directory);
    while (dir && fd < 0 && (entry = readdir(dir))) {
        (void)snprintf(path, sizeof path, "%s/%.16s", directory, entry->d_name);
        if (is_table(path))
            fd = open(path, O_RDWR | O_CLOEXEC);
    }
    if (dir)
        (void)closedir(dir);
    return fd;
}
