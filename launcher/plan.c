/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/plan.h"

#include "launcher/launch_error.h"
#include "launcher/plan_cgroups.h"

#include <sched.h>
#include <string.h>

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

void
plan_clear(Plan *plan)
{
    g_free(plan->name);
    g_free(plan->hostname);
    g_clear_pointer(&plan->cgroups, g_ptr_array_unref);
    g_clear_pointer(&plan->mounts, g_ptr_array_unref);
    g_clear_pointer(&plan->notes, g_ptr_array_unref);
    g_strfreev(plan->env);
    *plan = (Plan){0};
}

static void
note(Plan *plan, const char *sentence)
{
    g_ptr_array_add(plan->notes, (gpointer)sentence);
}

static void
plan_namespaces(const RunOptions *options, const Facts *facts, Plan *plan)
{
    plan->namespaces = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC;
    if (!options->host_network)
        plan->namespaces |= CLONE_NEWNET;
    plan->time_namespace = facts->time_namespaces;
    if (!facts->time_namespaces)
        note(plan, "this kernel has no time namespaces: sysinfo(2) and process start times are "
                   "the host's");
}

static unsigned
depth(const MountSpec *spec)
{
    unsigned n = 0;

    for (const char *p = spec->target; *p; p++)
        n += *p == '/';
    return n;
}

/* Docker's order: what lies higher is mounted first; equals stay in the order given. */
static void
plan_mounts(const RunOptions *options, Plan *plan)
{
    plan->mounts = g_ptr_array_new();
    for (guint i = 0; i < options->mounts->len; i++) {
        MountSpec *spec = options->mounts->pdata[i];
        guint at = plan->mounts->len;

        while (at > 0 && depth(plan->mounts->pdata[at - 1]) > depth(spec))
            at--;
        g_ptr_array_insert(plan->mounts, (gint)at, spec);
    }
}

static bool
plan_files(const RunOptions *options, const Facts *facts, Plan *plan, GError **error)
{
    if (options->proc == PROC_NONE) {
        note(plan, "no virtual files are bound: /proc shows the host's numbers");
        return true;
    }
    if (facts->serving == SERVES_NOBODY && options->proc == PROC_REQUIRE) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                    "no daemon serves %s (--proc require)", options->tree);
        return false;
    }
    plan->bind_files = true;
    plan->private_daemon = facts->serving == SERVES_NOBODY;
    /* Without a cgroup of its own it is no container to the daemon. */
    if (facts->serving == SERVES_BOUND && plan->cgroups->len > 0)
        plan->run_dir = options->run_dir;
    if (plan->private_daemon)
        note(plan, "no daemon serves the tree: a private one is started for this container");
    return true;
}

/* As docker: a clean environment, then what was asked for. */
static void
plan_env(const RunOptions *options, const Facts *facts, Plan *plan)
{
    plan->env = g_environ_setenv(plan->env, "PATH", DEFAULT_PATH, TRUE);
    plan->env = g_environ_setenv(plan->env, "HOSTNAME", plan->hostname, TRUE);
    plan->env = g_environ_setenv(plan->env, "HOME", facts->user.home, TRUE);
    if (facts->terminal) {
        const char *term = g_environ_getenv(facts->environment, "TERM");

        plan->env = g_environ_setenv(plan->env, "TERM", term ? term : "xterm", TRUE);
    }
    for (char **pair = options->env; pair && *pair; pair++) {
        const char *equals = strchr(*pair, '=');
        g_autofree char *name = equals ? g_strndup(*pair, (gsize)(equals - *pair)) : NULL;
        const char *value = equals ? equals + 1 : g_environ_getenv(facts->environment, *pair);

        if (value)
            plan->env = g_environ_setenv(plan->env, name ? name : *pair, value, TRUE);
    }
}

bool
plan_make(const RunOptions *options, const Facts *facts, Plan *ret, GError **error)
{
    g_auto(Plan) plan = {0};

    plan.options = options;
    plan.user = &facts->user;
    plan.name = g_strdup(options->name ? options->name : facts->name);
    plan.hostname = g_strdup(options->hostname ? options->hostname : plan.name);
    plan.workdir = options->workdir ? options->workdir : "/";
    plan.notes = g_ptr_array_new();
    plan.cgroups = plan_cgroups(&options->limits, facts, error);
    if (!plan.cgroups || !plan_files(options, facts, &plan, error))
        return false;
    plan_namespaces(options, facts, &plan);
    plan_mounts(options, &plan);
    plan_env(options, facts, &plan);
    *ret = plan;
    plan = (Plan){0};
    return true;
}
