/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* JSON (RFC 8259), as far as a list of containers needs it.  [pure] */

#pragma once

#include <glib.h>

/* Appends @text in quotes; NULL as null.  JSON is UTF-8: bytes that are not become U+FFFD. */
void json_append_string(GString *out, const char *text);
