/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownprocd: options → checks → sources → mount → session. */

#include "common/clock.h"
#include "common/fd.h"
#include "common/log.h"
#include "common/notify.h"
#include "fs/background.h"
#include "fs/control/server.h"
#include "fs/daemon.h"
#include "fs/preflight.h"
#include "fs/request/bound.h"
#include "fs/request/mounts.h"
#include "fs/request/ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define EXIT_USAGE 2
#define MAX_TEXT_BYTES (32u << 20) /* kept for files that are open */
#define MAX_PAGES 16384u           /* that the kernel keeps until the end of their tick */

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

/* Not read-only: opening for writing shall fail with our EACCES, as in the kernel's own /proc, not
 * with EROFS. */
static bool
add_tree(Mounts *mounts, const Options *options, Ops *ops, GError **error)
{
    const SessionConfig config = {"tree", &ops_table, ops, ops_whose};

    if (!mounts_add(mounts, &(MountsPlace){options->mount_point, 0}, &config, error))
        return false;
    ops_connect(ops, mounts->sessions[mounts->n - 1]);
    return true;
}

/* Nobody opens there but the kernel itself; read-only, it does not ask for access times either. */
static bool
add_bound(Mounts *mounts, const Options *options, Bound *bound, GError **error)
{
    const SessionConfig config = {"bound", &bound_table, bound, bound_whose};
    g_autofree char *path = g_build_filename(options->run_dir, "containers", NULL);

    if (!mounts_add(mounts, &(MountsPlace){path, MS_RDONLY}, &config, error))
        return false;
    bound_connect(bound, mounts->sessions[mounts->n - 1]);
    return true;
}

/* Whoever has the mount has the directory: nobody else listens there. */
static ControlServer *
start_control(const Mounts *mounts, const Options *options, const Daemon *daemon, GError **error)
{
    const ControlConfig config = {&daemon->server, mounts->points[mounts->n - 1].path,
                                  clock_boottime};

    return control_start(options->run_dir, &config, error);
}

static bool
run(const Options *options, Daemon *daemon, int parent, GError **error)
{
    g_autoptr(Expiry) expiry = expiry_new(
        &(ExpiryConfig){clock_boottime, session_drop_page, MAX_PAGES, session_push_page});
    const OpsConfig config = {&daemon->server, clock_boottime, MAX_TEXT_BYTES, expiry, true};
    g_autoptr(Ops) ops = ops_new(&config);
    g_autoptr(Bound) bound = bound_new(&(BoundConfig){&daemon->server, clock_boottime, expiry});
    /* Cleared before what it serves. */
    g_auto(Mounts) mounts = {.stopping = stopping, .expiry = expiry};
    g_autoptr(ControlServer) control = NULL;
    g_autofree char *state = NULL;

    if (!daemon_open(daemon, options, NULL, error) || !add_tree(&mounts, options, ops, error) ||
        (options->run_dir && (!add_bound(&mounts, options, bound, error) ||
                              !(control = start_control(&mounts, options, daemon, error)))))
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
