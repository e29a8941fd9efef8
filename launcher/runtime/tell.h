/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is done, or goes wrong, is told where the runtime's own errors go: engines make its standard
 * error the container's. */

#pragma once

#include "launcher/runtime/invocation.h"

/* A sentence for the log of @invocation, else the standard error; and for the system's log.
 * @level is "warning" or "error", which engines show to who started the container, or "info", which
 * never goes to the standard error. */
void tell(const Invocation *invocation, const char *level, const char *sentence);
