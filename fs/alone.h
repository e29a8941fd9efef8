/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A daemon that keeps its mounts itself (--no-keeper): when it dies they are dead. */

#pragma once

#include "fs/options.h"

/* Mounts, serves until it is told to end, and unmounts.  @parent is background_start()'s, or -1. */
bool alone_run(const Options *options, int parent, GError **error);
