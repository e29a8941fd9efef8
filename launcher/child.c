/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The container's first process, from clone to exec.  It is a copy of the launcher with all its
 * privileges, in the new namespaces: a straight list of steps, each giving something up. */

#include "launcher/container.h"

#include "launcher/caps.h"
#include "launcher/cgroup_join.h"
#include "launcher/command.h"
#include "launcher/launch_error.h"
#include "launcher/mount_points.h"
#include "launcher/mounts.h"
#include "launcher/rootfs.h"
#include "launcher/seccomp.h"
#include "launcher/step.h"
#include "launcher/sync_socket.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#define LIFELINE_FD 3
#define SYNC_FD 4
#define INIT_FD 5
#define UNSTACK_MAX 64 /* mounts on top of each other */

/* Ours is the launcher in another pid namespace, whose id getppid() cannot tell: init checks the
 * lifeline as well. */
static bool
die_with_launcher(Container *container G_GNUC_UNUSED, GError **error)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0)
        return true;
    launch_error_set_errno(error, errno, "prctl");
    return false;
}

/* What is typed at the terminal reaches the launcher, which forwards it; were init in the
 * terminal's foreground as well, the two signals would become one and lose who it was for. */
static bool
leave_session(Container *container G_GNUC_UNUSED, GError **error)
{
    if (setsid() >= 0)
        return true;
    launch_error_set_errno(error, errno, "setsid");
    return false;
}

/* Until here the launcher has made the v1 cgroups, on another CPU. */
static bool
join_cgroups(Container *container, GError **error)
{
    g_auto(GStrv) nothing = sync_await_list(container->sync_fds[1], error);

    return nothing && cgroups_join(container->plan, container->layout, false, error);
}

/* What shows, and lets root change, the host's kernel. */
static bool
is_kernel_view(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 &&
           (fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC ||
            fs.f_type == CGROUP_SUPER_MAGIC || fs.f_type == CGROUP2_SUPER_MAGIC);
}

/* Lets go of what is mounted at @path of the tree, one on top of the other, while it @is_wanted. */
static bool
detach(int tree_fd, const char *path, bool (*is_wanted)(int fd), GError **error)
{
    for (unsigned n = 0; n < UNSTACK_MAX; n++) {
        autofd fd = rootfs_find(tree_fd, path);

        if (fd < 0 || !is_wanted(fd))
            return true;
        if (fchdir(fd) < 0 || umount2(".", MNT_DETACH) < 0)
            break;
    }
    launch_error_set_errno(error, errno, "cannot detach the host's %s", path);
    return false;
}

/* With / as root, or a root in which somebody has mounted them, the clone brought the host's /proc,
 * /dev and /sys along, and every procfs, sysfs and cgroupfs elsewhere: they are let go, not only
 * covered.  The tree is at /, so mountinfo names its mounts by their paths in it. */
static bool
detach_own_mounts(const Container *container, GError **error)
{
    static const char *const names[] = {"/proc", "/dev", "/sys"};
    static const char *const types[] = {"proc", "sysfs", "cgroup", "cgroup2", NULL};
    g_autoptr(GPtrArray) views = mount_points_of(types, error);

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (!views || !detach(container->tree_fd, names[i], mounts_is_root, error))
            return false;
    for (guint i = 0; i < views->len; i++)
        if (!detach(container->tree_fd, views->pdata[i], is_kernel_view, error))
            return false;
    return true;
}

/* Read-only from the start is what lies below the root mount; the root itself follows when all
 * mount points are made, if it could be written to at all. */
static bool
set_root_attributes(Container *container, GError **error)
{
    uint64_t attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    struct statvfs fs;

    if (!container->plan->options->read_only)
        return mounts_set(container->tree_fd, attributes, true, error);
    if (fstatvfs(container->tree_fd, &fs) < 0) {
        launch_error_set_errno(error, errno, "statvfs");
        return false;
    }
    return mounts_set(container->tree_fd, attributes | MOUNT_ATTR_RDONLY, true, error) &&
           ((fs.f_flag & ST_RDONLY) != 0 ||
            mounts_unset(container->tree_fd, MOUNT_ATTR_RDONLY, error));
}

/* On top of the old root, so that no directory of the host is needed. */
static bool
attach_root(Container *container, GError **error)
{
    autofd slash_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (slash_fd < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
        launch_error_set_errno(error, errno, "cannot leave the host's mount propagation");
        return false;
    }
    return set_root_attributes(container, error) &&
           mounts_attach(container->tree_fd, slash_fd, "/", error) &&
           detach_own_mounts(container, error);
}

static bool
make_workdir(Container *container, GError **error)
{
    container->workdir_fd = rootfs_make_dir(container->tree_fd, container->plan->workdir, error);
    return container->workdir_fd >= 0;
}

/* The cgroup namespace is cut where the process is: after all joins, or it shows the way up. */
static bool
enter_cgroup_namespace(Container *container, GError **error)
{
    if (!cgroups_join(container->plan, container->layout, true, error))
        return false;
    if (unshare(CLONE_NEWCGROUP) == 0)
        return true;
    launch_error_set_errno(error, errno, "unshare");
    return false;
}

