/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/registration.h"

#include "launcher/control_text.h"

#include <string.h>

static void
set_path(char **path, const CgroupHierarchy *hierarchy, const char *name)
{
    const char *root = strcmp(hierarchy->root, "/") == 0 ? "" : hierarchy->root;

    g_free(*path);
    *path = g_strdup_printf("%s/" PLAN_CGROUP_PARENT "/%s", root, name);
}

/* Controllers that are mounted together have one path, whether the plan names them or not. */
static bool
is_hierarchy(const CgroupHierarchy *a, const CgroupHierarchy *b)
{
    return a->version == b->version && strcmp(a->mount_point, b->mount_point) == 0;
}

/* What is active but not mounted here need not be known to the daemon. */
static void
forget_unmounted(const CgroupLayout *layout, CgroupPaths *paths)
{
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (layout->controllers[i].version != 1)
            g_clear_pointer(&paths->v1[i], g_free);
    if (layout->unified.version == 0)
        g_clear_pointer(&paths->unified, g_free);
}

void
registration_paths(const Plan *plan, const CgroupLayout *layout, const CgroupPaths *own,
                   CgroupPaths *ret)
{
    cgroup_paths_copy(own, ret);
    forget_unmounted(layout, ret);
    for (guint c = 0; c < plan->cgroups->len; c++) {
        const PlanCgroup *cgroup = plan->cgroups->pdata[c];
        const CgroupHierarchy *hierarchy = &layout->controllers[cgroup->controller];

        if (cgroup->version == 2)
            set_path(&ret->unified, hierarchy, plan->name);
        for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
            if (cgroup->version == 1 && is_hierarchy(&layout->controllers[i], hierarchy))
                set_path(&ret->v1[i], hierarchy, plan->name);
    }
}

GString *
registration_request(const char *name, const CgroupPaths *paths, const int64_t *boottime_offset)
{
    GString *request = control_request("register");

    control_add(request, "id", name);
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++) {
        g_autofree char *key = g_strdup_printf("cgroup.%s", cgroup_controller_name(i, 1));

        if (paths->v1[i])
            control_add(request, key, paths->v1[i]);
    }
    if (paths->unified)
        control_add(request, "cgroup.unified", paths->unified);
    if (boottime_offset) {
        g_autofree char *usec = g_strdup_printf("%" G_GINT64_FORMAT, *boottime_offset);

        control_add(request, "boottime_offset", usec);
    }
    control_end(request);
    return request;
}

/* What is said of @name; @key NULL: nothing more. */
static GString *
request_of(const char *verb, const char *name, const char *key, const char *value)
{
    GString *request = control_request(verb);

    control_add(request, "id", name);
    if (key)
        control_add(request, key, value);
    control_end(request);
    return request;
}

GString *
registration_request_process(const char *name, pid_t pid)
{
    g_autofree char *number = g_strdup_printf("%d", (int)pid);

    return request_of("register", name, "pid", number);
}

GString *
registration_request_cgroup(const char *name, const char *cgroup)
{
    return request_of("register", name, "cgroup", cgroup);
}

char *
registration_path(const char *body, const char *run_dir, const char *name, GError **error)
{
    g_autoptr(GPtrArray) records = control_records(body, strlen(body), error);
    g_autofree char *below = g_build_filename(run_dir, "containers", name, NULL);
    const char *path = NULL;

    if (!records)
        return NULL;
    if (records->len > 0)
        path = g_hash_table_lookup(records->pdata[0], "path");
    if (path && path[0] == '/' && name[0] != '.' && !strchr(name, '/'))
        return g_canonicalize_filename(below, NULL);
    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_PROTOCOL, "the daemon names no directory");
    return NULL;
}

GString *
registration_end(const char *name)
{
    return request_of("unregister", name, NULL, NULL);
}
