/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/hold.h"

#include "common/error.h"
#include "common/fd.h"
#include "fs/background.h"
#include "fs/control/server.h"
#include "fs/keeper/adopt.h"
#include "fs/keeper/keeper.h"
#include "fs/keeper/log.h"
#include "fs/keeper/mount.h"
#include "fs/keeper/store.h"
#include "fs/request/mount_point.h"
#include "fs/service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define SOCKET "keeper.sock" /* in the run directory */
#define BINARY "/proc/self/exe"

/* What a thousand containers need is 12 MiB, texts of open files 32 MiB at most; it is touched as
 * it is used. */
#define SHELF_BYTES (64u << 20)

typedef struct {
    const Options *options;
    char *socket; /* NULL: nobody can ask */
    int parent;
} Hold;

static int
hand_over(int sink, const char *name, const char *path, unsigned long flags)
{
    g_autoptr(GError) error = NULL;
    g_auto(MountPoint) point = {0};
    HoldingsConnection connection = {.fd = mount_point_mount(path, flags, &point, &error)};

    if (connection.fd < 0)
        return keeper_fail(EIO, "%s", error->message);
    (void)g_strlcpy(connection.name, name, sizeof connection.name);
    if (g_strlcpy(connection.target, point.path, sizeof connection.target) >=
        sizeof connection.target) {
        mount_point_unmount(&point);
        return keeper_fail(ENAMETOOLONG, "%s", point.path);
    }
    (void)g_strlcpy(connection.mount_id, point.id ? point.id : "", sizeof connection.mount_id);
    return mount_hand_over(sink, &connection);
}

/* In a process of its own, which ends: nothing of GLib's is in the keeper's memory. */
static int
set_up(int sink, void *data)
{
    const Options *options = ((const Hold *)data)->options;
    g_autofree char *containers = NULL;
    g_autoptr(GError) error = NULL;
    ControlSocket socket = {.fd = -1};

    /* Not read-only: opening for writing shall fail with our EACCES, as in the kernel's own /proc.
     */
    if (hand_over(sink, SERVICE_TREE, options->mount_point, 0) != 0)
        return 1;
    if (!options->run_dir)
        return 0;
    containers = g_build_filename(options->run_dir, "containers", NULL);
    if (hand_over(sink, SERVICE_BOUND, containers, MS_RDONLY) != 0)
        return 1;
    if (!control_listen(options->run_dir, &socket, &error))
        return keeper_fail(EIO, "%s", error->message) != 0;
    return mount_hand_over_extra(sink, SERVICE_CONTROL, socket.fd) != 0;
}

static void
serving(void *data)
{
    Hold *hold = data;
    g_autofree char *state =
        g_strdup_printf("READY=1\nSTATUS=serving %s", hold->options->mount_point);

    (void)store_notify(state);
    if (hold->parent >= 0)
        background_ready(hold->parent);
    hold->parent = -1;
}

static void
unmount(const Holdings *holdings)
{
    for (unsigned i = 0; i < holdings->n_connections; i++) {
        const HoldingsConnection *connection = &holdings->connections[i];
        MountPoint point = {(char *)connection->target, (char *)connection->mount_id}; /* borrows */

        if (connection->target[0] != '\0')
            mount_point_unmount(&point);
    }
}

static bool
stop(const Holdings *holdings, bool is_asked, void *data)
{
    const Hold *hold = data;

    (void)is_asked;
    (void)store_notify("STOPPING=1");
    unmount(holdings);
    if (hold->options->run_dir) {
        g_autofree char *path = g_build_filename(hold->options->run_dir, CONTROL_SOCKET, NULL);

        (void)unlink(path);
    }
    return true;
}

/* The tree is what the daemon lives by; of the other one nobody has anything any more. */
static bool
lost(const char *name, void *data)
{
    const Options *options = ((const Hold *)data)->options;
    bool is_tree = strcmp(name, SERVICE_TREE) == 0;

    keeper_log(LOG_NOTICE, "%s%s was unmounted by somebody else",
               is_tree ? options->mount_point : options->run_dir, is_tree ? "" : "/containers");
    return !is_tree;
}

