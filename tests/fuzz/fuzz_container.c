/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A container names its mounts and cgroups as it likes.  The input is two texts of a process of it,
 * mountinfo and cgroup, with a NUL between. */

#include "launcher/attach/engine_id.h"
#include "launcher/attach/mount_tree.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void
check_mounts(const char *text, size_t len)
{
    g_autoptr(GPtrArray) mounts = mount_tree_parse(text, len);

    for (guint i = 0; i < mounts->len; i++) {
        const TreeMount *mount = mounts->pdata[i];
        g_autofree char *id = mount_tree_bound_id(mount);

        g_assert(mount->point[0] == '/' && mount_tree_find(mounts, mount->id));
        g_assert(!id || mount_tree_is_over_kernel_file(mount));
    }
    (void)mount_tree_is_unmasked(mounts);
}

/* What it is registered as must be a name. */
static void
check_id(const char *text, size_t len)
{
    g_auto(CgroupPaths) paths = {0};
    g_autofree char *id = NULL;

    if (!cgroup_paths_parse(text, len, &paths, NULL))
        return;
    id = engine_id_of(&paths);
    g_assert(!id || (id[0] != '.' && strlen(id) > 0 && strlen(id) <= 128 && !strpbrk(id, "/ \n")));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *cut = memchr(text, '\0', size);
    size_t len = cut ? (size_t)(cut - text) : size;

    check_mounts(text, len);
    if (cut)
        check_id(cut + 1, size - len - 1);
    return 0;
}
