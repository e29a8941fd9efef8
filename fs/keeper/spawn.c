/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/keeper/spawn.h"

#include "common/fd.h"
#include "fs/keeper/log.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define EXIT_NO_PROGRAM 127

#define CONF_FD (SPAWN_FD + 1)
#define OTHERS (CONF_FD + 1)

static void
close_at_exec_one_by_one(void)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        int fd = atoi(entry->d_name); /* the kernel wrote it; "." and ".." are 0 */

        if (fd >= OTHERS)
            (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
}

/* What this process was started with may be without FD_CLOEXEC. */
static void
close_others_at_exec(void)
{
    if (syscall(SYS_close_range, OTHERS, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
        close_at_exec_one_by_one(); /* Linux < 5.11 */
}

static void
default_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int sig = 1; sig < NSIG; sig++)
        (void)sigaction(sig, &action, NULL); /* not those that cannot be changed */
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
set_oom_score(int score)
{
    autofd fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (fd >= 0)
        (void)dprintf(fd, "%d", score); /* to raise one's own is always allowed */
}

static void
set_number(const char *variable, int number)
{
    char text[16];

    (void)snprintf(text, sizeof text, "%d", number);
    (void)setenv(variable, text, 1);
}

static void
set_environment(void)
{
    static const char *const not_for_workers[] = {"NOTIFY_SOCKET",  "LISTEN_FDS",    "LISTEN_PID",
                                                  "LISTEN_FDNAMES", "WATCHDOG_USEC", "WATCHDOG_PID",
                                                  "FDSTORE",        "MAINPID"};

    for (unsigned i = 0; i < sizeof not_for_workers / sizeof not_for_workers[0]; i++)
        (void)unsetenv(not_for_workers[i]);
    set_number(SPAWN_VARIABLE, SPAWN_FD);
}

/* Out of the way of those that have numbers of their own; all are closed when it is executed. */
static int
move_up(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, OTHERS);
}

static bool
place_conf(const SpawnConfig *config, int conf)
{
    if (conf < 0) {
        (void)close(CONF_FD); /* whatever it is */
        return true;
    }
    set_number(config->config_variable, CONF_FD);
    return dup2(conf, CONF_FD) == CONF_FD;
}

/* In the child. */
__attribute__((noreturn)) static void
run(const SpawnConfig *config, int binary, int conf, int sock)
{
    int program = move_up(binary), own = move_up(sock), copy = conf < 0 ? -1 : move_up(conf);

    if (program >= 0 && own >= 0 && (conf < 0 || copy >= 0) && dup2(own, SPAWN_FD) == SPAWN_FD &&
        place_conf(config, copy)) {
        set_oom_score(config->oom_score_adj);
        (void)setpriority(PRIO_PROCESS, 0, config->nice);
        set_environment();
        close_others_at_exec();
        default_signals();
        (void)syscall(SYS_execveat, program, "", config->argv, environ, AT_EMPTY_PATH);
    }
    keeper_log(LOG_ERR, "cannot start a worker: %m");
    _exit(EXIT_NO_PROGRAM);
}

pid_t
spawn_worker(const SpawnConfig *config, int binary, int conf, int *ret_sock)
{
    int pair[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return keeper_fail(errno, "cannot make the socket for a worker: %m");
    pid = fork();
    if (pid == 0)
        run(config, binary, conf, pair[1]);
    (void)close(pair[1]);
    if (pid < 0) {
        (void)close(pair[0]);
        return keeper_fail(errno, "cannot start a worker: %m");
    }
    *ret_sock = pair[0];
    return pid;
}
