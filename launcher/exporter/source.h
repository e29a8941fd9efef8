/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The daemon's metrics, which may be dead, or not answer. */

#pragma once

#include <glib.h>

typedef struct Source Source;

/* The file metrics of the tree at @tree, the tally of @run_dir.  Lives as long as the process. */
Source *source_new(const char *tree, const char *run_dir);

/* All of the metrics, made when this was called or later; the caller frees.  Of those who call at
 * once one text is for all.  Waits 2 s at most.  NULL and one sentence if the daemon does not
 * serve, is too slow, or serves what has no end. */
GString *source_read(Source *source, GError **error);
