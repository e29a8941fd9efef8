/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where file systems of some kinds are mounted in this mount namespace. */

#pragma once

#include <glib.h>

/* The mount points, in the order of mountinfo, of what has one of @types (ends in NULL). */
GPtrArray *mount_points_of(const char *const *types, GError **error);
