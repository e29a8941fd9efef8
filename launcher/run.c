/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc run */

#include "launcher/verbs.h"

#include "launcher/container.h"
#include "launcher/control.h"
#include "launcher/launch_error.h"
#include "launcher/rootfs.h"
#include "launcher/tree.h"
#include "launcher/wait.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>

/* Standard streams that are closed would be given to the first files opened. */
static bool
open_standard_streams(GError **error)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd < 0) {
        launch_error_set_errno(error, errno, "cannot open /dev/null");
        return false;
    }
    fd_clear(&fd);
    return true;
}

static bool
check_privileges(GError **error)
{
    if (geteuid() == 0)
        return true;
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                "containers are started by root: run it as root, or with sudo");
    return false;
}

static Serving
look_for_daemon(const RunOptions *options)
{
    autofd fd = options->proc == PROC_NONE ? -1 : tree_open(options->tree);

    if (fd < 0)
        return SERVES_NOBODY;
    return options->run_dir && control_is_there(options->run_dir) ? SERVES_BOUND : SERVES_TREE;
}

static int
run_plan(const Plan *plan, const CgroupLayout *layout, int root_fd, GError **error)
{
    g_autoptr(GString) text = NULL;

    if (!plan->options->dry_run)
        return container_run(plan, layout, root_fd, error);
    text = g_string_new(NULL);
    plan_print(plan, text);
    fputs(text->str, stdout);
    return fflush(stdout) == 0 ? 0 : LAUNCH_ERROR_FAILED;
}

static int
run_options(const RunOptions *options, GError **error)
{
    g_auto(Facts) facts = {0};
    g_auto(CgroupLayout) layout = {0};
    g_auto(Plan) plan = {0};
    Serving serving = look_for_daemon(options);
    autofd slash_fd = -1, root_fd = -1;
    bool real = !options->dry_run;

    if (real && serving == SERVES_NOBODY && options->proc == PROC_AUTO && !daemon_isolate(error))
        return LAUNCH_ERROR_FAILED;
    root_fd = rootfs_open(options->rootfs, error);
    slash_fd = root_fd < 0 ? -1 : rootfs_open("/", error);
    if (slash_fd < 0 || !cgroup_layout_read(slash_fd, &layout, error) ||
        !facts_read(options, &layout, root_fd, &facts, error))
        return LAUNCH_ERROR_FAILED;
    facts.serving = serving;
    if (!plan_make(options, &facts, &plan, error))
        return LAUNCH_ERROR_FAILED;
    return run_plan(&plan, &layout, root_fd, error);
}

int
run_main(int argc, char **argv)
{
    g_auto(RunOptions) options = {0};
    g_autofree char *help = NULL;
    g_autoptr(GError) error = NULL;
    int code;

    if (!options_parse_run(argc, argv, &options, &help, &error))
        code = launch_error_exit_code(error);
    else if (help)
        return fputs(help, stdout) < 0 ? LAUNCH_ERROR_FAILED : 0;
    else if (!open_standard_streams(&error) || (!options.dry_run && !check_privileges(&error)))
        code = LAUNCH_ERROR_FAILED;
    else {
        if (!options.dry_run) {
            /* The child and what reaches it through /proc must not see our memory. */
            (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
            wait_block_signals();
        }
        code = run_options(&options, &error);
    }
    if (error)
        fprintf(stderr, "ownproc: %s\n", error->message);
    return code;
}
