/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The containers that the daemon knows, as records of "key=value" lines. */

#pragma once

#include "fs/serve.h"

/* First those that are registered, then those that were served. */
void control_list(const Server *server, uint64_t now, GString *out);
