/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/keeper/store.h"

#include "common/fd.h"
#include "fs/keeper/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define FIRST_FD 3 /* SD_LISTEN_FDS_START */
#define CONNECTION "fuse-"
#define EXTRA "extra-"
#define STATE_MAX 256

static int
address_of(const char *path, struct sockaddr_un *ret, socklen_t *ret_len)
{
    size_t len = strlen(path);

    if ((path[0] != '/' && path[0] != '@') || len >= sizeof ret->sun_path)
        return keeper_fail(EINVAL, "NOTIFY_SOCKET is not an address: '%s'", path);
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(ret->sun_path, path, len);
    if (path[0] == '@')
        ret->sun_path[0] = '\0'; /* the abstract namespace (unix(7)) */
    *ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    return 0;
}

int
store_notify_fd(const char *state, int fd)
{
    const char *path = getenv("NOTIFY_SOCKET");
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    struct cmsghdr *rights = (struct cmsghdr *)(void *)control;
    struct iovec part = {(void *)state, strlen(state)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    struct sockaddr_un address;
    autofd sock = -1;

    if (!path || !*path)
        return 0;
    if (address_of(path, &address, &message.msg_namelen) != 0)
        return -1;
    message.msg_name = &address;
    if (fd >= 0) {
        *rights = (struct cmsghdr){CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(rights), &fd, sizeof fd);
        message.msg_control = control;
        message.msg_controllen = sizeof control;
    }
    sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (sock < 0 || sendmsg(sock, &message, MSG_NOSIGNAL) < 0)
        return keeper_fail(errno, "cannot notify %s: %m", path);
    return 0;
}

int
store_notify(const char *state)
{
    return store_notify_fd(state, -1);
}

static bool
put(const char *prefix, const char *name, int fd)
{
    char state[STATE_MAX];

    if (fd < 0)
        return true;
    /* What had the name before is another's that is gone; the manager keeps one fd twice only once.
     */
    (void)snprintf(state, sizeof state, "FDSTORE=1\nFDNAME=%s%s\nFDPOLL=0", prefix, name);
    return store_notify_fd(state, fd) == 0;
}

bool
store_put(const Holdings *holdings)
{
    const char *path = getenv("NOTIFY_SOCKET");
    bool all = path && *path && put("", "table", holdings->table) &&
               put("", "shelf", holdings->shelf) && put("", "keeper", holdings->listener);

    for (unsigned i = 0; all && i < holdings->n_connections; i++)
        all = put(CONNECTION, holdings->connections[i].name, holdings->connections[i].fd);
    for (unsigned i = 0; all && i < holdings->n_extras; i++)
        all = put(EXTRA, holdings->extras[i].name, holdings->extras[i].fd);
    return all;
}

static void
forget(const char *prefix, const char *name)
{
    char state[STATE_MAX];

    (void)snprintf(state, sizeof state, "FDSTOREREMOVE=1\nFDNAME=%s%s", prefix, name);
    (void)store_notify(state); /* it has said so */
}

void
store_remove(const char *connection)
{
    forget(CONNECTION, connection);
}

/* False if it is not ours, or there twice. */
static bool
take_one(const char *name, int fd, Holdings *ret)
{
    HoldingsConnection connection = {.fd = fd};
    int *single = strcmp(name, "table") == 0    ? &ret->table
                  : strcmp(name, "shelf") == 0  ? &ret->shelf
                  : strcmp(name, "keeper") == 0 ? &ret->listener
                                                : NULL;

    if (single) {
        if (*single >= 0)
            return false;
        *single = fd;
        return true;
    }
    if (strncmp(name, EXTRA, strlen(EXTRA)) == 0)
        return holdings_add_extra(ret, name + strlen(EXTRA), fd);
    if (strncmp(name, CONNECTION, strlen(CONNECTION)) != 0)
        return false;
    (void)snprintf(connection.name, sizeof connection.name, "%.31s", name + strlen(CONNECTION));
    return holdings_add_connection(ret, &connection);
}

static void
take_all(unsigned n, const char *names, Holdings *ret)
{
    for (unsigned i = 0; i < n && names; i++) {
        size_t len = strcspn(names, ":");
        char name[STATE_MAX];

        (void)snprintf(name, sizeof name, "%.*s", (int)(len < sizeof name ? len : 0), names);
        (void)fcntl(FIRST_FD + (int)i, F_SETFD, FD_CLOEXEC);
        (void)take_one(name, FIRST_FD + (int)i, ret);
        names = names[len] == ':' ? names + len + 1 : NULL;
    }
}

/* What does not fit together now would be mixed with what is stored next. */
static void
forget_all(const Holdings *taken)
{
    static const char *const single[] = {"table", "shelf", "keeper"};

    for (unsigned i = 0; i < sizeof single / sizeof single[0]; i++)
        forget("", single[i]);
    for (unsigned i = 0; i < taken->n_connections; i++)
        forget(CONNECTION, taken->connections[i].name);
    for (unsigned i = 0; i < taken->n_extras; i++)
        forget(EXTRA, taken->extras[i].name);
}

/* Connections in the order in which the table has them; those it does not have are no use.  One
 * that has ended is there with -1. */
static int
put_in_order(const Table *table, const Holdings *fallback, Holdings *taken)
{
    Holdings ordered = *taken;

    ordered.n_connections = table->n_connections;
    for (unsigned c = 0; c < table->n_connections; c++) {
        HoldingsConnection *to = &ordered.connections[c];

        *to = (HoldingsConnection){.fd = -1};
        memcpy(to->name, table_connection(table, c)->name, sizeof to->name);
        if (!holdings_is_name(to->name))
            return keeper_fail(EPROTO, "the table has a connection without a name");
        for (unsigned i = 0; fallback && i < fallback->n_connections; i++)
            if (strcmp(fallback->connections[i].name, to->name) == 0)
                *to = fallback->connections[i];
        to->fd = -1;
        for (unsigned i = 0; i < taken->n_connections; i++)
            if (strcmp(taken->connections[i].name, to->name) == 0)
                to->fd = fd_steal(&taken->connections[i].fd);
    }
    for (unsigned i = 0; i < taken->n_connections; i++)
        fd_clear(&taken->connections[i].fd);
    *taken = ordered;
    return 0;
}

int
store_take(const Holdings *fallback, Holdings *ret)
{
    const char *pid = getenv("LISTEN_PID"), *n = getenv("LISTEN_FDS");
    const char *names = getenv("LISTEN_FDNAMES");
    Holdings taken = HOLDINGS_INIT;
    Table table = {0};
    int failed;

    if (!pid || !n || !names || atol(pid) != getpid() || atoi(n) <= 0)
        return 0;
    take_all((unsigned)atoi(n), names, &taken);
    if (taken.table < 0 && taken.n_connections == 0)
        return 0;
    failed = taken.table < 0 || taken.shelf < 0 || taken.n_connections == 0;
    if (failed)
        (void)keeper_fail(EPROTO, "the service manager does not have all of what it was given");
    else
        failed = table_map(taken.table, &table) != 0 || put_in_order(&table, fallback, &taken) != 0;
    table_unmap(&table);
    if (failed) {
        forget_all(&taken);
        holdings_clear(&taken);
        return -1;
    }
    *ret = taken;
    return 1;
}
