/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A recorded machine, or one that a test wrote into a directory, and a server for it. */

#pragma once

#include "fs/serve.h"

typedef struct {
    int root_fd;
    CgroupLayout layout;
    Readers *readers;
    Containers *containers;
    Askers *askers;
    History *history;
    Loads *loads;
    Server server;
} Tree;

/* Opens the machine whose "/" is @directory; all must be well, or the test ends. */
void tree_open(const char *directory, Tree *ret);
void tree_close(Tree *tree);

/* A ReaderLookInside: recorded as the file cgroup.inside beside the process's cgroup. */
char *tree_look_inside(int pid_dir_fd, size_t *ret_len, GError **error);
