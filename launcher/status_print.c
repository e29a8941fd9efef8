/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/status_print.h"

#include "launcher/json.h"

#include <string.h>

#define SECOND 1000000000.0

/* Texts may have no end. */
static char *
text_of(const char *text, size_t max)
{
    return g_strndup(text, strnlen(text, max));
}

static unsigned
n_workers(const ProtocolStatus *status)
{
    return MIN(status->n_workers, PROTOCOL_WORKERS_MAX);
}

static unsigned
n_connections(const ProtocolStatus *status)
{
    return MIN(status->n_connections, TABLE_CONNECTIONS_MAX);
}

static char *
age_text(uint64_t nsec)
{
    uint64_t seconds = nsec / (uint64_t)SECOND;

    return g_strdup_printf("%u d %02u:%02u:%02u", (unsigned)(seconds / 86400),
                           (unsigned)(seconds / 3600 % 24), (unsigned)(seconds / 60 % 60),
                           (unsigned)(seconds % 60));
}

static void
print_process(GString *out, const char *what, pid_t pid, uint64_t age_nsec, const char *program)
{
    g_autofree char *age = age_text(age_nsec), *safe = g_strescape(program, NULL);

    g_string_append_printf(out, "%-12s %7d  %s  %s\n", what, (int)pid, age, safe);
}

/* "given        attach 3, hook 12 (1 failed)": one line, if anybody was. */
static void
print_tally(const Tally *tally, GString *out)
{
    const char *separator = "given        ";
    gsize before = out->len;

    for (unsigned route = 0; route < TALLY_ROUTES; route++) {
        const uint64_t *counts = tally->counts[route];
        uint64_t given = counts[TALLY_INJECTED] + counts[TALLY_REPAIRED];

        if (given == 0 && counts[TALLY_FAILED] == 0)
            continue;
        g_string_append_printf(out, "%s%s %" G_GUINT64_FORMAT, separator,
                               tally_route_name((TallyRoute)route), given);
        if (counts[TALLY_FAILED] > 0)
            g_string_append_printf(out, " (%" G_GUINT64_FORMAT " failed)", counts[TALLY_FAILED]);
        separator = ", ";
    }
    if (out->len > before)
        g_string_append_c(out, '\n');
}

void
status_print_text(const Status *status, GString *out)
{
    const ProtocolStatus *keeper = &status->keeper;
    g_autofree char *program = text_of(keeper->program, sizeof keeper->program);

    print_process(out, "keeper", keeper->pid, keeper->age_nsec, program);
    for (unsigned i = 0; i < n_workers(keeper); i++) {
        const ProtocolWorker *worker = &keeper->workers[i];
        g_autofree char *state = text_of(worker->state, sizeof worker->state);
        g_autofree char *safe = g_strescape(state, NULL);
        g_autofree char *of = text_of(worker->program, sizeof worker->program);

        print_process(out, safe, worker->pid, worker->age_nsec, of);
    }
    for (unsigned i = 0; i < n_connections(keeper); i++) {
        g_autofree char *target =
            text_of(keeper->connections[i].target, sizeof keeper->connections[i].target);
        g_autofree char *safe = g_strescape(target, NULL);

        g_string_append_printf(out, "%-12s %s\n",
                               keeper->connections[i].is_connected ? "mounted" : "lost", safe);
    }
    if (status->n_containers >= 0)
        g_string_append_printf(out, "containers   %d registered\n", status->n_containers);
    print_tally(&status->tally, out);
    g_string_append_printf(out,
                           "restarts     %" G_GUINT64_FORMAT " (%" G_GUINT64_FORMAT
                           " killed), longest pause %.1f ms\n",
                           keeper->restarts, keeper->killed,
                           (double)keeper->longest_pause_nsec / (SECOND / 1000));
    g_string_append_printf(
        out, "requests     %" G_GUINT64_FORMAT " recovered, %" G_GUINT64_FORMAT " given up\n",
        keeper->recovered, keeper->poisoned);
    g_string_append_printf(
        out, "upgrades     %" G_GUINT64_FORMAT "%s, adoptions %" G_GUINT64_FORMAT "\n",
        keeper->upgrades, keeper->is_upgrading ? " and one under way" : "", keeper->adoptions);
}

