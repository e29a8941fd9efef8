/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Process 1 of a container: starts the command, reaps what is left to it, forwards signals, ends
 * with the command's exit code.  It is a program of its own, freestanding and a few kilobytes, run
 * from a sealed memory file: a container that reaches /proc/1/exe finds neither the launcher nor
 * anything it could write to (CVE-2019-5736).
 *
 * argv: NAME LIFELINE_FD SYNC_FD PATH ARGV0 ARG...  PATH is executed with the rest as its argv. */

#include "launcher/init/raw.h"
#include "launcher/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127
#define TO_GROUP                                                                                   \
    1 /* the launcher's word for "typed at the terminal": for all in the foreground                \
       */

/* Raised by the kernel for a fault of init's own: sent by somebody they would mean nothing. */
static const int not_forwarded[] = {SIGCHLD, SIGILL,  SIGTRAP, SIGABRT, SIGBUS,
                                    SIGFPE,  SIGSEGV, SIGSYS,  SIGTTIN, SIGTTOU};

static int
small_number(const char *text)
{
    int value = 0;

    while (*text >= '0' && *text <= '9')
        value = value * 10 + (*text++ - '0');
    return value;
}

static void
set_signal_mask(uint64_t mask)
{
    raw_call(RAW_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof(mask));
}

/* The command's process, up to exec.  A session of its own: without a controlling terminal nothing
 * can be pushed into the input of whoever started us. */
static void
run_command(int sync_fd, char **argv, char **envp)
{
    SyncMessage message = {0};
    long failed;

    raw_call(RAW_setsid, 0, 0, 0, 0);
    set_signal_mask(0);
    failed = -raw_call(RAW_execve, (long)argv[0], (long)(argv + 1), (long)envp, 0);
    message.code = failed == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
    message.errsv = (int)failed;
    raw_call(RAW_write, sync_fd, (long)&message, sizeof(message), 0);
    raw_exit((int)message.code);
}

static int
exit_code(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Reaps all that ended.  Ends with the command, and the kernel ends whatever it left running. */
static void
reap(long command)
{
    int status;
    long pid;

    while ((pid = raw_call(RAW_wait4, -1, (long)&status, WNOHANG, 0)) > 0)
        if (pid == command)
            raw_exit(exit_code(status));
}

static void
forward(const struct signalfd_siginfo *signal, long command)
{
    int number = (int)signal->ssi_signo;

    for (unsigned i = 0; i < sizeof(not_forwarded) / sizeof(not_forwarded[0]); i++)
        if (number == not_forwarded[i])
            return;
    /* A session without a terminal is an orphaned group, which ignores SIGTSTP: stop it for real.
     */
    if (number == SIGTSTP)
        number = SIGSTOP;
    if (signal->ssi_int == TO_GROUP)
        command = -command;
    raw_call(RAW_kill, command, number, 0, 0);
}

static void
serve(int lifeline_fd, int signal_fd, long command)
{
    struct pollfd fds[] = {{lifeline_fd, POLLIN, 0}, {signal_fd, POLLIN, 0}};
    struct signalfd_siginfo signal;

    for (;;) {
        raw_call(RAW_ppoll, (long)fds, 2, 0, 0);
        if (fds[0].revents) /* the launcher is gone: so are we, and with process 1 everybody */
            raw_exit(128 + SIGKILL);
        if (!fds[1].revents ||
            raw_call(RAW_read, signal_fd, (long)&signal, sizeof(signal), 0) != sizeof(signal))
            continue;
        if (signal.ssi_signo == SIGCHLD)
            reap(command);
        else
            forward(&signal, command);
    }
}

int
raw_main(int argc, char **argv, char **envp)
{
    uint64_t all = UINT64_MAX; /* the kernel's sigset_t on every architecture */
    int lifeline_fd, sync_fd, signal_fd;
    long command;

    if (argc < 5)
        return EXIT_NOT_EXECUTABLE;
    lifeline_fd = small_number(argv[1]);
    sync_fd = small_number(argv[2]);
    raw_call(RAW_prctl, PR_SET_DUMPABLE, 0, 0, 0);
    raw_call(RAW_prctl, PR_SET_NAME, (long)"ownproc-init", 0, 0);
    set_signal_mask(all);
    signal_fd = (int)raw_call(RAW_signalfd4, -1, (long)&all, sizeof(all), SFD_CLOEXEC);
    raw_call(RAW_fcntl, lifeline_fd, F_SETFD, FD_CLOEXEC, 0);
    raw_call(RAW_fcntl, sync_fd, F_SETFD, FD_CLOEXEC, 0);
    command = raw_fork();
    if (command == 0)
        run_command(sync_fd, argv + 3, envp);
    if (command < 0 || signal_fd < 0) {
        SyncMessage message = {EXIT_NOT_EXECUTABLE, (int)-command, ""};

        raw_call(RAW_write, sync_fd, (long)&message, sizeof(message), 0);
        return EXIT_NOT_EXECUTABLE;
    }
    raw_call(RAW_close, sync_fd, 0, 0, 0);
    /* Standard streams are the command's: a pipe must see its end when the command closes it. */
    for (int fd = 0; fd <= 2; fd++)
        raw_call(RAW_close, fd, 0, 0, 0);
    serve(lifeline_fd, signal_fd, command);
    return 0;
}
