/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/failure.h"

#include "common/error.h"
#include "common/log.h"
#include "fs/metrics.h"
#include "fs/source/cgroup.h"

#include <errno.h>

/* "FILE UNIFIED V1…": all paths, because two containers may differ in any of them. */
static char *
name_of(const Attempt *attempt)
{
    const CgroupPaths *container = attempt->container;
    GString *name = g_string_sized_new(512);

    g_string_append(name, attempt->file->path);
    g_string_append_c(name, '\n');
    if (container->unified)
        g_string_append(name, container->unified);
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++) {
        g_string_append_c(name, '\n');
        if (container->v1[i])
            g_string_append(name, container->v1[i]);
    }
    return g_string_free(name, FALSE);
}

static bool
container_of(const Attempt *attempt, uint64_t *ret)
{
    return cgroup_container_id(attempt->layout, attempt->container, ret, NULL);
}

void
failure_keep(const Attempt *attempt, const char *text, size_t len)
{
    g_autofree char *name = NULL;
    g_autoptr(GBytes) bytes = NULL;
    LastGoodKey key;

    if (!attempt->texts)
        return;
    name = name_of(attempt);
    key.name = name;
    if (!last_good_wants(attempt->texts, name, attempt->now) ||
        !container_of(attempt, &key.container))
        return;
    bytes = g_bytes_new(text, len);
    last_good_put(attempt->texts, &key, attempt->now, bytes);
}

/* The caller unrefs.  NULL also if the container's cgroup has gone meanwhile, or if it cannot be
 * told whether it is still the same one. */
static GBytes *
text_served_last(const Attempt *attempt)
{
    g_autofree char *name = name_of(attempt);
    LastGoodKey key = {.name = name};

    if (!container_of(attempt, &key.container))
        return NULL;
    return last_good_get(attempt->texts, &key, attempt->now);
}

bool
failure_forgive(const Attempt *attempt, GError *problem, GString *out, GError **error)
{
    g_autoptr(GBytes) text = NULL;
    const char *bytes;
    size_t len;

    if (attempt->texts && !g_error_matches(problem, READ_ERROR, READ_ERROR_GONE))
        text = text_served_last(attempt);
    if (!text) {
        g_propagate_error(error, problem);
        return false;
    }
    bytes = g_bytes_get_data(text, &len);
    g_string_append_len(out, bytes, (gssize)len);
    metrics_count(METRIC_SERVED_STALE);
    log_limited(G_LOG_LEVEL_WARNING, "stale", "%s, a text up to a second old is served: %s",
                attempt->file->path, problem->message);
    g_error_free(problem);
    return true;
}

int
failure_errno(const GError *error, const ProcFile *file, pid_t tid)
{
    static const struct {
        Metric metric;
        int errsv;
        const char *key; /* of the log; NULL: the reader's own end, nobody else's business */
    } answers[] = {
        [READ_ERROR_GONE] = {METRIC_ERROR_GONE, ESTALE, NULL},
        [READ_ERROR_MALFORMED] = {METRIC_ERROR_MALFORMED, EIO, "malformed"},
        [READ_ERROR_IO] = {METRIC_ERROR_IO, EIO, "io"},
        [READ_ERROR_STRANGER] = {METRIC_ERROR_STRANGER, EACCES, "stranger"},
    };
    unsigned code = error->domain == READ_ERROR ? (unsigned)error->code : READ_ERROR_IO;

    g_assert(code < G_N_ELEMENTS(answers));
    metrics_count(answers[code].metric);
    if (answers[code].key)
        log_limited(G_LOG_LEVEL_WARNING, answers[code].key, "%s for thread %d: %s", file->path,
                    (int)tid, error->message);
    return answers[code].errsv;
}
