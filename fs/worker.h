/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A daemon whose mounts somebody else keeps (fs/keeper/keeper.h): it may die at any instruction. */

#pragma once

#include "fs/options.h"

/* Serves what the keeper that started this process has given it, until that wants no more.
 * False without an error if what failed has said so. */
bool worker_run(const Options *options, GError **error);
