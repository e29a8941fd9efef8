/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/plan_cgroups.h"

#include "common/number.h"
#include "launcher/launch_error.h"

#include <string.h>

#define PERIOD_USEC 100000 /* the kernel's default */

/* What the daemon reads of a container, in the order the container joins. */
static const CgroupController managed[] = {CGROUP_MEMORY,  CGROUP_PIDS,    CGROUP_CPUSET, CGROUP_IO,
                                           CGROUP_HUGETLB, CGROUP_CPUACCT, CGROUP_CPU};

/* A limit, the controller that enforces it, and how it is written. */
typedef struct {
    const char *flag;
    CgroupController controller;
    bool (*is_asked)(const Limits *limits);
    void (*write)(const Limits *limits, PlanCgroup *cgroup);
} LimitRule;

static void
set(PlanCgroup *cgroup, CgroupSetting setting)
{
    g_array_append_val(cgroup->settings, setting);
}

static char *
number_text(uint64_t value)
{
    return g_strdup_printf("%" G_GUINT64_FORMAT, value);
}

/* v1 writes "no limit" as -1, v2 as max. */
static char *
limit_text(uint64_t value, unsigned version)
{
    return value == NUMBER_MAX ? g_strdup(version == 1 ? "-1" : "max") : number_text(value);
}

static bool
memory_is_asked(const Limits *limits)
{
    return limits->memory != 0;
}

/* As docker: without --memory-swap there is as much swap as memory; v1 counts both together. */
static void
memory_write(const Limits *limits, PlanCgroup *cgroup)
{
    uint64_t both = limits->memory_swap ? limits->memory_swap : number_mul(limits->memory, 2);
    bool asked = limits->memory_swap != 0 && both != NUMBER_MAX;

    if (cgroup->version == 1) {
        set(cgroup, (CgroupSetting){"memory.limit_in_bytes", number_text(limits->memory),
                                    "--memory", false});
        set(cgroup, (CgroupSetting){"memory.memsw.limit_in_bytes", limit_text(both, 1),
                                    "--memory-swap", !asked});
        return;
    }
    set(cgroup, (CgroupSetting){"memory.max", number_text(limits->memory), "--memory", false});
    set(cgroup, (CgroupSetting){"memory.swap.max",
                                limit_text(both == NUMBER_MAX ? both : both - limits->memory, 2),
                                "--memory-swap", !asked});
}

static bool
quota_is_asked(const Limits *limits)
{
    return limits->cpu_quota != 0 || limits->cpu_period != 0;
}

static void
quota_write(const Limits *limits, PlanCgroup *cgroup)
{
    uint64_t period = limits->cpu_period ? limits->cpu_period : PERIOD_USEC;
    uint64_t quota = limits->cpu_quota ? limits->cpu_quota : NUMBER_MAX;
    g_autofree char *text = limit_text(quota, cgroup->version);

    if (cgroup->version == 2) {
        set(cgroup,
            (CgroupSetting){"cpu.max", g_strdup_printf("%s %" G_GUINT64_FORMAT, text, period),
                            "--cpus", false});
        return;
    }
    set(cgroup, (CgroupSetting){"cpu.cfs_period_us", number_text(period), "--cpu-period", false});
    set(cgroup, (CgroupSetting){"cpu.cfs_quota_us", g_steal_pointer(&text), "--cpus", false});
}

static bool
shares_is_asked(const Limits *limits)
{
    return limits->cpu_shares != 0;
}

/* The OCI runtimes' mapping of 2…262144 on 1…10000. */
static void
shares_write(const Limits *limits, PlanCgroup *cgroup)
{
    uint64_t shares = limits->cpu_shares;

    if (cgroup->version == 1)
        set(cgroup, (CgroupSetting){"cpu.shares", number_text(shares), "--cpu-shares", false});
    else
        set(cgroup,
            (CgroupSetting){"cpu.weight", number_text(1 + number_mul_div(shares - 2, 9999, 262142)),
                            "--cpu-shares", false});
}

