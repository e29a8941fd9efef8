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
        .program = g_strdup(OWNPROC_PROGRAM),
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
    g_free(policy->program);
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

static bool
is_ours(const Policy *policy, const char *source)
{
    return is_below(source, policy->tree) || is_below(source, policy->run_dir);
}

OwnMounts *
policy_own_mounts(const Policy *policy, const Subject *subject)
{
    OwnMounts *own = own_mounts_new();

    for (guint i = 0; i < subject->mounts->len; i++) {
        const SubjectMount *mount = subject->mounts->pdata[i];

        if (!is_ours(policy, mount->source))
            own_mounts_add(own, mount->destination, mount->type, mount->source);
    }
    return own;
}

static const char *
by_its_runtime(const Policy *policy, const Subject *subject)
{
    g_autoptr(OwnMounts) own = policy_own_mounts(policy, subject);

    if (matches(policy->except_handlers, subject->handler))
        return "its runtime handler is another kind of runtime";
    return own->proc == OWN_MOUNTS_OTHER ? "it mounts no procfs of its own at /proc" : NULL;
}

static const char *
by_its_kind(const Policy *policy, const Subject *subject)
{
    return skip_reason(&(SkipFacts){.wish = subject->wish,
                                    .host_pids = subject->host_pids,
                                    .unmasked = subject->writable_sys},
                       &policy->rules);
}

static const char *
by_its_namespace(const Policy *policy, const Subject *subject)
{
    bool in =
        subject->wish == WISH_YES || (matches(policy->namespaces, subject->namespace) &&
                                      !matches(policy->except_namespaces, subject->namespace));

    return in ? NULL : "its namespace is not to have them";
}

static const char *
by_its_users(const Policy *policy, const Subject *subject)
{
    return subject->user_namespace && !policy_is_forced(policy, subject)
               ? "it has a user namespace, and its /proc may be unmasked"
               : NULL;
}

/* Each says why, or NULL; the first that does counts. */
static const struct {
    const char *(*reason)(const Policy *policy, const Subject *subject);
    PolicyVerdict verdict;
} rules[] = {
    {by_its_runtime, POLICY_SKIP},
    {by_its_kind, POLICY_SKIP},
    {by_its_namespace, POLICY_SKIP},
    {by_its_users, POLICY_LATER},
};

PolicyVerdict
policy_decide(const Policy *policy, const Subject *subject, const char **ret_reason)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        const char *reason = rules[i].reason(policy, subject);

        if (!reason)
            continue;
        if (ret_reason)
            *ret_reason = reason;
        return rules[i].verdict;
    }
    return POLICY_MOUNT;
}

bool
policy_is_forced(const Policy *policy, const Subject *subject)
{
    return subject->wish == WISH_YES || policy->rules.unmasked;
}

bool
policy_mounts_file(const Policy *policy, const char *file)
{
    return engine_files_allow(file) && matches(policy->files, file);
}

bool
policy_chooses(const void *choice, const char *file)
{
    const PolicyChoice *by = choice;

    if (!policy_mounts_file(by->policy, file))
        return false;
    if (!own_mounts_cover(by->own, file))
        return true;
    own_mounts_list(by->left, file);
    return false;
}
