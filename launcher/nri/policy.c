/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/policy.h"

#include "launcher/engine_files.h"
#include "launcher/options.h"

#include <string.h>

Policy *
policy_new(void)
{
    /* These are no runc and no crun: a container is a machine, or has a /proc of its own making. */
    static const char *const handlers[] = {"kata*",        "gvisor*", "runsc*", "sysbox*",
                                           "firecracker*", "urunc*",  "wasm*",  "spin*",
                                           "crun-wasm*",   "nabla*",  NULL};
    static const char *const sockets[] = {"/var/run/nri/nri.sock", "/run/docker/nri.sock", NULL};
    static const char *const all[] = {"*", NULL}, *const none[] = {NULL};
    Policy *policy = g_new(Policy, 1);

    *policy = (Policy){
        .namespaces = g_strdupv((char **)all),
        .except_namespaces = g_strdupv((char **)none),
        .except_handlers = g_strdupv((char **)handlers),
        .files = g_strdupv((char **)all),
        .attach = true,
        .attach_program = g_strdup(OWNPROC_PROGRAM),
        .tree = g_strdup(OPTIONS_TREE),
        .run_dir = g_strdup(OPTIONS_RUN_DIR),
        .sockets = g_strdupv((char **)sockets),
    };
    return policy;
}

void
policy_free(Policy *policy)
{
    if (!policy)
        return;
    g_strfreev(policy->namespaces);
    g_strfreev(policy->except_namespaces);
    g_strfreev(policy->except_handlers);
    g_strfreev(policy->files);
    g_strfreev(policy->sockets);
    g_free(policy->attach_program);
    g_free(policy->tree);
    g_free(policy->run_dir);
    g_free(policy);
}

static bool
matches(char *const *globs, const char *text)
{
    for (size_t i = 0; globs[i]; i++)
        if (g_pattern_match_simple(globs[i], text))
            return true;
    return false;
}

static bool
is_below(const char *path, const char *directory)
{
    return g_str_has_prefix(path, directory) && path[strlen(directory)] == '/';
}

/* Ours are there already when a container is met again. */
static bool
is_ours(const Policy *policy, const char *source)
{
    return is_below(source, policy->tree) || is_below(source, policy->run_dir);
}

static bool
is_taken(const Policy *policy, const Subject *subject)
{
    for (guint i = 0; i < subject->mounts->len; i++) {
        const SubjectMount *mount = subject->mounts->pdata[i];

        if (policy_mounts_file(policy, mount->destination + 1) && !is_ours(policy, mount->source))
            return true;
    }
    return false;
}

static bool
other_handler(const Policy *policy, const Subject *subject)
{
    return matches(policy->except_handlers, subject->handler);
}

static bool
unwanted(const Policy *policy, const Subject *subject)
{
    (void)policy;
    return subject->wish == WISH_NO;
}

static bool
other_namespace(const Policy *policy, const Subject *subject)
{
    return subject->wish != WISH_YES && (!matches(policy->namespaces, subject->namespace) ||
                                         matches(policy->except_namespaces, subject->namespace));
}

static bool
host_pids(const Policy *policy, const Subject *subject)
{
    return subject->wish != WISH_YES && subject->host_pids && !policy->host_pids;
}

static bool
privileged(const Policy *policy, const Subject *subject)
{
    return subject->wish != WISH_YES && subject->writable_sys && !policy->privileged;
}

static bool
maybe_unmasked(const Policy *policy, const Subject *subject)
{
    (void)policy;
    return subject->wish != WISH_YES && subject->user_namespace;
}

/* The first that applies counts. */
static const struct {
    bool (*applies)(const Policy *policy, const Subject *subject);
    PolicyVerdict verdict;
    const char *reason;
} rules[] = {
    {unwanted, POLICY_SKIP, "its annotation " WISH_ANNOTATION " says so"},
    {other_handler, POLICY_SKIP, "its runtime handler is another kind of runtime"},
    {is_taken, POLICY_SKIP, "something else is mounted where the files would be"},
    {other_namespace, POLICY_SKIP, "its namespace is not to have them"},
    {host_pids, POLICY_SKIP, "it shares the host's pid namespace"},
    {privileged, POLICY_SKIP, "it is privileged, and could not mount a /proc any more"},
    {maybe_unmasked, POLICY_LATER, "it has a user namespace, and its /proc may be unmasked"},
};

PolicyVerdict
policy_decide(const Policy *policy, const Subject *subject, const char **ret_reason)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (!rules[i].applies(policy, subject))
            continue;
        if (ret_reason)
            *ret_reason = rules[i].reason;
        return rules[i].verdict;
    }
    return POLICY_MOUNT;
}

bool
policy_mounts_file(const Policy *policy, const char *file)
{
    return engine_files_allow(file) && matches(policy->files, file);
}
