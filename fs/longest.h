/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How long a file can get (ProcFile.longest): in whichever container of this host, before there is
 * one, as what is told of a registered container's files must be told before its cgroup exists; and
 * what was told, which holds from then on. */

#pragma once

#include "fs/proc/files.h"
#include "fs/source/snapshot.h"

/* At @now (CLOCK_BOOTTIME, microseconds).  0 if nobody knows.  Fails if the host cannot be read. */
bool longest_of(const Sources *sources, const ProcFile *file, uint64_t now, size_t *ret,
                GError **error);

/* What was told, 0: nothing yet. */
size_t longest_known(const uint32_t *told);
/* Tells @own, unless somebody told another meanwhile: two who ask at once for the first time may
 * differ, and the first answer counts.  Returns what was told. */
size_t longest_settle(uint32_t *told, size_t own);
