/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Those who ask the keeper: `ownproc status`, `upgrade`, `shutdown`, and another keeper. */

#include "fs/keeper/keeper_private.h"

#include "common/fd.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define BACKLOG 16
#define ASK_NSEC (5 * KEEPER_SECOND) /* for a request to come */
#define DEAF_NSEC (100 * KEEPER_MSEC)

/* True if somebody answers there: another keeper. */
static bool
is_listening(const struct sockaddr_un *address)
{
    autofd fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return fd >= 0 &&
           (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN);
}

/* The mode first: bind(2) makes the file with it. */
int
clients_listen(const char *path)
{
    autofd fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof address.sun_path)
        return keeper_fail(ENAMETOOLONG, "the socket's path is too long: %s", path);
    memcpy(address.sun_path, path, strlen(path));
    if (is_listening(&address))
        return keeper_fail(EADDRINUSE, "another keeper listens at %s", path);
    (void)unlink(path); /* else bind(2) says why not */
    if (fd < 0 || fchmod(fd, 0600) != 0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, BACKLOG) != 0)
        return keeper_fail(errno, "cannot listen at %s: %m", path);
    return fd_steal(&fd);
}

void
client_close(Client *client)
{
    fd_clear(&client->fd);
    client->state = CLIENT_ASKS;
}

bool
clients_have_room(const Keeper *keeper)
{
    for (unsigned i = 0; i < KEEPER_CLIENTS && !keeper->deaf_until; i++)
        if (keeper->clients[i].fd < 0)
            return true;
    return false;
}

static bool
is_root(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == 0;
}

/* What he has sent and nobody reads would reset the connection, and he would not see the answer. */
static void
turn_away(int fd)
{
    uint8_t byte;

    (void)protocol_refuse(fd, EPERM, "only root may ask the keeper");
    (void)shutdown(fd, SHUT_RDWR);
    while (recv(fd, &byte, sizeof byte, MSG_DONTWAIT) > 0)
        ;
}

