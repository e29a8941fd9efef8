/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/keeper/dying.h"

#include "common/fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The letter of proc(5); '\0' if there is no such thread. */
static char
state_of(pid_t pid, const char *tid)
{
    char path[64], text[512];
    const char *state;
    autofd fd = -1;
    ssize_t n;

    (void)snprintf(path, sizeof path, "/proc/%d/task/%.16s/stat", (int)pid, tid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (n <= 0)
        return '\0';
    text[n] = '\0';
    state = strrchr(text, ')'); /* behind the name, which may be anything */
    return state && state[1] == ' ' ? state[2] : '\0';
}

static bool
has_ended(char state)
{
    return state == '\0' || state == 'Z' || state == 'X';
}

bool
dying_is_held(pid_t pid)
{
    char path[32];
    const struct dirent *entry;
    bool is_held = true;
    DIR *tasks;

    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    tasks = opendir(path);
    if (!tasks)
        return false;
    while (is_held && (entry = readdir(tasks)) != NULL) {
        char state = entry->d_name[0] == '.' ? '\0' : state_of(pid, entry->d_name);

        is_held = has_ended(state) || state == 'D';
    }
    (void)closedir(tasks);
    return is_held;
}

bool
dying_is(pid_t pid)
{
    char tid[16], state;

    (void)snprintf(tid, sizeof tid, "%d", (int)pid);
    state = state_of(pid, tid);
    return state != '\0' && has_ended(state) && dying_is_held(pid);
}
