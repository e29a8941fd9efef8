/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is said over one connection to a runtime: bytes in, bytes out, and calls to whoever decides.
 * It speaks both generations of the interface: up to NRI 0.11 most events come as StateChange,
 * since 0.12 each has a call of its own.  [pure] */

#pragma once

#include "launcher/nri/subject.h"

typedef struct {
    const char *name;    /* "containerd", "cri-o", "docker" */
    const char *version; /* of it */
    const char *config;  /* text for us, or "" */
} SessionRuntime;

/* None of these may wait: the runtime, and all containers that it is to start, wait for them. */
typedef struct {
    void (*configured)(void *data, const SessionRuntime *runtime);
    /* All containers that there are; of Subject, borrowed. */
    void (*synchronized)(void *data, const GPtrArray *subjects);
    /* What to mount (binds.h), which is taken over; NULL or nothing: nothing. */
    GPtrArray *(*create)(void *data, Subject *subject);
    void (*started)(void *data, Subject *subject);
    void (*stopped)(void *data, const Subject *subject);
    void (*removed)(void *data, const Subject *subject);
    /* It said something that makes no sense; the connection goes on. */
    void (*baffled)(void *data, const char *sentence);
} SessionOps;

typedef struct Session Session;

/* @name and @index, which has two digits and says when we are asked, as the runtime shall know us.
 * What @ops and @data point to is borrowed. */
Session *session_new(const char *name, const char *index, const SessionOps *ops, void *data);
void session_free(Session *session);

/* Takes what came.  False, and why, if the connection is of no use any more. */
bool session_feed(Session *session, const uint8_t *data, size_t len, GError **error);
/* What is to be sent; the caller takes bytes off its front as they are. */
GByteArray *session_output(Session *session);

/* True once the runtime has told us which containers there are. */
bool session_is_synchronized(const Session *session);
/* True while the runtime owes us something: the rest of a frame, or of the introduction. */
bool session_is_waiting(const Session *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)
