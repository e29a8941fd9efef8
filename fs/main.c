/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownprocd: options → checks → sources → mount → session. */

#include "common/fd.h"
#include "common/log.h"
#include "common/notify.h"
#include "fs/background.h"
#include "fs/daemon.h"
#include "fs/preflight.h"
#include "fs/request/mount_point.h"
#include "fs/request/session.h"

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
stopping(void *mount)
{
    tell_manager("STOPPING=1");
    mount_point_unmount(mount);
}

static bool
run(const Options *options, Daemon *daemon, int parent, GError **error)
{
    g_auto(MountPoint) mount = {0};
    g_autoptr(Session) session = NULL;
    g_autofree char *state = NULL;
    int fuse_fd;

    if (!daemon_open(daemon, options, error))
        return false;
    fuse_fd = mount_point_mount(options->mount_point, &mount, error);
    if (fuse_fd < 0)
        return false;
    session = session_new(fuse_fd,
                          &(OpsConfig){.server = &daemon->server,
                                       .now = daemon_now,
                                       .max_text_bytes = MAX_TEXT_BYTES},
                          error);
    if (!session) {
        mount_point_unmount(&mount);
        return false;
    }
    state = g_strdup_printf("READY=1\nSTATUS=serving %s", mount.path);
    tell_manager(state);
    if (parent >= 0)
        background_ready(parent);
    if (!session_run(session, stopping, &mount))
        g_message("%s was unmounted by somebody else", mount.path);
    return true;
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
