/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Gives the container of a bundle its files. */

#pragma once

#include "launcher/runtime/invocation.h"
#include "launcher/runtime/settings.h"

#include <stdbool.h>

/* Edits the configuration of @invocation's bundle for the runtime at @real, counts and tells what
 * came of it.  False: the container must not be started. */
bool inject(const Invocation *invocation, const Settings *settings, const char *real);
