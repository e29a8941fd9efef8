/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/injector_private.h"

#include "common/cgroup_paths.h"
#include "common/io.h"
#include "common/log.h"
#include "common/same_file.h"
#include "launcher/nri/binds.h"
#include "launcher/nri/cgroup_name.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static Policy *
policy_of(const Injector *injector, const char *text)
{
    g_autoptr(GError) error = NULL;
    Policy *policy = policy_copy(injector->policy);

    if (!policy_read(policy, text, &error))
        g_warning("the runtime's configuration for us is passed over: %s", error->message);
    return policy;
}

InjectorRuntime *
injector_runtime_new(Injector *injector)
{
    InjectorRuntime *runtime = g_new(InjectorRuntime, 1);

    *runtime = (InjectorRuntime){
        .injector = injector, .name = g_strdup("the runtime"), .policy = policy_of(injector, "")};
    return runtime;
}

static gboolean
is_of(gpointer id, gpointer known, gpointer runtime)
{
    (void)id;
    return ((Known *)known)->runtime == runtime;
}

void
injector_runtime_free(InjectorRuntime *runtime)
{
    if (!runtime)
        return;
    g_hash_table_foreach_remove(runtime->injector->known, is_of, runtime);
    policy_free(runtime->policy);
    g_free(runtime->name);
    g_free(runtime);
}

static void
configured(void *data, const SessionRuntime *told)
{
    InjectorRuntime *runtime = data;

    g_free(runtime->name);
    runtime->name = g_strdup_printf("%s %s", told->name, told->version);
    policy_free(runtime->policy);
    runtime->policy = policy_of(runtime->injector, told->config);
    runtime->restarts = strcmp(told->name, "docker") == 0;
    g_message("%s: registered", runtime->name);
}

static Known *
remember(InjectorRuntime *runtime, const Subject *subject)
{
    Known *known = g_new0(Known, 1);

    known->runtime = runtime;
    known->name = g_strdup(subject->name);
    known->cgroup = cgroup_name_path(subject->cgroups_path);
    known->forced = policy_is_forced(runtime->policy, subject);
    g_hash_table_replace(runtime->injector->known, g_strdup(subject->id), known);
    return known;
}

static GPtrArray *
choose(InjectorRuntime *runtime, const Subject *subject, const GPtrArray *list)
{
    g_autoptr(OwnMounts) own = policy_own_mounts(runtime->policy, subject);
    g_autoptr(GString) left = g_string_new(NULL);
    GPtrArray *binds = binds_of(list, policy_chooses, &(PolicyChoice){runtime->policy, own, left});

    if (left->len > 0)
        g_message("%s: " OWN_MOUNTS_SENTENCE, subject->name, left->str);
    if (binds->len > 0)
        injector_count(runtime->injector, TALLY_INJECTED);
    else if (left->len > 0)
        injector_count(runtime->injector, TALLY_SKIPPED);
    return binds;
}

static bool
is_bound(const Policy *policy, const GPtrArray *binds)
{
    for (guint i = 0; i < binds->len; i++)
        if (g_str_has_prefix(((Bind *)binds->pdata[i])->source, policy->run_dir))
            return true;
    return false;
}

static GPtrArray *
mount(InjectorRuntime *runtime, const Subject *subject, Known *known)
{
    Injector *injector = runtime->injector;
    bool known_place = runtime->trust == TRUST_SEEN && !runtime->restarts;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) list =
        scout_look(injector->scout, subject->id, known_place ? known->cgroup : NULL, &error);
    GPtrArray *binds;

    if (!list) {
        log_limited(G_LOG_LEVEL_WARNING, "daemon", "%s: starts without files: %s", subject->name,
                    error->message);
        return NULL;
    }
    binds = choose(runtime, subject, list);
    known->bound = is_bound(runtime->policy, binds);
    g_debug("%s: %u files%s", subject->name, binds->len, known->bound ? " of its own" : "");
    return binds;
}

/* False if it is to have none; says why. */
static bool
wanted(InjectorRuntime *runtime, Subject *subject, PolicyVerdict *ret)
{
    const char *reason = "";

    /* containerd joins the pod's, which may be the host's; ours is, or pids would tell nothing.
     * None on somebody else's file system is looked at. */
    if (subject->joined_pids && g_str_has_prefix(subject->joined_pids, "/proc/") &&
        same_file(subject->joined_pids, "/proc/self/ns/pid"))
        subject->host_pids = true;
    if (subject->wish == WISH_UNKNOWN)
        log_limited(G_LOG_LEVEL_WARNING, "annotation",
                    "%s: the annotation " WISH_ANNOTATION " is neither true nor false",
                    subject->name);
    *ret = policy_decide(runtime->policy, subject, &reason);
    if (*ret != POLICY_MOUNT)
        g_debug("%s: %s: %s", subject->name, *ret == POLICY_SKIP ? "no files" : "files later",
                reason);
    return *ret != POLICY_SKIP;
}

