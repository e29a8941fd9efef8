/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A configuration is read whole or not at all, and no text names a cgroup that is no path. */

#include "launcher/nri/cgroup_name.h"
#include "launcher/nri/policy.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autofree char *cgroup = cgroup_name_path(text);
    g_autoptr(Policy) policy = policy_new();
    g_autoptr(GError) error = NULL;

    if (cgroup)
        g_assert(cgroup[0] == '/' && !strstr(cgroup, "/../"));
    if (!policy_read(policy, text, &error))
        g_assert(error && error->message[0]);
    g_assert(policy->tree[0] == '/' && policy->run_dir[0] == '/' && policy->files);
    return 0;
}
