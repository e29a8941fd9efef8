/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What `ownproc status` prints.  [pure] */

#pragma once

#include "fs/keeper/protocol.h"
#include "launcher/tally.h"

#include <glib.h>

/* What is told; of numbers that a keeper of another version may send none is believed. */
typedef struct {
    ProtocolStatus keeper;
    int n_containers; /* that are registered; -1: nobody says */
    Tally tally;      /* which containers were given their files */
} Status;

void status_print_text(const Status *status, GString *out);
void status_print_json(const Status *status, GString *out);