void
clients_accept(Keeper *keeper, uint64_t now)
{
    autofd fd = accept4(keeper->holdings->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
        keeper->deaf_until = now + DEAF_NSEC; /* no fd is free: who waits stays there */
    if (fd < 0)
        return;
    if (!is_root(fd)) {
        turn_away(fd);
        return;
    }
    for (unsigned i = 0; i < KEEPER_CLIENTS; i++)
        if (keeper->clients[i].fd < 0) {
            keeper->clients[i] = (Client){.fd = fd_steal(&fd), .deadline = now + ASK_NSEC};
            return;
        }
}

Client *
clients_find(Keeper *keeper, ClientState state)
{
    for (unsigned i = 0; i < KEEPER_CLIENTS; i++)
        if (keeper->clients[i].fd >= 0 && keeper->clients[i].state == state)
            return &keeper->clients[i];
    return NULL;
}

void
clients_answer(Keeper *keeper, ClientState state, int code, const char *text)
{
    Client *client;

    while ((client = clients_find(keeper, state))) {
        if (code != 0)
            (void)protocol_refuse(client->fd, code, text);
        else
            (void)protocol_send(client->fd, PROTOCOL_DONE, NULL);
        client_close(client);
    }
}

/* Then it may ask again, or go. */
static void
refuse(Client *client, int code, const char *what)
{
    char text[PROTOCOL_TEXT_MAX];

    (void)snprintf(text, sizeof text, "%s: %s", what, strerror(code));
    if (protocol_refuse(client->fd, code, text) != 0)
        client_close(client);
}

static void
ask_status(Keeper *keeper, Client *client, ProtocolReceived *received, uint64_t now)
{
    ProtocolStatus status;

    (void)received;
    status_fill(keeper, now, &status);
    if (protocol_send(client->fd, PROTOCOL_STATUS_IS, &status) != 0)
        client_close(client);
}

static void
ask_upgrade(Keeper *keeper, Client *client, ProtocolReceived *received, uint64_t now)
{
    int binary = received->n_fds == 1 ? fd_steal(&received->fds[0]) : -1;
    int code = upgrade_begin(keeper, binary, now);

    if (code != 0) {
        refuse(client, code, "cannot upgrade");
        return;
    }
    client->state = CLIENT_UPGRADES;
    client->deadline = KEEPER_NEVER; /* the upgrade has one */
}

static void
ask_shutdown(Keeper *keeper, Client *client, ProtocolReceived *received, uint64_t now)
{
    (void)received;
    (void)now;
    if (keeper->is_resting || !keeper->config->stop ||
        !keeper->config->stop(keeper->holdings, true, keeper->config->data)) {
        refuse(client, EBUSY, "cannot end now");
        return;
    }
    client->state = CLIENT_STOPS;
    client->deadline = KEEPER_NEVER;
    keeper_finish(keeper, KEEPER_ENDED);
}

static void
ask_adopt(Keeper *keeper, Client *client, ProtocolReceived *received, uint64_t now)
{
    (void)received;
    if (upgrade_is_on(keeper) || keeper->is_resting || keeper->predecessor >= 0 ||
        clients_find(keeper, CLIENT_ADOPTS))
        refuse(client, EBUSY, "cannot hand over now");
    else
        hand_over_give(keeper, client, now);
}

static void
ask_take(Keeper *keeper, Client *client, ProtocolReceived *received, uint64_t now)
{
    (void)received;
    if (upgrade_is_on(keeper) || keeper->is_resting)
        refuse(client, EBUSY, "cannot hand over now");
    else
        hand_over_take(keeper, client, now);
}

static void
ask_adopted(Keeper *keeper, Client *client, ProtocolReceived *received, uint64_t now)
{
    (void)received;
    (void)now;
    client_close(client);
    keeper_finish(keeper, KEEPER_HANDED_OVER);
}

static const struct {
    ProtocolType type;
    ClientState state; /* in which it may be asked */
    void (*ask)(Keeper *keeper, Client *client, ProtocolReceived *received, uint64_t now);
} questions[] = {
    {PROTOCOL_STATUS, CLIENT_ASKS, ask_status},     {PROTOCOL_UPGRADE, CLIENT_ASKS, ask_upgrade},
    {PROTOCOL_SHUTDOWN, CLIENT_ASKS, ask_shutdown}, {PROTOCOL_ADOPT, CLIENT_ASKS, ask_adopt},
    {PROTOCOL_TAKE, CLIENT_ADOPTS, ask_take},       {PROTOCOL_ADOPTED, CLIENT_HAS, ask_adopted},
};

static void
ask(Keeper *keeper, Client *client, ProtocolReceived *received, uint64_t now)
{
    for (unsigned i = 0; i < sizeof questions / sizeof questions[0]; i++)
        if (questions[i].type == received->message.header.type &&
            questions[i].state == client->state) {
            if (client->state == CLIENT_ASKS)
                client->deadline = now + ASK_NSEC;
            questions[i].ask(keeper, client, received, now);
            return;
        }
    refuse(client, EBADMSG, "this is not asked now");
}

/* An upgrade goes on without who asked for it. */
static void
lose(Keeper *keeper, Client *client)
{
    bool was_taking = client->state == CLIENT_TAKES || client->state == CLIENT_HAS;

    client_close(client);
    if (was_taking)
        hand_over_lost(keeper);
}

void
clients_hear(Keeper *keeper, Client *client, uint64_t now)
{
    ProtocolReceived received;
    int n = protocol_receive(client->fd, &received);

    if (n > 0) {
        ask(keeper, client, &received, now);
        protocol_close_fds(&received);
    } else if (n < 0 && (errno == ENOSYS || errno == EPROTONOSUPPORT)) {
        refuse(client, errno, "the keeper does not know this");
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        if (n < 0)
            refuse(client, errno, "this is no message");
        if (client->fd >= 0)
            lose(keeper, client);
    }
}

void
clients_advance(Keeper *keeper, uint64_t now)
{
    if (now >= keeper->deaf_until)
        keeper->deaf_until = 0;
    for (unsigned i = 0; i < KEEPER_CLIENTS; i++)
        if (keeper->clients[i].fd >= 0 && now >= keeper->clients[i].deadline) {
            (void)protocol_refuse(keeper->clients[i].fd, ETIMEDOUT, "this takes too long");
            lose(keeper, &keeper->clients[i]);
        }
}

uint64_t
clients_deadline(const Keeper *keeper)
{
    uint64_t deadline = keeper->deaf_until ? keeper->deaf_until : KEEPER_NEVER;

    for (unsigned i = 0; i < KEEPER_CLIENTS; i++)
        if (keeper->clients[i].fd >= 0)
            deadline = keeper_earlier(deadline, keeper->clients[i].deadline);
    return deadline;
}
