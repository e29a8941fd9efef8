/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Speaks to the daemon's keeper over its socket (fs/keeper/protocol.h). */

#pragma once

#include "fs/keeper/protocol.h"

#include <glib.h>
#include <stdbool.h>

/* Asks the keeper of @run_dir for @type, with @fd if it is not negative, and waits for the answer
 * that is @wanted, at most @patience_sec.  LAUNCH_ERROR_FAILED, also if the keeper refuses. */
typedef struct {
    ProtocolType type, wanted;
    int fd;
    int patience_sec;
} KeeperQuestion;

bool keeper_ask(const char *run_dir, const KeeperQuestion *question, ProtocolMessage *ret,
                GError **error);

/* PROTOCOL_STATUS. */
bool keeper_ask_status(const char *run_dir, ProtocolStatus *ret, GError **error);
