/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From the cgroups that a request names to those of a container on this machine. */

#pragma once

#include "common/cgroup_layout.h"
#include "fs/control/request.h"

/* @request has a cgroup or some.  In a hierarchy that is not named the container has no cgroup of
 * its own: its path is "/".  CONTROL_REFUSAL if that is so in all, or if one is named that is not
 * here.  The caller clears @ret. */
bool control_paths(const CgroupLayout *layout, const ControlRequest *request, CgroupPaths *ret,
                   GError **error);
