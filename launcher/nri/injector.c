/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/injector_private.h"

#include "launcher/tally.h"

#include <string.h>

#define RETRY_MIN_USEC 500000
#define RETRY_MAX_USEC 8000000

void
injector_count(const Injector *injector, TallyOutcome outcome)
{
    tally_add(injector->policy->run_dir, TALLY_NRI, outcome, 1);
}

static void
known_free(gpointer data)
{
    Known *known = data;

    g_free(known->name);
    g_free(known->cgroup);
    g_free(known);
}

/* The containers of a runtime that is gone are somebody's all the same. */
static const char *
name_of(const Injector *injector, const char *id)
{
    const Known *known = g_hash_table_lookup(injector->known, id);

    return known ? known->name : id;
}

static void
job_ended(void *data, const char *id, JobOutcome outcome)
{
    Injector *injector = data;
    Known *known = g_hash_table_lookup(injector->known, id);
    g_autoptr(GPtrArray) files = NULL;

    if (outcome == JOB_BROKEN) {
        g_warning("%s: %s cannot be executed, or came to no end", name_of(injector, id),
                  injector->policy->program);
        injector_count(injector, TALLY_FAILED);
    }
    if (outcome != JOB_REFUSED || !known)
        return;
    /* Was it because the daemon has just gone? */
    files = scout_look(injector->scout, NULL, NULL, NULL);
    if (!files)
        jobs_add(injector->jobs, id, known->pid, known->forced);
}

Injector *
injector_new(const Policy *policy)
{
    Injector *injector = g_new(Injector, 1);

    *injector = (Injector){
        .policy = policy,
        .scout = scout_new(policy->tree, policy->run_dir),
        .known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, known_free),
        .retry_usec = RETRY_MIN_USEC,
    };
    injector->jobs = jobs_new(&(JobsConfig){.program = policy->program,
                                            .run_dir = policy->run_dir,
                                            .tree = policy->tree,
                                            .ended = job_ended,
                                            .data = injector});
    return injector;
}

void
injector_free(Injector *injector)
{
    if (!injector)
        return;
    jobs_free(injector->jobs);
    scout_free(injector->scout);
    g_hash_table_unref(injector->known);
    g_free(injector);
}

const char *
injector_run_dir(const Injector *injector)
{
    return injector->policy->run_dir;
}

/* True if the daemon is there for what waits; it is asked at longer and longer intervals. */
static bool
daemon_is_there(Injector *injector)
{
    gint64 now = g_get_monotonic_time();
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) files = NULL;

    if (now < injector->retry_at)
        return false;
    files = scout_look(injector->scout, NULL, NULL, &error);
    injector->retry_usec = files ? RETRY_MIN_USEC : MIN(injector->retry_usec * 2, RETRY_MAX_USEC);
    injector->retry_at = files ? 0 : now + injector->retry_usec;
    if (error)
        g_debug("containers wait for their files: %s", error->message);
    return files != NULL;
}

void
injector_step(Injector *injector)
{
    jobs_step(injector->jobs, jobs_are_waiting(injector->jobs) && daemon_is_there(injector));
}

int
injector_poll(Injector *injector, GArray *fds)
{
    int timeout = jobs_poll(injector->jobs, fds), retry;

    if (!jobs_are_waiting(injector->jobs))
        return timeout;
    retry = (int)(MAX(injector->retry_at - g_get_monotonic_time(), 0) / 1000) + 1;
    return timeout < 0 ? retry : MIN(timeout, retry);
}
