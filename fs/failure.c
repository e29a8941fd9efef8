/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/failure.h"

#include "common/error.h"
#include "common/log.h"
#include "fs/metrics.h"

#include <errno.h>

bool
failure_forgive(const Attempt *attempt, GError *problem, Text *ret, GError **error)
{
    if (!attempt->texts || g_error_matches(problem, READ_ERROR, READ_ERROR_GONE) ||
        !texts_get(attempt->texts, attempt->key, attempt->now, ret)) {
        g_propagate_error(error, problem);
        return false;
    }
    metrics_count(METRIC_SERVED_STALE);
    log_limited(G_LOG_LEVEL_WARNING, "stale", "%s, a text up to a second old is served: %s",
                attempt->key->file->path, problem->message);
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
        [READ_ERROR_LATER] = {METRIC_ERROR_IO, EIO, "later"}, /* there is no room to wait */
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
