/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which containers are given no files.  Every way of giving them asks here (ownproc-runc, ownproc
 * hook, ownproc-nri, ownproc attach), so that they are of one mind: ownproc(1), "WHAT IS LEFT
 * ALONE".  [pure] */

#pragma once

#include "launcher/wish.h"

#include <stdbool.h>

/* What is known of a container. */
typedef struct {
    Wish wish;
    bool host_pids; /* it shares the host's pid namespace */
    bool unmasked;  /* nothing of its /proc is masked */
} SkipFacts;

/* Such containers have the files all the same. */
typedef struct {
    bool host_pids, unmasked;
} SkipRules;

/* Why a container is to have no files, a literal; NULL: it is to have them. */
const char *skip_reason(const SkipFacts *facts, const SkipRules *rules);
