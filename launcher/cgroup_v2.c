/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/cgroup_v2.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "common/lines.h"
#include "launcher/launch_error.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define CONTROL "cgroup.subtree_control"
#define LEAF "init" /* where container images with an engine inside move processes to, too */
#define MOVE_ROUNDS 10

static bool
lists(const char *text, const char *name)
{
    Span rest = {text, strcspn(text, "\n")}, word;

    while (span_next_word(&rest, &word))
        if (span_equals(word, name))
            return true;
    return false;
}

/* Moves every process of @fd to its child LEAF.  Only done where nothing else is possible: @fd is
 * the root of a cgroup namespace, which is an ordinary cgroup seen from outside, and processes live
 * in it. */
static bool
move_to_leaf(int fd, GError **error)
{
    if (mkdirat(fd, LEAF, 0755) < 0 && errno != EEXIST) {
        launch_error_set_errno(error, errno, "cannot make the cgroup " LEAF);
        return false;
    }
    for (int round = 0; round < MOVE_ROUNDS; round++) {
        size_t len;
        g_autofree char *text = io_read_at(fd, "cgroup.procs", &len, error);
        LineIter lines = lines_of(text, text ? len : 0);
        Span line;

        if (!text)
            return false;
        if (len == 0)
            return true;
        while (lines_next(&lines, &line)) {
            g_autofree char *pid = span_dup(line);

            /* Whoever ended meanwhile need not be moved; others are seen again in the next round.
             */
            (void)io_write_at(fd, LEAF "/cgroup.procs", pid, NULL);
        }
    }
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                "processes of this cgroup cannot be moved to its child " LEAF);
    return false;
}

static bool
write_control(int fd, const char *controller)
{
    autofd control_fd = openat(fd, CONTROL, O_WRONLY | O_CLOEXEC);
    g_autofree char *word = g_strdup_printf("+%s", controller);

    return control_fd >= 0 && write(control_fd, word, strlen(word)) >= 0;
}

static bool
enable(int fd, const char *controller, GError **error)
{
    if (write_control(fd, controller))
        return true;
    if (errno == EBUSY) {
        if (!move_to_leaf(fd, error))
            return false;
        if (write_control(fd, controller))
            return true;
    }
    read_error_set_errno(error, errno, "cannot enable the %s controller", controller);
    return false;
}

/* A limit that was asked for needs its controller; the rest is for the daemon's accounts. */
static bool
is_needed(const PlanCgroup *plan, const char *controller)
{
    for (guint i = 0; i < plan->settings->len; i++)
        if (g_str_has_prefix(g_array_index(plan->settings, CgroupSetting, i).file, controller))
            return true;
    return false;
}

static bool
enable_all(int fd, const PlanCgroup *plan, GError **error)
{
    g_autofree char *enabled = io_read_at(fd, CONTROL, NULL, error);

    if (!enabled)
        return false;
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++) {
        const char *controller = cgroup_controller_name(i, 2);
        g_autoptr(GError) local = NULL;

        if (!plan->has[i] || !controller || lists(enabled, controller) ||
            enable(fd, controller, &local))
            continue;
        if (is_needed(plan, controller) || g_error_matches(local, READ_ERROR, READ_ERROR_GONE)) {
            g_propagate_error(error, g_steal_pointer(&local));
            return false;
        }
    }
    return true;
}

bool
cgroup_v2_delegate(int root_fd, int parent_fd, const PlanCgroup *plan, GError **error)
{
    return enable_all(root_fd, plan, error) && enable_all(parent_fd, plan, error);
}
