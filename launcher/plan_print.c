/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/plan.h"

#include "launcher/caps.h"

#include <sched.h>

static const struct {
    unsigned flag;
    const char *name;
} namespace_names[] = {
    {CLONE_NEWPID, "pid"}, {CLONE_NEWNS, "mount"}, {CLONE_NEWUTS, "uts"},
    {CLONE_NEWIPC, "ipc"}, {CLONE_NEWNET, "net"},
};

/* The hierarchy as people call it: "memory", "cpu,cpuacct", "unified". */
static char *
cgroup_label(const PlanCgroup *cgroup)
{
    g_autoptr(GString) label = g_string_new(NULL);

    if (cgroup->version == 2)
        return g_strdup("unified");
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (cgroup->has[i])
            g_string_append_printf(label, "%s%s", label->len ? "," : "",
                                   cgroup_controller_name(i, 1));
    return g_strdup(label->str);
}

static void
print_namespaces(const Plan *plan, GString *out)
{
    g_string_append(out, "namespaces ");
    for (size_t i = 0; i < G_N_ELEMENTS(namespace_names); i++)
        if (plan->namespaces & namespace_names[i].flag)
            g_string_append_printf(out, " %s", namespace_names[i].name);
    g_string_append_printf(out, " cgroup%s\n", plan->time_namespace ? " time" : "");
}

static void
print_cgroup(const Plan *plan, const PlanCgroup *cgroup, GString *out)
{
    g_autofree char *label = cgroup_label(cgroup);

    g_string_append_printf(out, "cgroup      v%u %s: ownproc/%s", cgroup->version, label,
                           plan->name);
    for (guint i = 0; i < cgroup->settings->len; i++) {
        const CgroupSetting *setting = &g_array_index(cgroup->settings, CgroupSetting, i);

        g_string_append_printf(out, "%s %s = %s%s", i ? "," : "", setting->file, setting->value,
                               setting->optional ? " (if the kernel has it)" : "");
    }
    g_string_append_c(out, '\n');
}

static void
print_mounts(const Plan *plan, GString *out)
{
    g_string_append(out, "mounts      /dev /proc /sys /sys/fs/cgroup\n");
    for (guint i = 0; i < plan->mounts->len; i++) {
        const MountSpec *spec = plan->mounts->pdata[i];

        g_string_append_printf(
            out, "mount       %s: %s%s%s%s\n", spec->target, spec->source ? "bind of " : "tmpfs ",
            spec->source    ? spec->source
            : spec->options ? spec->options
                            : "",
            spec->read_only ? ", read-only" : "", spec->executable ? ", executable" : "");
    }
    if (plan->bind_files)
        g_string_append_printf(out,
                               "files       every file of %s, over its like in /proc and /sys\n",
                               plan->private_daemon ? "a private daemon" : plan->options->tree);
    if (plan->run_dir)
        g_string_append_printf(out,
                               "files       those that it has in %s/containers/%s, from there\n",
                               plan->run_dir, plan->name);
}

static void
print_user(const Plan *plan, GString *out)
{
    g_autofree char *caps = caps_describe(plan->user->uid);

    g_string_append_printf(out, "user        %u:%u", plan->user->uid, plan->user->gid);
    for (size_t i = 0; i < plan->user->n_groups; i++)
        g_string_append_printf(out, "%c%u", i ? ',' : '+', plan->user->groups[i]);
    g_string_append_printf(out, "\ncapabilities %s\n", caps);
}

void
plan_print(const Plan *plan, GString *out)
{
    g_string_append_printf(out, "container   %s\nroot        %s%s\n", plan->name,
                           plan->options->rootfs, plan->options->read_only ? ", read-only" : "");
    print_namespaces(plan, out);
    for (guint i = 0; i < plan->cgroups->len; i++)
        print_cgroup(plan, plan->cgroups->pdata[i], out);
    print_mounts(plan, out);
    g_string_append_printf(out, "host name   %s\n", plan->hostname);
    print_user(plan, out);
    g_string_append(out, "privileges  no new ones; default system call filter\n");
    for (char **pair = plan->env; *pair; pair++)
        g_string_append_printf(out, "env         %s\n", *pair);
    g_string_append_printf(out, "directory   %s\ncommand    ", plan->workdir);
    for (char **word = plan->options->command; *word; word++) {
        g_autofree char *quoted = g_shell_quote(*word);

        g_string_append_printf(out, " %s", quoted);
    }
    g_string_append_c(out, '\n');
    for (guint i = 0; i < plan->notes->len; i++)
        g_string_append_printf(out, "note        %s\n", (const char *)plan->notes->pdata[i]);
}
