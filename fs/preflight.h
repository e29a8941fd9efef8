/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What must be so before the daemon can tell one container from another. */

#pragma once

#include <glib.h>
#include <stdbool.h>

/* @bound: everybody is shown the same container, so nobody has to be told from anybody.  Fails with
 * one sentence that says what to do. */
bool preflight_check(bool bound, GError **error);

/* Puts the calling thread, and those it starts, into the host's cgroup namespace, raises the limit
 * of open files, and does without huge pages: all as far as possible. */
void preflight_settle(bool bound);
