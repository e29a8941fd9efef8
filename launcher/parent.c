/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The launcher's side: make everything, start the child, wait, take everything away again. */

#include "launcher/container.h"

#include "launcher/cgroup_make.h"
#include "launcher/init_program.h"
#include "launcher/launch_error.h"
#include "launcher/mounts.h"
#include "launcher/step.h"
#include "launcher/sync_socket.h"
#include "launcher/timens.h"
#include "launcher/wait.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010u /* Linux 6.3, glibc 2.38 */
#endif

static bool
claim_name(Container *container, GError **error)
{
    const Plan *plan = container->plan;
    g_autoptr(GPtrArray) directories = cgroups_paths(plan, container->layout);

    if (plan->private_daemon)
        g_ptr_array_add(directories, daemon_tree(plan->name));
    return state_claim(plan->name, directories, &container->state, error);
}

static void
unclaim_name(Container *container)
{
    state_release(&container->state);
}

static bool
start_daemon(Container *container, GError **error)
{
    g_autofree char *tree = daemon_tree(container->plan->name);

    return !container->plan->private_daemon ||
           daemon_start(container->plan->options->daemon, tree, &container->daemon, error);
}

static void
stop_daemon(Container *container)
{
    daemon_stop(&container->daemon);
}

static bool
make_cgroups(Container *container, unsigned version, GError **error)
{
    const GPtrArray *planned = container->plan->cgroups;

    for (guint i = 0; i < planned->len; i++) {
        const PlanCgroup *plan = planned->pdata[i];
        MadeCgroup *made;

        if (plan->version != version)
            continue;
        made = cgroup_make(plan, &container->layout->controllers[plan->controller],
                           container->plan->name, error);
        if (!made)
            return false;
        g_ptr_array_add(container->cgroups, made);
    }
    return true;
}

/* Before the child is cloned into it. */
static bool
make_v2_cgroup(Container *container, GError **error)
{
    return make_cgroups(container, 2, error);
}

/* While the child mounts: it joins them itself, later. */
static bool
make_v1_cgroups(Container *container, GError **error)
{
    return make_cgroups(container, 1, error);
}

static bool
clone_mounts(Container *container, GError **error)
{
    autofd sys_fd = -1;

    container->tree_fd = mounts_clone(container->root_fd, "", true, error);
    if (container->tree_fd < 0)
        return false;
    if (container->plan->namespaces & CLONE_NEWNET)
        return true;
    sys_fd = open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
    container->sys_fd = mounts_clone(sys_fd, "", false, error);
    return container->sys_fd >= 0;
}

static void
close_mounts(Container *container)
{
    fd_clear(&container->tree_fd);
    fd_clear(&container->sys_fd);
    for (guint i = 0; i < container->volume_fds->len; i++)
        fd_clear(&g_array_index(container->volume_fds, int, i));
}

