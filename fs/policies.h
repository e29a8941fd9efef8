/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the administrator decided about files and containers: which file is shown how, and how a
 * quota becomes CPUs; in general and for the containers of a pattern.  Written once, at the start;
 * [pure] */

#pragma once

#include "common/cgroup_paths.h"
#include "fs/proc/files.h"
#include "fs/view/cpu_view.h"

typedef enum {
    FILE_VIRTUAL, /* the container's own numbers */
    FILE_HIDE,    /* there is no such file */
    FILE_ZERO,    /* the lines of the file, and 0 for each number */
    FILE_HOST,    /* the kernel's own text, deliberately */
} FileMode;

typedef struct Policies Policies;
/* Of one container. */
typedef struct Policy Policy;

Policies *policies_new(void);
void policies_free(Policies *policies);

/* The policy of the containers whose cgroup matches @pattern, in which "*" is any text, slashes
 * too, and "?" any character.  Patterns are tried in the order in which they were first named.
 * NULL: of all that no pattern matches, and of whatever the others do not say. */
Policy *policies_name(Policies *policies, const char *pattern);

/* Both fail, with the reason, if @value or @path is not one.  @path may be a pattern as above,
 * which also stands for the numbers in it: "sys/devices/system/cpu/cpu*" are all files of all CPUs.
 * Of what is said twice the first counts. */
bool policy_set_cpu_policy(Policy *policy, const char *value, GError **error);
bool policy_set_file(Policy *policy, const char *path, const char *value, GError **error);

/* "ceil", "round" or "cpuset". */
bool policies_parse_cpu_policy(const char *value, CpuPolicy *ret);

/* All of these take NULL for "nothing was said".  A pattern matches if the container's path in any
 * hierarchy does. @container NULL: the general one. */
const Policy *policies_find(const Policies *policies, const CgroupPaths *container);
FileMode policy_file(const Policy *policy, const ProcFile *file);
CpuPolicy policy_cpus(const Policy *policy, CpuPolicy general);
/* True if @file is hidden from somebody. */
bool policies_may_hide(const Policies *policies, const ProcFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Policies, policies_free)
