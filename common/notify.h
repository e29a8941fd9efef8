/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* sd_notify(3) without libsystemd: one datagram to $NOTIFY_SOCKET. */

#pragma once

#include <glib.h>
#include <stdbool.h>

/* Sends @state ("READY=1").  True without doing anything if $NOTIFY_SOCKET is unset. */
bool notify_send(const char *state, GError **error);