/* Sealed, so that not even root in the container can write to what is running as process 1. */
static bool
make_init(Container *container, GError **error)
{
    const int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    int fd = memfd_create("ownproc-init", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

    if (fd < 0 && errno == EINVAL) /* before Linux 6.3 every memfd can be executed */
        fd = memfd_create("ownproc-init", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    container->init_fd = fd;
    if (fd >= 0 && write(fd, init_program, sizeof(init_program)) == sizeof(init_program) &&
        fchmod(fd, 0511) == 0 && fcntl(fd, F_ADD_SEALS, seals) == 0)
        return true;
    launch_error_set_errno(error, errno, "memfd");
    return false;
}

static void
close_init(Container *container)
{
    fd_clear(&container->init_fd);
}

static bool
make_time(Container *container, GError **error)
{
    return !container->plan->time_namespace || timens_unshare(&container->boottime_offset, error);
}

static bool
open_channels(Container *container, GError **error)
{
    if (!sync_open(container->sync_fds, error))
        return false;
    if (pipe2(container->lifeline_fds, O_CLOEXEC) == 0)
        return true;
    launch_error_set_errno(error, errno, "pipe");
    return false;
}

static void
close_channels(Container *container)
{
    for (int i = 0; i < 2; i++) {
        fd_clear(&container->sync_fds[i]);
        fd_clear(&container->lifeline_fds[i]);
    }
}

static bool
start_child(Container *container, GError **error)
{
    int unified_fd = cgroups_unified_fd(container->cgroups);
    struct clone_args args = {
        .flags = container->plan->namespaces | (unified_fd >= 0 ? CLONE_INTO_CGROUP : 0),
        .exit_signal = SIGCHLD,
        .cgroup = unified_fd >= 0 ? (uint64_t)unified_fd : 0,
    };
    long pid = syscall(SYS_clone3, &args, sizeof(args));

    if (pid == 0)
        child_main(container);
    if (pid < 0) {
        launch_error_set_errno(error, errno, "clone3");
        return false;
    }
    container->pid = (pid_t)pid;
    state_set_init(&container->state, container->pid);
    fd_clear(&container->sync_fds[1]);
    fd_clear(&container->lifeline_fds[0]);
    return true;
}

/* Also after a good end, when there is nothing left to kill. */
static void
end_child(Container *container)
{
    if (container->pid > 0) {
        (void)kill(container->pid, SIGKILL); /* our child, not yet waited for */
        (void)waitpid(container->pid, NULL, 0);
    }
    container->pid = 0;
}

static bool
release_child(Container *container, GError **error)
{
    return sync_send_list(container->sync_fds[0], NULL, error);
}

static void
remove_cgroups(Container *container)
{
    end_child(container); /* or they are in use */
    g_ptr_array_set_size(container->cgroups, 0);
}

static bool
await_child(Container *container, GError **error)
{
    return sync_wait(container->sync_fds[0], container->plan->options->command[0], error);
}

static const Step steps[] = {
#define STEP(what, run, undo)                                                                      \
    {                                                                                              \
        what, (bool (*)(void *, GError **))run, (void (*)(void *))undo                             \
    }
    STEP("claim the container's name", claim_name, unclaim_name),
    STEP("clone the root's mounts", clone_mounts, close_mounts),
    /* After the clone: its mount is not for the container to see. */
    STEP("start a private daemon", start_daemon, stop_daemon),
    STEP("open the volumes", volumes_open, NULL),
    STEP("make the init program", make_init, close_init),
    STEP("make the time namespace", make_time, NULL),
    STEP("open the channels", open_channels, close_channels),
    STEP("make the cgroup", make_v2_cgroup, remove_cgroups),
    STEP("start the container", start_child, end_child),
    STEP("make the cgroups", make_v1_cgroups, remove_cgroups),
    STEP("let the container join them", release_child, NULL),
    STEP("register the container", container_register, container_unregister),
    STEP("list the daemon's files", proc_files_list, NULL),
    STEP("set the container up", await_child, NULL),
#undef STEP
};

/* The child's own sentence is complete: it says which of its steps failed. */
static void
strip_prefix(GError *error)
{
    static const char prefix[] = "cannot set the container up: ";

    if (g_str_has_prefix(error->message, prefix))
        memmove(error->message, error->message + strlen(prefix),
                strlen(error->message + strlen(prefix)) + 1);
}

/* They are the command's alone now: a pipe must see its end when the command closes it. */
static void
let_go_of_streams(void)
{
    autofd null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null_fd >= 0) {
        (void)dup2(null_fd, STDIN_FILENO); /* stays as it was if not */
        (void)dup2(null_fd, STDOUT_FILENO);
    }
}

int
container_run(const Plan *plan, const CgroupLayout *layout, int root_fd, GError **error)
{
    g_autoptr(GPtrArray) cgroups = g_ptr_array_new_with_free_func((GDestroyNotify)cgroup_remove);
    g_autoptr(GArray) volume_fds = g_array_new(FALSE, FALSE, sizeof(int));
    Container container = {
        .plan = plan,
        .layout = layout,
        .state = STATE_NULL,
        .daemon = PRIVATE_DAEMON_NULL,
        .root_fd = root_fd,
        .tree_fd = -1,
        .sys_fd = -1,
        .init_fd = -1,
        .volume_fds = volume_fds,
        .cgroups = cgroups,
        .sync_fds = {-1, -1},
        .lifeline_fds = {-1, -1},
        .dev_fd = -1,
        .proc_fd = -1,
        .sysfs_fd = -1,
        .workdir_fd = -1,
    };
    g_autoptr(GError) local = NULL;
    int code;

    if (!steps_run(steps, G_N_ELEMENTS(steps), &container, &local)) {
        strip_prefix(local);
        code = launch_error_exit_code(local);
        g_propagate_error(error, g_steal_pointer(&local));
        return code;
    }
    let_go_of_streams();
    (void)state_sweep(NULL, NULL); /* what others left is no reason for this one to fail */
    code = wait_for_exit(container.pid);
    container.pid = 0;
    steps_undo(steps, G_N_ELEMENTS(steps), &container);
    return code;
}
