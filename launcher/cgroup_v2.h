/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What only v2 needs: controllers are handed down level by level (cgroup-v2.rst, "Top-down
 * Constraint"), and not past a cgroup that has processes of its own. */

#pragma once

#include "launcher/plan.h"

/* Enables the controllers of @plan in @root_fd and @parent_fd for their children.  Those nobody set
 * a limit for may fail. */
bool cgroup_v2_delegate(int root_fd, int parent_fd, const PlanCgroup *plan, GError **error);
