/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a container leaves if its launcher is killed, written down before any of it is made:
 * /run/ownproc/run/NAME, locked as long as the launcher lives.  Whoever gets the lock may clean up;
 * no pid is trusted, because pids are used again. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#define STATE_DIR "/run/ownproc/run"

typedef struct {
    int dir_fd;  /* STATE_DIR */
    int file_fd; /* holds the lock */
    char *name;
} State;

#define STATE_NULL ((State){-1, -1, NULL})

/* Claims @name and writes down what is going to be made: @directories, to be removed last first.
 * Cleans up after a dead launcher of that name.  LAUNCH_ERROR_FAILED if a container of that name
 * runs. */
bool state_claim(const char *name, const GPtrArray *directories, State *ret, GError **error);

/* Writes down the container's first process, for those who ask for it by the container's name; it
 * is no harm if it cannot be. */
void state_set_init(const State *state, pid_t pid);

/* The pid of that process, as text; NULL if no container @name of a living launcher is there. */
char *state_init_pid(const char *name);

/* Forgets it: everything was removed. */
void state_release(State *state);

/* Cleans up after every launcher that is dead.  Appends their names to @removed unless NULL. */
bool state_sweep(GPtrArray *removed, GError **error);
