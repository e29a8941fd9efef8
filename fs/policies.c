/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/policies.h"

#include "fs/proc/zero.h"

#include <string.h>

#define UNSAID (-1)

/* The files that a policy says something about; all others are UNSAID. */
typedef struct {
    const ProcFile *file;
    FileMode mode;
} FileSwitch;

struct Policy {
    char *pattern; /* NULL: the general one */
    GPatternSpec *spec;
    const Policy *general; /* where to look for what is not said here; NULL: it is that one */
    int cpu_policy;        /* CpuPolicy or UNSAID */
    GArray *files;         /* of FileSwitch */
};

struct Policies {
    GPtrArray *all; /* owns them; the general one comes first */
};

static const struct {
    const char *name;
    FileMode mode;
} modes[] = {
    {"virtual", FILE_VIRTUAL},
    {"hide", FILE_HIDE},
    {"zero", FILE_ZERO},
    {"host", FILE_HOST},
};

static Policy *
policy_new(const char *pattern, const Policy *general)
{
    Policy *policy = g_new0(Policy, 1);

    policy->pattern = g_strdup(pattern);
    policy->spec = pattern ? g_pattern_spec_new(pattern) : NULL;
    policy->general = general;
    policy->cpu_policy = UNSAID;
    policy->files = g_array_new(FALSE, FALSE, sizeof(FileSwitch));
    return policy;
}

static void
policy_free(gpointer data)
{
    Policy *policy = data;

    g_free(policy->pattern);
    g_clear_pointer(&policy->spec, g_pattern_spec_free);
    g_array_unref(policy->files);
    g_free(policy);
}

Policies *
policies_new(void)
{
    Policies *policies = g_new0(Policies, 1);

    policies->all = g_ptr_array_new_with_free_func(policy_free);
    g_ptr_array_add(policies->all, policy_new(NULL, NULL));
    return policies;
}

void
policies_free(Policies *policies)
{
    if (!policies)
        return;
    g_ptr_array_unref(policies->all);
    g_free(policies);
}

Policy *
policies_name(Policies *policies, const char *pattern)
{
    for (unsigned i = 0; i < policies->all->len; i++) {
        Policy *policy = g_ptr_array_index(policies->all, i);

        if (g_strcmp0(policy->pattern, pattern) == 0)
            return policy;
    }
    g_ptr_array_add(policies->all, policy_new(pattern, g_ptr_array_index(policies->all, 0)));
    return g_ptr_array_index(policies->all, policies->all->len - 1);
}

bool
policies_parse_cpu_policy(const char *value, CpuPolicy *ret)
{
    static const struct {
        const char *name;
        CpuPolicy policy;
    } names[] = {
        {"ceil", CPU_POLICY_CEIL},
        {"round", CPU_POLICY_ROUND},
        {"cpuset", CPU_POLICY_CPUSET},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(value, names[i].name) == 0) {
            *ret = names[i].policy;
            return true;
        }
    return false;
}

bool
policy_set_cpu_policy(Policy *policy, const char *value, GError **error)
{
    CpuPolicy cpu_policy;

    if (!policies_parse_cpu_policy(value, &cpu_policy)) {
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                    "'%s' is not ceil, round or cpuset", value);
        return false;
    }
    policy->cpu_policy = (int)cpu_policy;
    return true;
}

static bool
mode_parse(const char *value, FileMode *ret, GError **error)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(modes); i++)
        if (strcmp(value, modes[i].name) == 0) {
            *ret = modes[i].mode;
            return true;
        }
    g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                "'%s' is not virtual, hide, zero or host", value);
    return false;
}

static bool
add_switch(Policy *policy, const ProcFile *file, const char *value, GError **error)
{
    FileSwitch one = {.file = file};

    if (!mode_parse(value, &one.mode, error))
        return false;
    if (one.mode == FILE_ZERO && !zero_is_possible(file->path)) {
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                    "zeros would not say how many CPUs there are");
        return false;
    }
    g_array_append_val(policy->files, one);
    return true;
}

bool
policy_set_file(Policy *policy, const char *path, const char *value, GError **error)
{
    bool found = false;

    for (unsigned i = 0; i < proc_files_n; i++) {
        if (!g_pattern_match_simple(path, proc_files[i].path))
            continue;
        if (!add_switch(policy, &proc_files[i], value, error))
            return false;
        found = true;
    }
    if (!found)
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND, "no such file");
    return found;
}

static bool
matches(const Policy *policy, const CgroupPaths *container)
{
    if (container->unified && g_pattern_spec_match_string(policy->spec, container->unified))
        return true;
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (container->v1[i] && g_pattern_spec_match_string(policy->spec, container->v1[i]))
            return true;
    return false;
}

const Policy *
policies_find(const Policies *policies, const CgroupPaths *container)
{
    if (!policies)
        return NULL;
    for (unsigned i = 1; container && i < policies->all->len; i++) {
        const Policy *policy = g_ptr_array_index(policies->all, i);

        if (matches(policy, container))
            return policy;
    }
    return g_ptr_array_index(policies->all, 0);
}

/* FileMode or UNSAID. */
static int
own_mode(const Policy *policy, const ProcFile *file)
{
    for (unsigned i = 0; i < policy->files->len; i++) {
        const FileSwitch *one = &g_array_index(policy->files, FileSwitch, i);

        if (one->file == file)
            return (int)one->mode;
    }
    return UNSAID;
}

FileMode
policy_file(const Policy *policy, const ProcFile *file)
{
    int mode = policy ? own_mode(policy, file) : UNSAID;

    if (mode == UNSAID && policy && policy->general)
        mode = own_mode(policy->general, file);
    return mode == UNSAID ? FILE_VIRTUAL : (FileMode)mode;
}

CpuPolicy
policy_cpus(const Policy *policy, CpuPolicy general)
{
    return !policy || policy->cpu_policy == UNSAID ? general : (CpuPolicy)policy->cpu_policy;
}

bool
policies_may_hide(const Policies *policies, const ProcFile *file)
{
    for (unsigned i = 0; policies && i < policies->all->len; i++)
        if (own_mode(g_ptr_array_index(policies->all, i), file) == FILE_HIDE)
            return true;
    return false;
}
