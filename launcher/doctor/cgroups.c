/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which controllers there are, and whether swap is counted. */

#include "launcher/doctor/checks.h"

#include "common/cgroup_layout.h"
#include "common/fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

static const struct {
    CgroupController controller;
    const char *name;
    FindingState without;
    const char *advice;
} controllers[] = {
    {CGROUP_MEMORY, "memory", FINDING_BAD,
     "Boot with cgroup_enable=memory: without it no container has a limit of memory to show."},
    {CGROUP_CPU, "cpu", FINDING_BAD,
     "Mount the cpu controller: without it no container has a share of CPU time to show."},
    {CGROUP_CPUACCT, "cpuacct", FINDING_NOTE,
     "Mount the cpuacct controller: without it /proc/stat shows no CPU time."},
    {CGROUP_CPUSET, "cpuset", FINDING_NOTE,
     "Without it containers are shown all CPUs, as far as no quota says otherwise."},
    {CGROUP_IO, "io", FINDING_NOTE, "Without it /proc/diskstats shows nothing."},
    {CGROUP_PIDS, "pids", FINDING_NOTE, "Without it threads are counted one by one."},
};

/* On v2 only cgroups below the root have the file. */
static bool
v2_counts_swap(int root_fd)
{
    int fd = openat(root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    bool counted = false, any = false;
    struct dirent *entry;

    if (!dir) {
        fd_clear(&fd);
        return true;
    }
    while (!counted && (entry = readdir(dir))) {
        g_autofree char *current = g_strdup_printf("%s/memory.current", entry->d_name);
        g_autofree char *swap = g_strdup_printf("%s/memory.swap.max", entry->d_name);

        any = any || faccessat(root_fd, current, F_OK, 0) == 0;
        counted = faccessat(root_fd, swap, F_OK, 0) == 0;
    }
    (void)closedir(dir);
    return counted || !any;
}

static bool
counts_swap(const CgroupHierarchy *memory)
{
    if (memory->version == 1)
        return faccessat(memory->fd, "memory.memsw.limit_in_bytes", F_OK, 0) == 0;
    return v2_counts_swap(memory->fd);
}

static void
check_swap(const Doctor *doctor, const CgroupHierarchy *memory)
{
    if (memory->version == 0)
        return;
    if (counts_swap(memory))
        CHECK_GOOD(doctor, "cgroups", "Swap of containers is counted.");
    else
        CHECK_SAY(doctor, "cgroups", FINDING_NOTE,
                  "Boot with swapaccount=1, or containers are shown no swap.",
                  "Swap of containers is not counted.");
}

void
check_cgroups(const Doctor *doctor)
{
    autofd root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    g_auto(CgroupLayout) layout = {0};
    g_autoptr(GString) versions = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    if (!cgroup_layout_read(root_fd, &layout, &error)) {
        CHECK_SAY(doctor, "cgroups", FINDING_UNKNOWN, NULL, "%s.", error->message);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(controllers); i++) {
        unsigned version = layout.controllers[controllers[i].controller].version;

        if (version > 0)
            g_string_append_printf(versions, "%s%s v%u", versions->len > 0 ? ", " : "",
                                   controllers[i].name, version);
        else
            CHECK_SAY(doctor, "cgroups", controllers[i].without, controllers[i].advice,
                      "The controller %s is not mounted.", controllers[i].name);
    }
    if (versions->len > 0)
        CHECK_GOOD(doctor, "cgroups", "Controllers: %s.", versions->str);
    check_swap(doctor, &layout.controllers[CGROUP_MEMORY]);
}
