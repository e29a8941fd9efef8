/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownprocd: options → checks → sources → mount → session. */

#include "common/fd.h"
#include "common/log.h"
#include "common/notify.h"
#include "fs/background.h"
#include "fs/daemon.h"
#include "fs/preflight.h"
#include "fs/request/ops.h"
#include "fs/request/mounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define EXIT_USAGE 2
#define MAX_TEXT_BYTES (32u << 20) /* kept for files that are open */

static void
tell_manager(const char *state)
{
    g_autoptr(GError) error = NULL;

    if (!notify_send(state, &error))
        g_warning("%s", error->message);
}

static void
stopping(void)
{
    tell_manager("STOPPING=1");
}

static bool
run(const Options *options, Daemon *daemon, int parent, GError **error)
{
    const OpsConfig config = {
        .server = &daemon->server, .now = daemon_now, .max_text_bytes = MAX_TEXT_BYTES};
    g_autoptr(Ops) ops = ops_new(&config);
    g_auto(Mounts) mounts = {.stopping = stopping}; /* cleared before what it serves */
    g_autofree char *state = NULL;

    if (!daemon_open(daemon, options, error) ||
        !mounts_add(&mounts, options->mount_point, &(SessionConfig){"tree", &ops_table, ops},
                    error))
        return false;
    state = g_strdup_printf("READY=1\nSTATUS=serving %s", mounts.points[0].path);
    tell_manager(state);
    if (parent >= 0)
        background_ready(parent);
    return mounts_serve(&mounts, error);
}

int
main(int argc, char **argv)
{
    g_auto(Options) options = {0};
    g_autoptr(GError) error = NULL;
    Daemon daemon = {.root_fd = -1};
    int parent = -1;
    bool ok;

    ok = options_parse(argc, argv, &options, &error);
    log_setup("ownprocd", options.debug);
    if (!ok) {
        g_critical("%s", error->message);
        return EXIT_USAGE;
    }
    if (options.version)
        return printf("ownprocd %s\n", OWNPROC_VERSION) < 0;
    (void)umask(022);
    ok = preflight_check(options.container_pid != 0, &error) &&
         (options.foreground || (parent = background_start(&error)) >= 0);
    if (ok) {
        session_block_signals();
        preflight_settle(options.container_pid != 0);
        ok = run(&options, &daemon, parent, &error);
        daemon_close(&daemon);
    }
    if (!ok)
        g_critical("%s", error->message);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
