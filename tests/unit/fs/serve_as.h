/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A text as a thread reads it, without a connection. */

#pragma once

#include "fs/serve.h"

/* Appends the text of @name for whoever @tid is: where there is a tick, he may be remembered. */
bool serve_as(const Server *server, const ProcName *name, pid_t tid, uint64_t now, GString *out,
              GError **error);