/* Where connections are mounted, which the service manager does not keep.  Those of which that
 * is not known will not be unmounted. */
static void
find_mounts(const Options *options, Holdings *holdings)
{
    g_autofree char *containers =
        options->run_dir ? g_build_filename(options->run_dir, "containers", NULL) : NULL;

    for (unsigned i = 0; i < holdings->n_connections; i++) {
        HoldingsConnection *connection = &holdings->connections[i];
        bool is_tree = strcmp(connection->name, SERVICE_TREE) == 0;
        const char *dir = is_tree ? options->mount_point : containers;
        g_auto(MountPoint) point = {0};

        if (!dir || !mount_point_find(dir, &point) ||
            strlen(point.path) >= sizeof connection->target)
            continue;
        (void)g_strlcpy(connection->target, point.path, sizeof connection->target);
        (void)g_strlcpy(connection->mount_id, point.id, sizeof connection->mount_id);
    }
}

/* What there is already goes on: another keeper's if that is wanted, the service manager's; else
 * all is new.  False without an error if what failed has said so. */
static bool
gather(const Hold *hold, Holdings *ret, KeeperConfig *config, GError **error)
{
    bool adopts = hold->options->adopt && hold->socket;
    int stored = store_take(NULL, ret); /* first: its listening socket looks like a keeper's */

    config->predecessor = -1;
    if (stored > 0) {
        find_mounts(hold->options, ret);
        return true;
    }
    config->predecessor = adopts ? adopt_ask(hold->socket, ret) : -1;
    if (config->predecessor >= 0)
        return true;
    if (adopts && errno != ENOENT && errno != ECONNREFUSED) {
        read_error_set_errno(error, errno, "cannot take over from the keeper at %s", hold->socket);
        return false;
    }
    config->is_new = true;
    return mount_gather(set_up, (void *)hold, SHELF_BYTES, ret) == 0 && mount_take_init(ret) == 0;
}

/* Where the program was, which is where the next one will be; after an upgrade this very one is
 * called "… (deleted)". */
static bool
find_binary(char **ret, GError **error)
{
    *ret = g_file_read_link(BINARY, error);
    return *ret != NULL;
}

/* Those of this process; what is relative has another meaning where workers are started. */
static char **
worker_arguments(const Options *options, char **argv)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    g_strv_builder_addv(builder, (const char **)argv);
    if (options->config)
        g_strv_builder_add_many(builder, "--config", options->config, NULL);
    return g_strv_builder_end(builder);
}

static HoldEnd
keep(Hold *hold, char **argv, GError **error)
{
    Holdings holdings = HOLDINGS_INIT;
    g_auto(GStrv) arguments = worker_arguments(hold->options, argv);
    g_autofree char *binary = NULL;
    KeeperConfig config = {.program = "ownprocd " OWNPROC_VERSION,
                           .argv = arguments,
                           .socket = hold->socket,
                           .has_fd_store = hold->options->fd_store,
                           .serving = serving,
                           .stop = stop,
                           .lost = lost,
                           .data = hold};
    KeeperEnd end;

    if (!find_binary(&binary, error) || !gather(hold, &holdings, &config, error))
        return HOLD_FAILED;
    config.binary = binary;
    end = keeper_run(&config, &holdings);
    if (end == KEEPER_FAILED && config.is_new)
        unmount(&holdings); /* nobody has anything of it yet; what failed has said why */
    holdings_clear(&holdings);
    return end == KEEPER_FAILED ? HOLD_FAILED : end == KEEPER_KEPT ? HOLD_KEPT : HOLD_ENDED;
}

HoldEnd
hold_run(const Options *options, char **argv, int parent, GError **error)
{
    Hold hold = {.options = options, .parent = parent};
    HoldEnd end;

    if (options->keeper_cgroup && keeper_leave_cgroup(options->keeper_cgroup) != 0) {
        read_error_set_errno(error, errno, "cannot go to the cgroup %s", options->keeper_cgroup);
        return HOLD_FAILED;
    }
    if (options->run_dir)
        hold.socket = g_build_filename(options->run_dir, SOCKET, NULL);
    end = keep(&hold, argv, error);
    g_free(hold.socket);
    return end;
}
