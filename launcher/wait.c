/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/wait.h"

#include "common/fd.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define TO_GROUP 1 /* init/init.c: for all of the command's process group */

/* About ourselves, or impossible to act upon. */
static const int not_forwarded[] = {SIGCHLD, SIGTTIN, SIGTTOU, SIGPIPE, SIGILL, SIGTRAP,
                                    SIGABRT, SIGBUS,  SIGFPE,  SIGSEGV, SIGSYS};

void
wait_block_signals(void)
{
    sigset_t all;

    sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL); /* cannot fail with these arguments */
}

static bool
is_forwarded(int number)
{
    for (size_t i = 0; i < G_N_ELEMENTS(not_forwarded); i++)
        if (not_forwarded[i] == number)
            return false;
    return true;
}

/* What the terminal's driver sent (Ctrl-C, Ctrl-Z, a new window size) was for everybody in the
 * foreground; the container has a session of its own, so it must be passed on to all of it. */
static void
forward(pid_t pid, const struct signalfd_siginfo *signal)
{
    int number = (int)signal->ssi_signo;
    siginfo_t info = {.si_signo = number, .si_code = SI_QUEUE};

    info.si_pid = getpid();
    info.si_value.sival_int = signal->ssi_code == SI_KERNEL ? TO_GROUP : 0;
    /* ESRCH: it ended, and its SIGCHLD is on the way. */
    (void)syscall(SYS_rt_sigqueueinfo, pid, number, &info);
    if (number == SIGTSTP)
        (void)raise(SIGSTOP); /* now we stop as well, so that the shell takes over */
}

/* The private daemon is a child too: its end is for daemon_stop() to see. */
static bool
has_ended(pid_t pid, int *ret_code)
{
    int status;

    if (waitpid(pid, &status, WNOHANG) != pid)
        return false;
    *ret_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return true;
}

int
wait_for_exit(pid_t pid)
{
    autofd signal_fd = -1;
    sigset_t all;
    int code;

    sigfillset(&all);
    signal_fd = signalfd(-1, &all, SFD_CLOEXEC);
    while (!has_ended(pid, &code)) {
        struct signalfd_siginfo signal;

        if (signal_fd < 0) { /* no fd to spare: then only the end can be waited for */
            (void)usleep(10000);
            continue;
        }
        if (read(signal_fd, &signal, sizeof(signal)) == sizeof(signal) &&
            is_forwarded((int)signal.ssi_signo))
            forward(pid, &signal);
    }
    return code;
}
