/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The container's place in the daemon's bound tree.  Its files there are faster, not truer: a
 * container that cannot be registered gets all of them from the ordinary tree. */

#include "launcher/container.h"

#include "common/io.h"
#include "launcher/control.h"
#include "launcher/registration.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static char *
ask(const Container *container, GError **error)
{
    g_autofree char *text = io_read_at(AT_FDCWD, "/proc/self/cgroup", NULL, error);
    g_auto(CgroupPaths) own = {0}, paths = {0};
    g_autoptr(GString) request = NULL;
    const int64_t *offset = container->plan->time_namespace ? &container->boottime_offset : NULL;

    if (!text || !cgroup_paths_parse(text, strlen(text), &own, error))
        return NULL;
    registration_paths(container->plan, container->layout, &own, &paths);
    request = registration_request(container->plan->name, &paths, offset);
    return control_ask(container->plan->run_dir, request, NULL, error);
}

bool
container_register(Container *container, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) local = NULL;
    g_autofree char *body = NULL;

    if (!container->plan->run_dir)
        return true;
    body = ask(container, &local);
    container->bound =
        body ? registration_path(body, container->plan->run_dir, container->plan->name, &local)
             : NULL;
    if (local && !g_error_matches(local, CONTROL_ERROR, CONTROL_ERROR_ABSENT) &&
        !g_error_matches(local, CONTROL_ERROR, CONTROL_ERROR_FORBIDDEN))
        fprintf(stderr, "ownproc: the daemon does not register the container: %s\n",
                local->message);
    return true;
}

void
container_unregister(Container *container)
{
    g_autoptr(GString) request = NULL;
    g_autofree char *body = NULL;

    if (!container->bound)
        return;
    request = registration_end(container->plan->name);
    /* A daemon that was started again knows nothing of it, and one that hears nothing forgets it
     * with its cgroup. */
    body = control_ask(container->plan->run_dir, request, NULL, NULL);
    g_clear_pointer(&container->bound, g_free);
}
