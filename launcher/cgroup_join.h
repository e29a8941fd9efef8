/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the child does with the cgroups its launcher made. */

#pragma once

#include "launcher/plan.h"

/* The calling process, which has one thread, joins the v1 cgroups without the cpu controller, or
 * with @cpu the one with it.  It was cloned into the v2 one. */
bool cgroups_join(const Plan *plan, const CgroupLayout *layout, bool cpu, GError **error);

/* A detached read-only clone of @cgroup's directory, for the container's /sys/fs/cgroup. */
int cgroup_view(const Plan *plan, const CgroupLayout *layout, const PlanCgroup *cgroup,
                GError **error);