static bool
cpuset_is_asked(const Limits *limits)
{
    return limits->cpuset_cpus != NULL;
}

static void
cpuset_write(const Limits *limits, PlanCgroup *cgroup)
{
    set(cgroup,
        (CgroupSetting){"cpuset.cpus", g_strdup(limits->cpuset_cpus), "--cpuset-cpus", false});
}

static bool
pids_is_asked(const Limits *limits)
{
    return limits->pids != 0;
}

static void
pids_write(const Limits *limits, PlanCgroup *cgroup)
{
    set(cgroup, (CgroupSetting){"pids.max", limit_text(limits->pids, 2), "--pids-limit", false});
}

static const LimitRule rules[] = {
    {"--memory", CGROUP_MEMORY, memory_is_asked, memory_write},
    {"--pids-limit", CGROUP_PIDS, pids_is_asked, pids_write},
    {"--cpuset-cpus", CGROUP_CPUSET, cpuset_is_asked, cpuset_write},
    {"--cpus", CGROUP_CPU, quota_is_asked, quota_write},
    {"--cpu-shares", CGROUP_CPU, shares_is_asked, shares_write},
};

static void
setting_clear(CgroupSetting *setting)
{
    g_free(setting->value);
}

static void
cgroup_free(PlanCgroup *cgroup)
{
    g_array_unref(cgroup->settings);
    g_free(cgroup);
}

static PlanCgroup *
find_or_add(GPtrArray *cgroups, const Facts *facts, CgroupController controller)
{
    PlanCgroup *cgroup;

    for (guint i = 0; i < cgroups->len; i++) {
        cgroup = cgroups->pdata[i];
        if (facts->hierarchies[cgroup->controller] == facts->hierarchies[controller])
            return cgroup;
    }
    cgroup = g_new0(PlanCgroup, 1);
    cgroup->version = facts->versions[controller];
    cgroup->controller = controller;
    cgroup->settings = g_array_new(FALSE, FALSE, sizeof(CgroupSetting));
    g_array_set_clear_func(cgroup->settings, (GDestroyNotify)setting_clear);
    g_ptr_array_add(cgroups, cgroup);
    return cgroup;
}

/* Moves the hierarchy of the cpu controller behind all others. */
static void
cpu_last(GPtrArray *cgroups)
{
    for (guint i = 0; i + 1 < cgroups->len; i++) {
        PlanCgroup *cgroup = cgroups->pdata[i];

        if (cgroup->has[CGROUP_CPU]) {
            memmove(&cgroups->pdata[i], &cgroups->pdata[i + 1],
                    (cgroups->len - i - 1) * sizeof(gpointer));
            cgroups->pdata[cgroups->len - 1] = cgroup;
            return;
        }
    }
}

static bool
apply(const LimitRule *rule, const Limits *limits, GPtrArray *cgroups, GError **error)
{
    if (!rule->is_asked(limits))
        return true;
    for (guint i = 0; i < cgroups->len; i++) {
        PlanCgroup *cgroup = cgroups->pdata[i];

        if (cgroup->has[rule->controller]) {
            rule->write(limits, cgroup);
            return true;
        }
    }
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                "%s: the %s controller is not mounted on this machine", rule->flag,
                cgroup_controller_name(rule->controller, 1));
    return false;
}

GPtrArray *
plan_cgroups(const Limits *limits, const Facts *facts, GError **error)
{
    g_autoptr(GPtrArray) cgroups = g_ptr_array_new_with_free_func((GDestroyNotify)cgroup_free);

    for (size_t i = 0; i < G_N_ELEMENTS(managed); i++)
        if (facts->versions[managed[i]] != 0)
            find_or_add(cgroups, facts, managed[i])->has[managed[i]] = true;
    cpu_last(cgroups);
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
        if (!apply(&rules[i], limits, cgroups, error))
            return NULL;
    return g_steal_pointer(&cgroups);
}
