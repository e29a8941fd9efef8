/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A thread that the kernel holds: as its child does not come back (vfork(2)) it waits in state D,
 * where of all signals only SIGKILL reaches it. */

#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_bool held_is_there; /* once it is about to be held */

static inline void *
held_run(void *data)
{
    const pid_t self = getpid();

    if (vfork() == 0) {
        (void)syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        if (syscall(SYS_getppid) != self) /* who was killed before that would not be heard of */
            _exit(0);
        atomic_store(&held_is_there, true); /* its memory is ours */
        (void)syscall(SYS_pause);
        _exit(0);
    }
    return data;
}
