/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How the control socket writes a value, so that it can end neither a line nor a word of it: bytes
 * up to 0x20, 0x7f and '%' as %XX (docs/PROTOCOL.md).  The daemon and the launcher speak it.
 * [pure] */

#pragma once

#include "common/lines.h"

void control_value_append(GString *out, const char *value);

/* The caller frees.  NULL if it is not written so, or has a NUL. */
char *control_value_decode(Span value);
