/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How long a file can get in whichever container of this host (ProcFile.longest), before there is
 * one: what is told of a registered container's files must be told before its cgroup exists. */

#pragma once

#include "fs/serve.h"

/* At @now (CLOCK_BOOTTIME, microseconds).  0 if nobody knows.  Fails if the host cannot be read. */
bool longest_of(const Server *server, const ProcFile *file, uint64_t now, size_t *ret,
                GError **error);
