/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/facts.h"

#include "launcher/launch_error.h"
#include "launcher/rootfs.h"

#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

void
facts_clear(Facts *facts)
{
    users_clear(&facts->user);
    g_free(facts->name);
    g_strfreev(facts->environment);
    *facts = (Facts){0};
}

/* v1 controllers that are mounted together share a device number; so do all of v2. */
static bool
read_hierarchies(const CgroupLayout *layout, Facts *facts, GError **error)
{
    dev_t seen[CGROUP_N_CONTROLLERS];
    unsigned n = 0;

    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++) {
        const CgroupHierarchy *hierarchy = &layout->controllers[i];
        struct stat st;
        unsigned at = 0;

        facts->versions[i] = hierarchy->version;
        if (hierarchy->version == 0)
            continue;
        if (fstat(hierarchy->fd, &st) < 0) {
            launch_error_set_errno(error, errno, "cannot look at %s", hierarchy->mount_point);
            return false;
        }
        while (at < n && seen[at] != st.st_dev)
            at++;
        if (at == n)
            seen[n++] = st.st_dev;
        facts->hierarchies[i] = at;
    }
    return true;
}

static bool
read_user(const RunOptions *options, int root_fd, Facts *facts, GError **error)
{
    g_autofree char *passwd = rootfs_read_file(root_fd, "/etc/passwd");
    g_autofree char *group = rootfs_read_file(root_fd, "/etc/group");

    return users_resolve(options->user, passwd, group, &facts->user, error);
}

/* As docker's short ids: twelve hexadecimal digits. */
static char *
make_name(void)
{
    uint64_t random = 0;

    /* Never fails for 8 bytes once the kernel has booted; a weaker name would do as well. */
    if (getrandom(&random, sizeof(random), 0) < 0)
        random = (uint64_t)g_get_real_time();
    return g_strdup_printf("%012" G_GINT64_MODIFIER "x", random & UINT64_C(0xffffffffffff));
}

bool
facts_read(const RunOptions *options, const CgroupLayout *layout, int root_fd, Facts *ret,
           GError **error)
{
    g_auto(Facts) facts = {0};

    if (!read_hierarchies(layout, &facts, error) || !read_user(options, root_fd, &facts, error))
        return false;
    facts.time_namespaces = access("/proc/self/ns/time_for_children", F_OK) == 0;
    facts.terminal = isatty(STDIN_FILENO) == 1;
    facts.name = make_name();
    facts.environment = g_get_environ();
    *ret = facts;
    facts = (Facts){0};
    return true;
}
