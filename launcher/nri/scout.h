/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A child that looks at the daemon and its files for us.  Whoever looks at a FUSE mount waits for
 * whoever serves it, perhaps for ever, and we have a runtime that waits for us: so we wait for the
 * child for so long and no longer.  One that does not come back is killed, and another takes its
 * place. */

#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Scout Scout;

/* @tree and @run_dir, the daemon's, are borrowed. */
Scout *scout_new(const char *tree, const char *run_dir);
void scout_free(Scout *scout);

/* Which files there are for a container, a list of bind_list.h that the caller frees; with @cgroup,
 * where it is or will be, they are its own: it is registered as @id.  Both NULL: for no container.
 * Fails, and says why, if the daemon is down or says nothing for half a second. */
GPtrArray *scout_look(Scout *scout, const char *id, const char *cgroup, GError **error);

/* The container @id has not come to life.  Nobody waits for that. */
void scout_forget(Scout *scout, const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scout, scout_free)
