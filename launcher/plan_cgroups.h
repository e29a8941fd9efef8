/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which cgroups a container gets, and what is written into them.  [pure] */

#pragma once

#include "launcher/plan.h"

/* PlanCgroups for every hierarchy that has a controller the daemon accounts by or a limit may later
 * be changed in, the cpu controller's last: a task in a limited cpu cgroup sets itself up slowly.
 * LAUNCH_ERROR_FAILED if a limit has no controller. */
GPtrArray *plan_cgroups(const Limits *limits, const Facts *facts, GError **error);
