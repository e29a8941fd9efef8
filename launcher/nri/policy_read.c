/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/policy.h"

#include "launcher/launch_error.h"

#include <stddef.h>
#include <string.h>

#define GROUP "ownproc-nri"

static bool
read_list(GKeyFile *file, const char *key, void *field, GError **error)
{
    char **list = g_key_file_get_string_list(file, GROUP, key, NULL, error), ***old = field;

    if (!list)
        return false;
    g_strfreev(*old);
    *old = list;
    return true;
}

static bool
read_path(GKeyFile *file, const char *key, void *field, GError **error)
{
    g_autofree char *path = g_key_file_get_string(file, GROUP, key, error);
    char **old = field;

    if (!path)
        return false;
    if (path[0] != '/') {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE, "%s=%s is no absolute path", key,
                    path);
        return false;
    }
    g_free(*old);
    *old = g_steal_pointer(&path);
    return true;
}

static bool
read_bool(GKeyFile *file, const char *key, void *field, GError **error)
{
    GError *local = NULL;
    bool value = g_key_file_get_boolean(file, GROUP, key, &local);

    if (local) {
        g_propagate_error(error, local);
        return false;
    }
    *(bool *)field = value;
    return true;
}

static bool
read_rule(GKeyFile *file, const char *key, void *field, GError **error)
{
    g_autofree char *value = g_key_file_get_string(file, GROUP, key, error);

    if (!value)
        return false;
    *(bool *)field = strcmp(value, "inject") == 0;
    if (*(bool *)field || strcmp(value, "skip") == 0)
        return true;
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE,
                "%s is either 'skip' or 'inject', not '%s'", key, value);
    return false;
}

static const struct {
    const char *key;
    bool (*read)(GKeyFile *file, const char *key, void *field, GError **error);
    size_t offset;
} keys[] = {
    {"namespaces", read_list, offsetof(Policy, namespaces)},
    {"except-namespaces", read_list, offsetof(Policy, except_namespaces)},
    {"except-handlers", read_list, offsetof(Policy, except_handlers)},
    {"files", read_list, offsetof(Policy, files)},
    {"host-pids", read_rule, offsetof(Policy, rules.host_pids)},
    {"unmasked", read_rule, offsetof(Policy, rules.unmasked)},
    {"attach", read_bool, offsetof(Policy, attach)},
    {"ownproc", read_path, offsetof(Policy, program)},
    {"mountpoint", read_path, offsetof(Policy, tree)},
    {"run-dir", read_path, offsetof(Policy, run_dir)},
    {"sockets", read_list, offsetof(Policy, sockets)},
};

Policy *
policy_copy(const Policy *policy)
{
    Policy *copy = g_new(Policy, 1);

    *copy = *policy;
    copy->namespaces = g_strdupv(policy->namespaces);
    copy->except_namespaces = g_strdupv(policy->except_namespaces);
    copy->except_handlers = g_strdupv(policy->except_handlers);
    copy->files = g_strdupv(policy->files);
    copy->sockets = g_strdupv(policy->sockets);
    copy->program = g_strdup(policy->program);
    copy->tree = g_strdup(policy->tree);
    copy->run_dir = g_strdup(policy->run_dir);
    return copy;
}

static bool
read_key(Policy *policy, GKeyFile *file, const char *key, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (strcmp(key, keys[i].key) == 0)
            return keys[i].read(file, key, (char *)policy + keys[i].offset, error);
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE, "there is no key %s", key);
    return false;
}

static bool
only_our_group(GKeyFile *file, GError **error)
{
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

    for (size_t i = 0; groups[i]; i++) {
        if (strcmp(groups[i], GROUP) == 0)
            continue;
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE, "there is no group [%s]", groups[i]);
        return false;
    }
    return true;
}

bool
policy_read(Policy *policy, const char *text, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(Policy) copy = policy_copy(policy);
    g_auto(GStrv) names = NULL;
    Policy old;

    if (!g_key_file_load_from_data(file, text, strlen(text), G_KEY_FILE_NONE, error) ||
        !only_our_group(file, error))
        return false;
    names = g_key_file_get_keys(file, GROUP, NULL, NULL); /* NULL without the group */
    for (size_t i = 0; names && names[i]; i++)
        if (!read_key(copy, file, names[i], error))
            return false;
    old = *policy;
    *policy = *copy;
    *copy = old;
    return true;
}
