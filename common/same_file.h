/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <stdbool.h>

/* True if both paths lead to one file, as those of one namespace do: /proc/self/ns/pid. */
bool same_file(const char *one, const char *other);
