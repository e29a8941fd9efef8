/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every path of /proc/PID/cgroup starts with '/', and a namespace's root is a prefix of what is
 * seen. The input is two texts, the host's look and the inside look, with a NUL between. */

#include "common/cgroup_paths.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void
check_root(const char *root, const char *seen)
{
    g_assert(!seen == !root);
    if (root) {
        g_assert(root[0] == '/');
        g_assert(cgroup_path_is_below(seen, root));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *cut = memchr(text, '\0', size);
    size_t len = cut ? (size_t)(cut - text) : size;
    g_auto(CgroupPaths) seen = {0}, inside = {0}, root = {0};

    if (!cgroup_paths_parse(text, len, &seen, NULL))
        return 0;
    if (!cut || !cgroup_paths_parse(cut + 1, size - len - 1, &inside, NULL))
        return 0;
    if (!cgroup_paths_subtract(&seen, &inside, &root))
        return 0;
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        check_root(root.v1[i], seen.v1[i]);
    check_root(root.unified, seen.unified);
    return 0;
}
