/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to sessions: session.c is the connection, session_run.c its threads. */

#pragma once

#include "fs/request/session.h"

#include <stdatomic.h>

struct Session {
    SessionConfig config;
    struct fuse_session *se;
    Intake *intake;
    IntakePlace *place; /* of session_serve_one() */
    atomic_bool ended;  /* a worker has found that the connection is no more */
    bool told;          /* so has session_run(), the only one who looks at this */
};

/* Waits for one request and answers it.  False once the connection has ended. */
bool session_serve(const Session *session, IntakePlace *place);
