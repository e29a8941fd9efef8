/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any mountinfo gives a layout: controllers are v1, v2 or not there, and have a directory if they
 * are. The input is mountinfo; the machine's root also has /a with cgroup.controllers. */

#include "common/cgroup_layout.h"
#include "common/fd.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

static char machine[] = "/tmp/fuzz-layout-XXXXXX";

static void
machine_remove(void)
{
    static const char *const entries[] = {"proc/self/mountinfo",  "proc/self", "proc",
                                          "a/cgroup.controllers", "a",         "."};
    autofd fd = open(machine, O_PATH | O_DIRECTORY | O_CLOEXEC);

    for (size_t i = 0; i + 1 < G_N_ELEMENTS(entries); i++)
        if (unlinkat(fd, entries[i], 0) != 0)
            (void)unlinkat(fd, entries[i], AT_REMOVEDIR);
    (void)rmdir(machine);
}

static int
machine_make(void)
{
    int fd;

    g_assert(mkdtemp(machine));
    fd = open(machine, O_PATH | O_DIRECTORY | O_CLOEXEC);
    g_assert(mkdirat(fd, "proc", 0755) == 0 && mkdirat(fd, "proc/self", 0755) == 0 &&
             mkdirat(fd, "a", 0755) == 0);
    autofd controllers = openat(fd, "a/cgroup.controllers", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    g_assert(write(controllers, "memory cpu\n", 11) == 11);
    (void)atexit(machine_remove);
    return fd;
}

static void
check(const CgroupHierarchy *hierarchy)
{
    g_assert(hierarchy->version <= 2);
    g_assert((hierarchy->version == 0) == (hierarchy->fd < 0));
    g_assert((hierarchy->version == 0) == (hierarchy->root == NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int root_fd = -1;
    CgroupLayout layout;

    if (root_fd < 0)
        root_fd = machine_make();
    autofd fd =
        openat(root_fd, "proc/self/mountinfo", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    g_assert(write(fd, data, size) == (ssize_t)size);
    if (!cgroup_layout_read(root_fd, &layout, NULL))
        return 0;
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        check(&layout.controllers[i]);
    check(&layout.unified);
    cgroup_layout_clear(&layout);
    return 0;
}
