/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages for people: GLib's structured log, which speaks journald natively and stderr otherwise.
 */

#pragma once

#include <glib.h>
#include <stdbool.h>

/* Call once, early.  @program is the prefix of every line on stderr. */
void log_setup(const char *program, bool debug);

/* At most one line a second for each @key (a string literal), with the number left out since the
 * last one: a container must not be able to fill the host's journal.  Thread-safe. */
void log_limited(GLogLevelFlags level, const char *key, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
