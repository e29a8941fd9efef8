/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* FUSE connections and the threads that serve them. */

#pragma once

#include "fs/request/intake.h"

typedef struct Session Session; /* one connection */

/* All borrowed; @data must live as long as the session. */
typedef struct {
    const char *name; /* of its threads, for who looks with ps or gdb: at most 12 bytes */
    const struct fuse_lowlevel_ops *ops; /* init: once all is agreed upon; changes nothing */
    void *data;                          /* what fuse_req_userdata() is in them */
    IntakeWhose whose;                   /* given @data; may be NULL */
    SlotsConfig slots;                   /* where requests lie */
} SessionConfig;

/* Takes over @fuse_fd: /dev/fuse as mount(2) got it, or in a test one end of a SOCK_SEQPACKET pair,
 * through which requests come that no kernel sent. */
Session *session_new(int fuse_fd, const SessionConfig *config, GError **error);
void session_free(Session *session);

/* Answers a request that came another way: the first of a connection, or what another process had
 * begun to answer.  Before session_run().  False if it is left to yet another process. */
bool session_answer(Session *session, void *bytes, size_t len);
/* Once all such are answered: those that were not stay where they will be found. */
void session_take_up(Session *session);

/* Waits for one request and answers it.  False once the connection has ended. */
bool session_serve_one(Session *session);

/* Has the kernel drop the page it keeps of @node; waits while it is being filled.  An
 * ExpiryConfig.drop. */
void session_drop_page(gpointer session, uint64_t node);

/* Puts @page into the kernel's page of @node, if another thread is free to answer: it waits while
 * that is being filled.  An ExpiryConfig.push. */
void session_push_page(gpointer session, uint64_t node, GBytes *page);

/* Call before any thread exists: the signals that end the daemon are for session_run() alone. */
void session_block_signals(void);

/* What session_run() tells, from the thread that called it. */
typedef struct {
    /* The connection of the session number @which has ended by itself: somebody unmounted it. */
    void (*lost)(unsigned which, void *data);
    /* The end: takes the mounts away while they still answer, so that nobody finds them dead. */
    void (*stopping)(void *data);
    void *data;
} SessionEvents;

/* Serves all @n of them until SIGTERM or SIGINT comes or the first one is lost: that is how the
 * daemon is told to go.  Another is lost when nobody has anything of it any more, so nobody misses
 * it and the rest go on.  Fails if threads cannot be started. */
bool session_run(Session *const *sessions, unsigned n, const SessionEvents *events, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)
