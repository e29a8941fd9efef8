/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/keeper/dying.h"

#include "common/fd.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool
dying_is(pid_t pid)
{
    char path[32], text[512];
    const char *state;
    autofd fd = -1;
    ssize_t n;

    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (n <= 0)
        return false;
    text[n] = '\0';
    state = strrchr(text, ')'); /* behind the name, which may be anything (proc(5)) */
    return state && (strncmp(state, ") Z", 3) == 0 || strncmp(state, ") X", 3) == 0);
}
