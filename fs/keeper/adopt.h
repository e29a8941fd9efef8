/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a new keeper begins when there is an old one: fs/keeper/hand_over.c tells the rest. */

#pragma once

#include "fs/keeper/holdings.h"

/* Asks the keeper that listens at @path for all that it holds.  Returns the socket to it, for
 * KeeperConfig.predecessor, and what it has in @ret.  -1 and errno: ENOENT or ECONNREFUSED nobody
 * listens there (nothing was said), else it has said why not. */
int adopt_ask(const char *path, Holdings *ret);
