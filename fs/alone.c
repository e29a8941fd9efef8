/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/alone.h"

#include "common/notify.h"
#include "fs/background.h"
#include "fs/request/mounts.h"
#include "fs/service.h"

#include <sys/mount.h>

typedef struct {
    Service service;
    Mounts mounts;
    ControlSocket socket;
} Alone;

static void
tell_manager(const char *state)
{
    g_autoptr(GError) error = NULL;

    if (!notify_send(state, &error))
        g_warning("%s", error->message);
}

static void
tell_of_lost(unsigned which, void *data)
{
    const Alone *alone = data;

    g_message("%s was unmounted by somebody else", alone->mounts.points[which].path);
}

/* The mounts go while they still answer, so that nobody finds them dead. */
static void
stop(void *data)
{
    Alone *alone = data;

    tell_manager("STOPPING=1");
    mounts_clear(&alone->mounts);
    service_settle(&alone->service);
}

/* Not read-only: opening for writing shall fail with our EACCES, as in the kernel's own /proc, not
 * with EROFS. */
static bool
add_tree(Alone *alone, const Options *options, GError **error)
{
    int fd = mounts_add(&alone->mounts, options->mount_point, 0, error);

    return fd >= 0 && service_connect_tree(&alone->service, fd, &(SlotsConfig){0}, error);
}

/* Nobody opens there but the kernel itself; read-only, it does not ask for access times either.
 * Whoever has the mount has the directory: nobody else listens there. */
static bool
add_bound(Alone *alone, const Options *options, GError **error)
{
    g_autofree char *path = g_build_filename(options->run_dir, "containers", NULL);
    int fd = mounts_add(&alone->mounts, path, MS_RDONLY, error);

    return fd >= 0 && service_connect_bound(&alone->service, fd, &(SlotsConfig){0}, error) &&
           control_listen(options->run_dir, &alone->socket, error) &&
           service_control(&alone->service, alone->socket.fd, path, error);
}

static bool
serve(Alone *alone, const Options *options, int parent, GError **error)
{
    const SessionEvents events = {tell_of_lost, stop, alone};
    g_autofree char *state = NULL;

    if (!service_open(&alone->service, &(ServiceConfig){options, NULL, NULL}, error) ||
        !add_tree(alone, options, error) || (options->run_dir && !add_bound(alone, options, error)))
        return false;
    state = g_strdup_printf("READY=1\nSTATUS=serving %s", alone->mounts.points[0].path);
    tell_manager(state);
    if (parent >= 0)
        background_ready(parent);
    return service_run(&alone->service, &events, error);
}

bool
alone_run(const Options *options, int parent, GError **error)
{
    Alone alone = {.socket.fd = -1};
    bool ok = serve(&alone, options, parent, error);

    mounts_clear(&alone.mounts);
    service_close(&alone.service);
    control_unlisten(&alone.socket);
    return ok;
}
