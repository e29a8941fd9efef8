/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownprocd: options → checks → the keeper, one of its workers, or both in one process. */

#include "common/log.h"
#include "fs/alone.h"
#include "fs/background.h"
#include "fs/hold.h"
#include "fs/keeper/worker_link.h"
#include "fs/pod.h"
#include "fs/preflight.h"
#include "fs/request/session.h"
#include "fs/worker.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXIT_USAGE 2
#define EXIT_KEPT 75 /* EX_TEMPFAIL of sysexits(3): start me again */

/* The daemon of one container ends with it, and so may be one process. */
static int
run(const Options *options, char **argv, int parent, GError **error)
{
    preflight_settle(options->container_pid != 0);
    if (!options->no_keeper && options->container_pid == 0)
        switch (hold_run(options, argv, parent, error)) {
        case HOLD_FAILED:
            return EXIT_FAILURE;
        case HOLD_KEPT:
            return EXIT_KEPT;
        case HOLD_ENDED:
            return EXIT_SUCCESS;
        }
    session_block_signals();
    return alone_run(options, parent, error) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
work(const Options *options, GError **error)
{
    session_block_signals();
    preflight_settle(options->container_pid != 0);
    return worker_run(options, error) ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* In a pod: this process waits, and a child goes on from the host, which has no terminal to leave.
 */
static bool
leave_caller(const Options *options, char **argv, int *ret_parent, GError **error)
{
    if (options->pod_host != 0)
        return pod_has_left() || (pod_start(error) && pod_leave(options->pod_host, argv, error));
    return options->foreground || (*ret_parent = background_start(error)) >= 0;
}

static int
start(const Options *options, char **argv, GError **error)
{
    int parent = -1;

    if (worker_link_exists())
        return work(options, error);
    if (!preflight_check(options->container_pid != 0, error) ||
        !leave_caller(options, argv, &parent, error))
        return EXIT_FAILURE;
    return run(options, argv, parent, error);
}

/* Else what is opened next would be taken for standard error, and written to. */
static void
open_standard_fds(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        (void)close(fd);
}

int
main(int argc, char **argv)
{
    g_auto(GStrv) given = g_strdupv(argv); /* parsing takes away what it knows */
    g_auto(Options) options = {0};
    g_autoptr(GError) error = NULL;
    bool is_clear;
    int code;

    open_standard_fds();
    (void)signal(SIGPIPE, SIG_IGN); /* who takes messages may be gone: no reason to end */
    is_clear = options_parse(argc, argv, &options, &error);
    log_setup("ownprocd", options.debug);
    if (!is_clear) {
        g_critical("%s", error->message);
        return EXIT_USAGE;
    }
    if (options.version)
        return printf("ownprocd %s\n", OWNPROC_VERSION) < 0;
    (void)umask(022);
    code = start(&options, given, &error);
    if (error)
        g_critical("%s", error->message);
    return code;
}