static void
json_process(GString *out, pid_t pid, uint64_t age_nsec, const char *program)
{
    g_string_append_printf(out, "\"pid\": %d, \"age_seconds\": %.3f, \"version\": ", (int)pid,
                           (double)age_nsec / SECOND);
    json_append_string(out, program);
}

static void
json_workers(GString *out, const ProtocolStatus *keeper)
{
    g_string_append(out, " \"workers\": [");
    for (unsigned i = 0; i < n_workers(keeper); i++) {
        const ProtocolWorker *worker = &keeper->workers[i];
        g_autofree char *state = text_of(worker->state, sizeof worker->state);
        g_autofree char *program = text_of(worker->program, sizeof worker->program);

        g_string_append(out, i > 0 ? ",\n  {" : "\n  {");
        json_process(out, worker->pid, worker->age_nsec, program);
        g_string_append(out, ", \"state\": ");
        json_append_string(out, state);
        g_string_append_c(out, '}');
    }
    g_string_append(out, "],\n");
}

static void
json_connections(GString *out, const ProtocolStatus *keeper)
{
    g_string_append(out, " \"connections\": [");
    for (unsigned i = 0; i < n_connections(keeper); i++) {
        g_autofree char *name =
            text_of(keeper->connections[i].name, sizeof keeper->connections[i].name);
        g_autofree char *target =
            text_of(keeper->connections[i].target, sizeof keeper->connections[i].target);

        g_string_append(out, i > 0 ? ",\n  {\"name\": " : "\n  {\"name\": ");
        json_append_string(out, name);
        g_string_append(out, ", \"mountpoint\": ");
        json_append_string(out, target);
        g_string_append_printf(out, ", \"connected\": %s}",
                               keeper->connections[i].is_connected ? "true" : "false");
    }
    g_string_append(out, "],\n");
}

static void
json_tally(const Tally *tally, GString *out)
{
    g_string_append(out, " \"given\": {");
    for (unsigned route = 0; route < TALLY_ROUTES; route++) {
        g_string_append_printf(out, "%s\"%s\": {", route > 0 ? ",\n  " : "",
                               tally_route_name((TallyRoute)route));
        for (unsigned outcome = 0; outcome < TALLY_OUTCOMES; outcome++)
            g_string_append_printf(out, "%s\"%s\": %" G_GUINT64_FORMAT, outcome > 0 ? ", " : "",
                                   tally_outcome_name((TallyOutcome)outcome),
                                   tally->counts[route][outcome]);
        g_string_append_c(out, '}');
    }
    g_string_append(out, "},\n");
}

void
status_print_json(const Status *status, GString *out)
{
    const ProtocolStatus *keeper = &status->keeper;
    g_autofree char *program = text_of(keeper->program, sizeof keeper->program);

    g_string_append(out, "{\"keeper\": {");
    json_process(out, keeper->pid, keeper->age_nsec, program);
    g_string_append(out, "},\n");
    json_workers(out, keeper);
    json_connections(out, keeper);
    json_tally(&status->tally, out);
    if (status->n_containers >= 0)
        g_string_append_printf(out, " \"containers\": %d,\n", status->n_containers);
    else
        g_string_append(out, " \"containers\": null,\n");
    g_string_append_printf(
        out,
        " \"restarts\": %" G_GUINT64_FORMAT ", \"killed\": %" G_GUINT64_FORMAT
        ", \"upgrades\": %" G_GUINT64_FORMAT ", \"upgrading\": %s,\n"
        " \"adoptions\": %" G_GUINT64_FORMAT ", \"recovered_requests\": %" G_GUINT64_FORMAT
        ", \"poisoned_requests\": %" G_GUINT64_FORMAT ",\n \"longest_pause_seconds\": %.6f}\n",
        keeper->restarts, keeper->killed, keeper->upgrades, keeper->is_upgrading ? "true" : "false",
        keeper->adoptions, keeper->recovered, keeper->poisoned,
        (double)keeper->longest_pause_nsec / SECOND);
}
