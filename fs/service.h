/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* All that serves, put together: a daemon, its connections and its control socket. */

#pragma once

#include "fs/control/server.h"
#include "fs/daemon.h"
#include "fs/request/bound.h"
#include "fs/request/ops.h"
#include "fs/request/session.h"

/* Also the names by which a keeper knows them, and their order in its table. */
#define SERVICE_TREE "tree"
#define SERVICE_BOUND "bound"
#define SERVICE_CONTROL "control"
#define SERVICE_CONNECTIONS 2

typedef struct {
    Daemon daemon;
    Expiry *expiry;
    Ops *ops;
    Bound *bound;
    Session *sessions[SERVICE_CONNECTIONS];
    unsigned n_sessions;
    ControlServer *control;
} Service;

/* All borrowed. */
typedef struct {
    const Options *options;
    Shelf *shelf;                /* daemon_open(); NULL: nothing is kept */
    const TableFigures *figures; /* of the keeper; NULL: there is none */
    bool is_safe;                /* Server.is_safe */
} ServiceConfig;

/* @service is {0}; service_close() also after a failure. */
bool service_open(Service *service, const ServiceConfig *config, GError **error);

/* Takes over @fuse_fd, the connection of the tree or of the bound one.  In this order; a service
 * without the second has no control socket either. */
bool service_connect_tree(Service *service, int fuse_fd, const SlotsConfig *slots, GError **error);
bool service_connect_bound(Service *service, int fuse_fd, const SlotsConfig *slots, GError **error);

/* What an earlier life of the daemon has left on the shelf goes on.  Of connections that are there
 * and have not begun: when they do, pages that the kernel may still have are taken away. */
void service_take_up(Service *service);

/* What @node of that connection is to people; the caller frees. */
char *service_describe(const Service *service, unsigned session, uint64_t node);

/* @containers is where the bound tree is mounted; @listener is borrowed. */
bool service_control(Service *service, int listener, const char *containers, GError **error);

/* session_run(). */
bool service_run(Service *service, const SessionEvents *events, GError **error);

/* Ends the threads that take pages away, take registrations and keep averages; to be called while
 * somebody still answers. */
void service_settle(Service *service);
void service_close(Service *service);
