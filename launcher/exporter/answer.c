/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/exporter/answer.h"

static const char *const helps[TALLY_OUTCOMES] = {
    [TALLY_INJECTED] = "Containers that were given their files.",
    [TALLY_REPAIRED] = "Containers whose dead files were replaced.",
    [TALLY_SKIPPED] = "Containers that a rule says are to have none.",
    [TALLY_FAILED] = "Containers that were to have files, and have not.",
    [TALLY_DETACHED] = "Containers out of which the files were taken.",
};

static const struct {
    const char *path;
    AnswerKind kind;
} pages[] = {
    {"/metrics", ANSWER_METRICS},
    {"/healthz", ANSWER_HEALTH},
};

AnswerKind
answer_kind(const char *method, const char *path)
{
    for (gsize i = 0; i < G_N_ELEMENTS(pages); i++)
        if (g_str_equal(path, pages[i].path))
            return g_str_equal(method, "GET") || g_str_equal(method, "HEAD") ? pages[i].kind
                                                                             : ANSWER_METHOD;
    return ANSWER_NOT_FOUND;
}

void
answer_append_tally(GString *out, const Tally *tally)
{
    for (unsigned outcome = 0; outcome < TALLY_OUTCOMES; outcome++) {
        const char *name = tally_outcome_name(outcome);

        g_string_append_printf(out, "# HELP ownproc_%s_total %s\n# TYPE ownproc_%s_total counter\n",
                               name, helps[outcome], name);
        for (unsigned route = 0; route < TALLY_ROUTES; route++)
            g_string_append_printf(out, "ownproc_%s_total{route=\"%s\"} %" G_GUINT64_FORMAT "\n",
                                   name, tally_route_name(route), tally->counts[route][outcome]);
    }
}
