/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What keepers, workers and those who ask the keeper say to each other: messages of fixed sizes
 * over SOCK_SEQPACKET, file descriptors beside them (SCM_RIGHTS).  All are on one machine, so
 * numbers are as it has them. */

#pragma once

#include "fs/keeper/holdings.h"

#include <sys/types.h>

#define PROTOCOL_FRAME 1u /* of the header and of how fds are sent */

/* Of the language.  A worker and its keeper speak the highest that both know.  Never change a
 * message that was released: add another, and a version. */
#define PROTOCOL_MIN 1u
#define PROTOCOL_MAX 2u
#define PROTOCOL_SAFE 2u /* since then: GO_SAFE */

#define PROTOCOL_TEXT_MAX 256u
#define PROTOCOL_PROGRAM_MAX 64u
#define PROTOCOL_WORKERS_MAX 6u
#define PROTOCOL_FDS_MAX HOLDINGS_FDS_MAX
#define PROTOCOL_BODY_MAX 2048u

typedef enum {
    /* keeper to worker */
    PROTOCOL_GRANT = 1, /* fds: table, shelf, connections, extras */
    PROTOCOL_GO,        /* nobody else serves: begin, with what is open in the table */
    PROTOCOL_DRAIN,     /* finish what you are answering, take no more, say so */
    PROTOCOL_GO_SAFE,   /* as GO, but make nothing anew: those that did have died */
    /* worker to keeper */
    PROTOCOL_HELLO = 16,
    PROTOCOL_READY,   /* as warm as can be without serving */
    PROTOCOL_SERVING, /* what was open is answered, the next request is awaited */
    PROTOCOL_DRAINED,
    PROTOCOL_POKE, /* somebody asks, after a time in which nobody did */
    PROTOCOL_LOST, /* a connection has ended: unmounted by somebody else */
    /* those who ask */
    PROTOCOL_STATUS = 32,
    PROTOCOL_UPGRADE, /* fd: the new program; none: the path that the keeper was told */
    PROTOCOL_SHUTDOWN,
    PROTOCOL_ADOPT,   /* another keeper wants to take over: STATE */
    PROTOCOL_TAKE,    /* then, when a worker of its own is warm: stop serving; DONE */
    PROTOCOL_ADOPTED, /* then, when that worker serves: nobody needs you any more */
    /* answers to them */
    PROTOCOL_STATUS_IS = 48,
    PROTOCOL_DONE,
    PROTOCOL_REFUSED,
    PROTOCOL_STATE, /* fds: table, shelf, connections, extras, and the listening socket if any */
} ProtocolType;

typedef struct {
    uint32_t min, max;
    char program[PROTOCOL_PROGRAM_MAX]; /* and its version, for people */
} ProtocolHello;

/* Also STATE.  Bit i of @present: connection i has an fd. */
typedef struct {
    uint32_t version, n_connections, present, n_extras;
    uint32_t has_listener, unused;
    struct {
        char name[TABLE_NAME_MAX];
        char target[HOLDINGS_TARGET_MAX];
        char mount_id[HOLDINGS_ID_MAX];
    } connections[TABLE_CONNECTIONS_MAX];
    char extras[HOLDINGS_EXTRAS_MAX][TABLE_NAME_MAX];
} ProtocolGrant;

typedef struct {
    uint32_t connection, unused;
} ProtocolLost;

typedef struct {
    int32_t code; /* of errno(3) */
    char text[PROTOCOL_TEXT_MAX];
} ProtocolRefused;

typedef struct {
    int32_t pid;
    char state[12]; /* "starting", "standby", "serving", "safe", "draining", "ending" */
    uint64_t age_nsec;
    char program[PROTOCOL_PROGRAM_MAX];
} ProtocolWorker;

typedef struct {
    int32_t pid;
    uint32_t n_workers, n_connections;
    uint32_t is_upgrading;
    uint64_t age_nsec;
    uint64_t restarts, upgrades, killed, recovered, poisoned, adoptions;
    uint64_t longest_pause_nsec;
    char program[PROTOCOL_PROGRAM_MAX]; /* the keeper's */
    ProtocolWorker workers[PROTOCOL_WORKERS_MAX];
    struct {
        char name[TABLE_NAME_MAX];
        char target[HOLDINGS_TARGET_MAX];
        uint32_t is_connected, unused;
    } connections[TABLE_CONNECTIONS_MAX];
} ProtocolStatus;

typedef struct {
    uint32_t magic;
    uint16_t frame;
    uint16_t type; /* ProtocolType */
    uint32_t len;  /* of the body */
    uint32_t n_fds;
} ProtocolHeader;

typedef struct {
    ProtocolHeader header;
    union {
        ProtocolHello hello;
        ProtocolGrant grant;
        ProtocolLost lost;
        ProtocolRefused refused;
        ProtocolStatus status;
        uint8_t bytes[PROTOCOL_BODY_MAX];
    };
} ProtocolMessage;

/* With the fds that came with it, which are whoever's the message is. */
typedef struct {
    ProtocolMessage message;
    unsigned n_fds;
    int fds[PROTOCOL_FDS_MAX];
} ProtocolReceived;

/* 0 if @size bytes of @message and @n_fds fds are a message that this program knows, else what is
 * wrong: EPROTONOSUPPORT another frame, ENOSYS an unknown type, EBADMSG all else.  [pure] */
int protocol_check(const ProtocolMessage *message, size_t size, unsigned n_fds);

/* Sends a message of @type with @body, which is of the size that the type has, NULL if that is 0.
 * Never waits: -1 and EAGAIN if there is no room. */
int protocol_send(int sock, ProtocolType type, const void *body);
int protocol_send_fds(int sock, ProtocolType type, const void *body, const int *fds, unsigned n);
int protocol_refuse(int sock, int code, const char *text);

/* Takes one message.  1: it is there and protocol_check() found it good; 0: the other side is gone;
 * -1 and errno: EAGAIN there is none, EMFILE not all fds came, else what protocol_check() says, or
 * the socket's error.  Of those that are refused all fds are closed.  Never waits. */
int protocol_receive(int sock, ProtocolReceived *ret);
/* The same from who is to send no fds and is not trusted: those that it sends do not come to be
 * this process's, which would have to close them, whatever file system they are of. */
int protocol_receive_words(int sock, ProtocolReceived *ret);
/* As protocol_receive(), but waits: at most @msec, for ever if that is negative; ETIMEDOUT. */
int protocol_await(int sock, int msec, ProtocolReceived *ret);
void protocol_close_fds(ProtocolReceived *received);

/* The highest version that both know, 0 if there is none. */
uint32_t protocol_agree(const ProtocolHello *hello);

/* @with_listener: a STATE.  Returns how many are in @ret_fds. */
unsigned protocol_pack(const Holdings *holdings, bool with_listener, ProtocolGrant *ret,
                       int ret_fds[PROTOCOL_FDS_MAX]);
/* Takes the fds of a GRANT or a STATE that protocol_check() found good over. */
void protocol_unpack(ProtocolReceived *received, Holdings *ret);