static GPtrArray *
create(void *data, Subject *subject)
{
    InjectorRuntime *runtime = data;
    PolicyVerdict verdict;
    Known *known;

    if (!wanted(runtime, subject, &verdict)) {
        injector_count(runtime->injector, TALLY_SKIPPED);
        return NULL;
    }
    known = remember(runtime, subject);
    return verdict == POLICY_MOUNT ? mount(runtime, subject, known) : NULL;
}

/* True if every hierarchy has the process @pid in @cgroup, or below: an init system moves itself to
 * a cgroup that it has made in there. */
static bool
is_in(pid_t pid, const char *cgroup)
{
    g_autofree char *file = g_strdup_printf("/proc/%d/cgroup", pid);
    size_t len;
    g_autofree char *text = io_read_records_at(AT_FDCWD, file, &len, NULL);
    g_auto(CgroupPaths) paths = {0};

    return text && cgroup_paths_parse(text, len, &paths, NULL) &&
           cgroup_paths_are_below(&paths, cgroup);
}

/* Not to be allowed to signal it is a sign of life. */
static bool
has_ended(pid_t pid)
{
    return kill(pid, 0) < 0 && errno == ESRCH;
}

/* Where one is the next will be; where one is not none will. */
static void
learn(InjectorRuntime *runtime, const Known *known)
{
    if (!known->cgroup || runtime->trust == TRUST_LOST)
        return;
    if (is_in(known->pid, known->cgroup)) {
        runtime->trust = TRUST_SEEN;
        return;
    }
    if (has_ended(known->pid))
        return;
    runtime->trust = TRUST_LOST;
    if (known->bound)
        injector_count(runtime->injector, TALLY_FAILED);
    g_warning("%s: %s is not in the cgroup %s: containers get the files that are everybody's",
              runtime->name, known->name, known->cgroup);
}

static void
run(InjectorRuntime *runtime, const Subject *subject, Known *known)
{
    known->started = true;
    known->pid = subject->pid;
    if (subject->pid == 0)
        return;
    learn(runtime, known);
    if (runtime->policy->attach)
        jobs_add(runtime->injector->jobs, subject->id, subject->pid, known->forced);
}

static void
started(void *data, Subject *subject)
{
    InjectorRuntime *runtime = data;
    Known *known = g_hash_table_lookup(runtime->injector->known, subject->id);

    if (known)
        run(runtime, subject, known);
}

static void
synchronized(void *data, const GPtrArray *subjects)
{
    InjectorRuntime *runtime = data;
    PolicyVerdict verdict;
    guint n = 0;

    for (guint i = 0; i < subjects->len; i++) {
        Subject *subject = subjects->pdata[i];

        if (!subject->running || !wanted(runtime, subject, &verdict))
            continue;
        run(runtime, subject, remember(runtime, subject));
        n++;
    }
    g_message("%s: %u containers, of which %u run and are to have the files", runtime->name,
              subjects->len, n);
}

static void
stopped(void *data, const Subject *subject)
{
    InjectorRuntime *runtime = data;

    jobs_drop(runtime->injector->jobs, subject->id);
}

static void
removed(void *data, const Subject *subject)
{
    InjectorRuntime *runtime = data;
    const Known *known = g_hash_table_lookup(runtime->injector->known, subject->id);

    jobs_drop(runtime->injector->jobs, subject->id);
    /* What was registered leaves with its cgroup, but that has never been there. */
    if (known && known->bound && !known->started)
        scout_forget(runtime->injector->scout, subject->id);
    g_hash_table_remove(runtime->injector->known, subject->id);
}

static void
baffled(void *data, const char *sentence)
{
    InjectorRuntime *runtime = data;

    log_limited(G_LOG_LEVEL_WARNING, "baffled", "%s: %s", runtime->name, sentence);
    injector_count(runtime->injector, TALLY_FAILED);
}

const SessionOps injector_ops = {
    .configured = configured,
    .synchronized = synchronized,
    .create = create,
    .started = started,
    .stopped = stopped,
    .removed = removed,
    .baffled = baffled,
};
