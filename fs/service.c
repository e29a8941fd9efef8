/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/service.h"

#include "common/clock.h"
#include "common/error.h"

#include <errno.h>

#define MAX_TEXT_BYTES (32u << 20) /* kept for files that are open */
#define MAX_PAGES 16384u           /* that the kernel keeps until the end of their tick */

bool
service_open(Service *service, const ServiceConfig *config, GError **error)
{
    const Server *server = &service->daemon.server;

    service->daemon.root_fd = -1;
    /* Where nothing is made anew no page gets older; and to take one away waits for whoever fills
     * it, who may have to wait for the next worker. */
    if (!config->is_safe)
        service->expiry = expiry_new(
            &(ExpiryConfig){clock_boottime, session_drop_page, MAX_PAGES, session_push_page});
    if (!service->expiry && !config->is_safe) {
        read_error_set_errno(error, errno, "cannot have a timer");
        return false;
    }
    service->ops = ops_new(&(OpsConfig){server, clock_boottime, MAX_TEXT_BYTES, service->expiry,
                                        true, config->figures});
    service->bound = bound_new(&(BoundConfig){server, clock_boottime, service->expiry});
    service->daemon.is_safe = config->is_safe;
    return daemon_open(&service->daemon, config->options, config->shelf, error);
}

static Session *
connect_to(Service *service, int fuse_fd, const SessionConfig *config, GError **error)
{
    Session *session = session_new(fuse_fd, config, error);

    g_assert(service->n_sessions < SERVICE_CONNECTIONS);
    if (session)
        service->sessions[service->n_sessions++] = session;
    return session;
}

bool
service_connect_tree(Service *service, int fuse_fd, const SlotsConfig *slots, GError **error)
{
    const SessionConfig config = {SERVICE_TREE, &ops_table, service->ops, ops_whose, *slots};
    Session *session = connect_to(service, fuse_fd, &config, error);

    if (session)
        ops_connect(service->ops, session);
    return session != NULL;
}

bool
service_connect_bound(Service *service, int fuse_fd, const SlotsConfig *slots, GError **error)
{
    const SessionConfig config = {SERVICE_BOUND, &bound_table, service->bound, bound_whose, *slots};
    Session *session = connect_to(service, fuse_fd, &config, error);

    if (session)
        bound_connect(service->bound, session);
    return session != NULL;
}

void
service_take_up(Service *service)
{
    Shelf *shelf = service->daemon.shelf;

    ops_keep(service->ops, shelf);
    if (service->n_sessions > 1)
        bound_keep(service->bound, shelf);
}

char *
service_describe(const Service *service, unsigned session, uint64_t node)
{
    return session == 0 ? ops_describe(service->ops, node) : bound_describe(service->bound, node);
}

bool
service_control(Service *service, int listener, const char *containers, GError **error)
{
    const ControlConfig config = {&service->daemon.server, containers, clock_boottime};

    service->control = control_start(listener, &config, error);
    return service->control != NULL;
}

bool
service_run(Service *service, const SessionEvents *events, GError **error)
{
    return session_run(service->sessions, service->n_sessions, events, error);
}

void
service_settle(Service *service)
{
    /* Nobody but those who answer writes to the shelf from then on. */
    control_stop(g_steal_pointer(&service->control));
    daemon_rest(&service->daemon);
    expiry_stop(service->expiry);
}

void
service_close(Service *service)
{
    control_stop(service->control);
    for (unsigned i = 0; i < service->n_sessions; i++)
        session_free(service->sessions[i]);
    bound_free(service->bound);
    ops_free(service->ops);
    expiry_free(service->expiry);
    daemon_close(&service->daemon);
}
