/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is said over the daemon's socket (docs/PROTOCOL.md).  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* What a caller does about it. */
typedef enum {
    CONTROL_ERROR_ABSENT,    /* nobody listens */
    CONTROL_ERROR_FORBIDDEN, /* we are not root of the host: a launcher in a container */
    CONTROL_ERROR_NO_SUCH,   /* the daemon knows no such container, process or file */
    CONTROL_ERROR_REFUSED,   /* it says why it does not */
    CONTROL_ERROR_PROTOCOL,  /* what came is no answer */
} ControlError;

#define CONTROL_ERROR (control_error_quark())
GQuark control_error_quark(void);

/* A request: its word, then its keys, then the empty line that ends it.  The caller frees the first
 * with g_string_free(). */
GString *control_request(const char *word);
void control_add(GString *request, const char *key, const char *value);
void control_end(GString *request);

/* What follows the line "ok" of the answer @text; NULL and CONTROL_ERROR_FORBIDDEN, _NO_SUCH,
 * _REFUSED or _PROTOCOL.  Borrowed from @text. */
const char *control_body(const char *text, size_t len, size_t *ret_len, GError **error);

/* The records of a body: each a table from key to value, as strings.  CONTROL_ERROR_PROTOCOL. */
GPtrArray *control_records(const char *body, size_t len, GError **error);
