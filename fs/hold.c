/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/hold.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/mount_users.h"
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
    char *binary; /* path of the workers' program */
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
    if (mount_hand_over(sink, &connection) == 0)
        return 0;
    mount_point_unmount(&point);
    return -1;
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

static void
tell_user(gpointer data, gpointer target)
{
    const MountUser *user = data;
    g_autofree char *name = g_strescape(user->name ? user->name : "?", NULL);
    g_autofree char *point = g_strescape(user->point, NULL);

    keeper_log(LOG_WARNING, "%s is used by process %d (%s): %s", (const char *)target,
               (int)user->pid, name, point);
}

/* What is not mounted here nobody can have from here; of what cannot be told somebody may. */
static bool
is_target_used(const char *target, bool is_first)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) users = mount_users_find(target, &error);

    if (is_first && users)
        g_ptr_array_foreach(users, tell_user, (gpointer)target);
    if (users || g_error_matches(error, READ_ERROR, READ_ERROR_GONE))
        return users && users->len > 0;
    if (is_first)
        keeper_log(LOG_WARNING, "%s", error->message);
    return true;
}

/* In a process of its own. */
static int
is_used(const Holdings *holdings, bool is_first, void *data)
{
    bool found = false;

    (void)data;
    for (unsigned i = 0; i < holdings->n_connections; i++) {
        const HoldingsConnection *connection = &holdings->connections[i];

        if (connection->fd >= 0 && is_target_used(connection->target, is_first))
            found = true;
    }
    if (found && is_first)
        keeper_log(LOG_WARNING, "going on until nobody uses them; 'ownproc shutdown --force' "
                                "unmounts all the same");
    return found;
}

/* What an end leaves behind in the run directory. */
static void
remove_sockets(const Hold *hold)
{
    g_autofree char *path = NULL;

    if (!hold->options->run_dir)
        return;
    path = g_build_filename(hold->options->run_dir, CONTROL_SOCKET, NULL);
    (void)unlink(path);
}

static bool
stop(const Holdings *holdings, bool is_asked, void *data)
{
    const Hold *hold = data;

    (void)is_asked;
    (void)store_notify("STOPPING=1");
    unmount(holdings);
    remove_sockets(hold);
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
 * called "… (deleted)".  A pod's is in memory, where no next one comes. */
static char *
find_binary(const Options *options, GError **error)
{
    return options->pod_host != 0 ? g_strdup(BINARY) : g_file_read_link(BINARY, error);
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
    KeeperConfig config = {.program = "ownprocd " OWNPROC_VERSION,
                           .binary = hold->binary,
                           .argv = arguments,
                           .config = hold->options->config ? hold->options->config
                                                           : OPTIONS_CONFIG_DEFAULT,
                           .config_may_miss = !hold->options->config,
                           .config_variable = OPTIONS_CONFIG_VARIABLE,
                           .socket = hold->socket,
                           .has_fd_store = hold->options->fd_store,
                           .serving = serving,
                           .stop = stop,
                           .is_used = is_used,
                           .lost = lost,
                           .data = hold};
    KeeperEnd end;

    end = gather(hold, &holdings, &config, error) ? keeper_run(&config, &holdings) : KEEPER_FAILED;
    /* Nobody has anything of what is new, what failed has said why; and of what is left when the
     * tree was unmounted nobody is to find anything. */
    if ((end == KEEPER_FAILED && config.is_new) || end == KEEPER_LOST) {
        unmount(&holdings);
        if (holdings.n_extras > 0) /* else the socket there is another daemon's */
            remove_sockets(hold);
    }
    holdings_clear(&holdings);
    return end == KEEPER_FAILED ? HOLD_FAILED : end == KEEPER_KEPT ? HOLD_KEPT : HOLD_ENDED;
}

static bool
leave_cgroup(const char *name, GError **error)
{
    if (!name || keeper_leave_cgroup(name) == 0)
        return true;
    read_error_set_errno(error, errno, "cannot go to the cgroup %s", name);
    return false;
}

HoldEnd
hold_run(const Options *options, char **argv, int parent, GError **error)
{
    g_autofree char *binary = find_binary(options, error), *socket = NULL;
    Hold hold = {.options = options, .binary = binary, .parent = parent};

    if (!binary || !leave_cgroup(options->keeper_cgroup, error))
        return HOLD_FAILED;
    if (options->run_dir)
        hold.socket = socket = g_build_filename(options->run_dir, SOCKET, NULL);
    return keep(&hold, argv, error);
}