static bool
set_hostname(Container *container, GError **error)
{
    const char *hostname = container->plan->hostname;

    if (sethostname(hostname, strlen(hostname)) == 0)
        return true;
    launch_error_set_errno(error, errno, "%s", hostname);
    return false;
}

static bool
make_read_only(Container *container, GError **error)
{
    return !container->plan->options->read_only ||
           mounts_set(container->tree_fd, MOUNT_ATTR_RDONLY, false, error);
}

static bool
enter_root(Container *container, GError **error)
{
    return rootfs_enter(container->tree_fd, error);
}

/* getcwd(2) of a directory outside the root starts with "(unreachable)" (CVE-2024-21626). */
static bool
enter_workdir(Container *container, GError **error)
{
    g_autofree char *cwd = NULL;

    if (fchdir(container->workdir_fd) < 0) {
        launch_error_set_errno(error, errno, "%s", container->plan->workdir);
        return false;
    }
    cwd = getcwd(NULL, 0);
    if (cwd && cwd[0] == '/')
        return true;
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "%s is outside the container",
                container->plan->workdir);
    return false;
}

/* What the launcher's parent made it ignore (nohup, a shell's background) is not for the command.
 */
static bool
reset_signals(Container *container G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_DFL); /* KILL, STOP and libc's own two cannot be and need not */
    return true;
}

static bool
drop_privileges(Container *container, GError **error)
{
    umask(022);
    return caps_drop(container->plan->user, error) && die_with_launcher(container, error);
}

static const Step steps[] = {
#define STEP(what, run)                                                                            \
    {                                                                                              \
        what, (bool (*)(void *, GError **))run, NULL                                               \
    }
    STEP("tie the container to the launcher", die_with_launcher),
    STEP("leave the terminal", leave_session),
    STEP("set the host name", set_hostname),
    STEP("bring the loopback device up", network_lo_up),
    STEP("attach the root directory", attach_root),
    STEP("mount /dev", dev_mount),
    STEP("mount /proc", proc_mount),
    STEP("mount /sys", sys_mount),
    STEP("mount the volumes", volumes_mount),
    STEP("make the working directory", make_workdir),
    STEP("join the cgroups", join_cgroups),
    STEP("enter the cgroup namespace", enter_cgroup_namespace),
    STEP("mount /sys/fs/cgroup", sys_mount_cgroups),
    STEP("bind the virtual files", proc_files_bind),
    STEP("mask what is not for containers", proc_mask),
    STEP("make the root read-only", make_read_only),
    STEP("change the root", enter_root),
    STEP("enter the working directory", enter_workdir),
    STEP("reset the signals", reset_signals),
    STEP("drop privileges", drop_privileges),
#undef STEP
};

/* Keeps 0, 1, 2 and what init needs; everything else is really closed, not only marked. */
static bool
arrange_fds(const Container *container)
{
    int lifeline = fcntl(container->lifeline_fds[0], F_DUPFD_CLOEXEC, INIT_FD + 1);
    int sync_fd = fcntl(container->sync_fds[1], F_DUPFD_CLOEXEC, INIT_FD + 1);
    int init = fcntl(container->init_fd, F_DUPFD_CLOEXEC, INIT_FD + 1);

    return lifeline >= 0 && sync_fd >= 0 && init >= 0 && dup2(lifeline, LIFELINE_FD) >= 0 &&
           dup2(sync_fd, SYNC_FD) >= 0 && dup3(init, INIT_FD, O_CLOEXEC) >= 0 &&
           close_range(INIT_FD + 1, ~0u, 0) == 0;
}

static bool
exec_init(Container *container, GError **error)
{
    g_autofree char *path =
        command_find(container->plan->options->command[0], container->plan->env, error);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    const char *head[] = {"ownproc-init", G_STRINGIFY(LIFELINE_FD), G_STRINGIFY(SYNC_FD), path};

    if (!path)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(head); i++)
        g_ptr_array_add(argv, (gpointer)head[i]);
    for (char **word = container->plan->options->command; *word; word++)
        g_ptr_array_add(argv, *word);
    g_ptr_array_add(argv, NULL);
    if (!seccomp_install(error))
        return false;
    if (arrange_fds(container)) {
        container->sync_fds[1] = SYNC_FD;
        syscall(SYS_execveat, INIT_FD, "", argv->pdata, container->plan->env, AT_EMPTY_PATH);
    }
    launch_error_set_errno(error, errno, "cannot execute the container's init");
    return false;
}

void
child_main(Container *container)
{
    g_autoptr(GError) error = NULL;

    fd_clear(&container->state.file_fd); /* its lock is the launcher's alone */
    fd_clear(&container->sync_fds[0]);
    fd_clear(&container->lifeline_fds[1]); /* only the launcher's death may close it */
    umask(0);
    if (steps_run(steps, G_N_ELEMENTS(steps), container, &error))
        (void)exec_init(container, &error); /* returns only to say why not */
    sync_send(container->sync_fds[1], error);
    _exit(launch_error_exit_code(error));
}
