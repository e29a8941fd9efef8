/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/child.h"

#include <glib.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void
wait_for_the_end(bool (*prepare)(void), int ready)
{
    char answer;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    answer = !prepare || prepare() ? 'y' : 'n';
    if (write(ready, &answer, 1) == 1)
        for (;;)
            (void)pause();
    _exit(0);
}

pid_t
child_start(bool (*prepare)(void))
{
    int ready[2];
    char answer;
    pid_t pid;

    g_assert(pipe(ready) == 0);
    pid = fork();
    if (pid == 0)
        wait_for_the_end(prepare, ready[1]);
    g_assert(pid > 0);
    (void)close(ready[1]);
    g_assert(read(ready[0], &answer, 1) == 1);
    (void)close(ready[0]);
    if (answer == 'y')
        return pid;
    child_end(pid);
    return -1;
}

void
child_end(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    g_assert(waitpid(pid, NULL, 0) == pid);
}
