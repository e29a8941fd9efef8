/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* HTTP, by libmicrohttpd. */

#pragma once

#include "launcher/exporter/source.h"

#include <glib.h>
#include <stdbool.h>

/* Splits "127.0.0.1:9618", "[::1]:9618" or ":9618" and listens there; the caller closes.  -1 and
 * one sentence if it is no such thing or cannot. */
int server_listen(const char *address, GError **error);

/* Answers at @listener, which is taken over, in threads of its own, for as long as the process
 * lives: GET /metrics and /healthz.  Whatever comes in is bounded: 32 connections, 16 KiB and 5 s
 * of silence for each, one request a connection. */
bool server_start(int listener, Source *source, GError **error);
