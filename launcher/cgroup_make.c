/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/cgroup_make.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "launcher/cgroup_v2.h"
#include "launcher/launch_error.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#define MAKE_TRIES 16    /* another launcher may remove the empty parent between our two mkdirs */
#define REMOVE_MSEC 2000 /* a dead task leaves its cgroup a little later than it is waited for */

/* v1 refuses tasks where no CPU and no memory node is set: what is empty becomes the parent's. */
static bool
fill_cpuset(int parent_fd, int dir_fd, GError **error)
{
    static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *own = io_read_at(dir_fd, files[i], NULL, error);
        g_autofree char *above = NULL;

        if (!own)
            return false;
        if (own[0] != '\0' && own[0] != '\n')
            continue;
        above = io_read_at(parent_fd, files[i], NULL, error);
        if (!above || !io_write_at(dir_fd, files[i], above, error))
            return false;
    }
    return true;
}

/* Opens @name in @parent_fd, made if it is missing. */
static int
open_dir(int parent_fd, const char *name, GError **error)
{
    if (mkdirat(parent_fd, name, 0755) < 0 && errno != EEXIST) {
        read_error_set_errno(error, errno, "cannot make %s", name);
        return -1;
    }
    return io_open_at(parent_fd, name, O_PATH | O_DIRECTORY, error);
}

/* The name was claimed, so a directory that is there already is an empty left-over, or belongs to
 * somebody who claims names elsewhere: then it has tasks and cannot be removed. */
static int
make_leaf(int parent_fd, const char *name, GError **error)
{
    if (mkdirat(parent_fd, name, 0755) < 0 &&
        (errno != EEXIST || unlinkat(parent_fd, name, AT_REMOVEDIR) < 0 ||
         mkdirat(parent_fd, name, 0755) < 0)) {
        read_error_set_errno(error, errno, "cannot make %s", name);
        return -1;
    }
    return io_open_at(parent_fd, name, O_PATH | O_DIRECTORY, error);
}

/* Gets both directories ready for tasks, without limits. */
static bool
make_dirs(const PlanCgroup *plan, MadeCgroup *made, GError **error)
{
    autofd parent_fd = open_dir(made->hierarchy->fd, PLAN_CGROUP_PARENT, error);

    if (parent_fd < 0)
        return false;
    if (plan->version == 1 && plan->has[CGROUP_CPUSET] &&
        !fill_cpuset(made->hierarchy->fd, parent_fd, error))
        return false;
    if (plan->version == 2 && !cgroup_v2_delegate(made->hierarchy->fd, parent_fd, plan, error))
        return false;
    made->dir_fd = make_leaf(parent_fd, made->name, error);
    if (made->dir_fd < 0)
        return false;
    return plan->version == 2 || !plan->has[CGROUP_CPUSET] ||
           fill_cpuset(parent_fd, made->dir_fd, error);
}

static bool
make_dirs_retry(const PlanCgroup *plan, MadeCgroup *made, GError **error)
{
    for (unsigned i = 1;; i++) {
        g_autoptr(GError) local = NULL;

        fd_clear(&made->dir_fd);
        if (make_dirs(plan, made, &local))
            return true;
        if (i == MAKE_TRIES || !g_error_matches(local, READ_ERROR, READ_ERROR_GONE)) {
            g_propagate_error(error, g_steal_pointer(&local));
            return false;
        }
    }
}

static bool
write_settings(const PlanCgroup *plan, const MadeCgroup *made, GError **error)
{
    for (guint i = 0; i < plan->settings->len; i++) {
        const CgroupSetting *setting = &g_array_index(plan->settings, CgroupSetting, i);
        g_autoptr(GError) local = NULL;

        if (io_write_at(made->dir_fd, setting->file, setting->value, &local))
            continue;
        if (setting->optional && g_error_matches(local, READ_ERROR, READ_ERROR_GONE))
            continue;
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "the kernel refuses %s: %s",
                    setting->flag, local->message);
        return false;
    }
    return true;
}

MadeCgroup *
cgroup_make(const PlanCgroup *planned, const CgroupHierarchy *hierarchy, const char *name,
            GError **error)
{
    MadeCgroup *made = g_new0(MadeCgroup, 1);

    *made = (MadeCgroup){hierarchy, planned->version, g_strdup(name), -1};
    if (make_dirs_retry(planned, made, error) && write_settings(planned, made, error))
        return made;
    g_prefix_error(error, "%s/" PLAN_CGROUP_PARENT "/%s: ", hierarchy->mount_point, name);
    cgroup_remove(made);
    return NULL;
}

bool
cgroup_rmdir(int parent_fd, const char *name)
{
    const struct timespec pause = {.tv_nsec = 1000000};

    for (unsigned i = 0; i < REMOVE_MSEC; i++) {
        if (unlinkat(parent_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
            return true;
        if (errno != EBUSY)
            return false;
        (void)nanosleep(&pause, NULL); /* a signal only makes the pause shorter */
    }
    return false;
}

void
cgroup_remove(MadeCgroup *cgroup)
{
    autofd parent_fd = io_open_at(cgroup->hierarchy->fd, PLAN_CGROUP_PARENT, O_PATH, NULL);

    if (parent_fd >= 0) {
        if (cgroup->dir_fd >= 0 && !cgroup_rmdir(parent_fd, cgroup->name))
            fprintf(stderr,
                    "ownproc: %s/" PLAN_CGROUP_PARENT "/%s cannot be removed: it is in use\n",
                    cgroup->hierarchy->mount_point, cgroup->name);
        /* Not empty while another container runs. */
        (void)unlinkat(cgroup->hierarchy->fd, PLAN_CGROUP_PARENT, AT_REMOVEDIR);
    }
    fd_clear(&cgroup->dir_fd);
    g_free(cgroup->name);
    g_free(cgroup);
}

GPtrArray *
cgroups_paths(const Plan *plan, const CgroupLayout *layout)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < plan->cgroups->len; i++) {
        const PlanCgroup *cgroup = plan->cgroups->pdata[i];

        g_ptr_array_add(paths, g_strdup_printf("%s/" PLAN_CGROUP_PARENT "/%s",
                                               layout->controllers[cgroup->controller].mount_point,
                                               plan->name));
    }
    return paths;
}

int
cgroups_unified_fd(const GPtrArray *made)
{
    for (guint i = 0; i < made->len; i++)
        if (((const MadeCgroup *)made->pdata[i])->version == 2)
            return ((const MadeCgroup *)made->pdata[i])->dir_fd;
    return -1;
}
