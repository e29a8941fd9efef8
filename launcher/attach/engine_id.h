/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What engines call their containers, as the names of cgroups tell.  [pure] */

#pragma once

#include "common/cgroup_paths.h"

/* The name of the innermost container that is on the way to one of @paths: 64 hexadecimal digits of
 * Docker, Podman, containerd or CRI-O, or a name of LXC or of `ownproc run`.  NULL if none is
 * known.  Whoever may make cgroups may call them so: it is a name, no proof.  The caller frees. */
char *engine_id_of(const CgroupPaths *paths);

/* True if @id is meant by @word: the whole of it, or an id's first digits, 6 and more. */
bool engine_id_is_meant(const char *id, const char *word);
