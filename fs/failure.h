/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The one rule for what a reader gets when a source fails:
 *
 * - the container has ended: ESTALE;
 * - a text is not as documented, or cannot be read: the text served last, if it is no more than a
 *   second old, else EIO;
 * - nobody knows who reads: EACCES;
 * - in no case the host's numbers.
 *
 * Each is counted, and logged at a limited rate. */

#pragma once

#include "fs/texts.h"

#include <sys/types.h>

/* One attempt to make a text.  All borrowed. */
typedef struct {
    Texts *texts; /* NULL: nothing is kept */
    const TextsKey *key;
    uint64_t now; /* CLOCK_BOOTTIME in microseconds */
} Attempt;

/* It failed with @problem: what is served instead, or *@error is set.  Takes over @problem. */
bool failure_forgive(const Attempt *attempt, GError *problem, Text *ret, GError **error);

/* What the reader gets for @error: ESTALE, EIO or EACCES. */
int failure_errno(const GError *error, const ProcFile *file, pid_t tid);
