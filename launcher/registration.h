/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the daemon is told of a container before its files are bound.  [pure] */

#pragma once

#include "launcher/plan.h"

#include <sys/types.h>

/* The container's cgroups in each hierarchy: those of @plan, and where @plan has none those of the
 * launcher, @own, whose child its first process is. */
void registration_paths(const Plan *plan, const CgroupLayout *layout, const CgroupPaths *own,
                        CgroupPaths *ret);

/* The request that registers @name.  @boottime_offset of its time namespace is in microseconds;
 * NULL if it has none of its own.  The caller frees. */
GString *registration_request(const char *name, const CgroupPaths *paths,
                              const int64_t *boottime_offset);
/* The request that registers the container of process @pid as @name. */
GString *registration_request_process(const char *name, pid_t pid);
/* The request that registers as @name the container whose cgroup is @cgroup in each hierarchy,
 * also before that is there. */
GString *registration_request_cgroup(const char *name, const char *cgroup);
/* The directory of @name, absolute, once the daemon of @run_dir has answered @body:
 * "path=/run/ownproc/containers/web".  Where it says that is counts for nothing: what root binds is
 * not for the process that answers to choose.  The caller frees; CONTROL_ERROR_PROTOCOL if @body is
 * something else. */
char *registration_path(const char *body, const char *run_dir, const char *name, GError **error);
/* The request that takes it back. */
GString *registration_end(const char *name);
