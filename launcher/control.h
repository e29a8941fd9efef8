/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Speaks to the daemon over its socket; what is said is control_text.h's. */

#pragma once

#include "launcher/control_text.h"

#define CONTROL_SOCKET "ownprocd.sock" /* in the daemon's run directory */

/* True if a daemon has, or had, its socket in @run_dir: an older one has none. */
bool control_is_there(const char *run_dir);

/* Connects to the daemon of @run_dir, sends @request and reads the whole answer.  Returns the body,
 * NUL-terminated, which the caller frees, and its length in @ret_len (may be NULL).
 * CONTROL_ERROR_ABSENT if nobody listens, else as control_body(). */
char *control_ask(const char *run_dir, const GString *request, size_t *ret_len, GError **error);

/* The containers that the daemon of @run_dir knows, each a table of control_records(); the caller
 * unrefs. */
GPtrArray *control_list(const char *run_dir, GError **error);
