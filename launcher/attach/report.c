/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/attach.h"
#include "launcher/json.h"
#include "launcher/own_mounts.h"

static const struct {
    const char *name; /* for programs */
    const char *done; /* for people; NULL: the reason says it */
    bool has_files;
} outcomes[] = {
    [ATTACH_INJECTED] = {"attached", "attached", true},
    [ATTACH_PRESENT] = {"present", "attached already", true},
    [ATTACH_REPAIRED] = {"repaired", "repaired", true},
    [ATTACH_HEALTHY] = {"healthy", "nothing in it is dead", false},
    [ATTACH_DETACHED] = {"detached", "detached", true},
    [ATTACH_NOTHING] = {"nothing", "it has none of the daemon's files", false},
    [ATTACH_SKIPPED] = {"skipped", NULL, false},
    [ATTACH_FAILED] = {"failed", NULL, false},
};

/* For a terminal, which what containers call themselves and their mounts must not steer. */
static void
append_shown(GString *out, const char *text)
{
    g_autofree char *shown = g_strescape(text, "\"\\");

    g_string_append(out, shown);
}

void
attach_report_text(const AttachReport *report, GString *out)
{
    append_shown(out, report->name);
    g_string_append_printf(out, " (process %d): ", (int)report->pid);
    if (!outcomes[report->outcome].done) {
        g_string_append_printf(out, "%s: ", outcomes[report->outcome].name);
        append_shown(out, report->reason);
    } else {
        g_string_append(out, outcomes[report->outcome].done);
    }
    if (outcomes[report->outcome].has_files)
        g_string_append_printf(out, ", %u files", report->files);
    if (report->left && *report->left)
        g_string_append_printf(out, "; " OWN_MOUNTS_SENTENCE, report->left);
}

static void
append_left(const char *left, GString *out)
{
    g_auto(GStrv) files = g_strsplit(left, ", ", -1);

    for (size_t i = 0; files[i]; i++) {
        g_string_append(out, i > 0 ? ", " : "");
        json_append_string(out, files[i]);
    }
}

void
attach_report_json(const AttachReport *report, GString *out)
{
    g_string_append(out, "{\"container\": ");
    json_append_string(out, report->name);
    g_string_append_printf(out, ", \"pid\": %d, \"outcome\": \"%s\", \"files\": %u, \"reason\": ",
                           (int)report->pid, outcomes[report->outcome].name, report->files);
    json_append_string(out, report->reason);
    g_string_append(out, ", \"left\": [");
    append_left(report->left ? report->left : "", out);
    g_string_append(out, "]}");
}

void
attach_report_clear(AttachReport *report)
{
    g_clear_pointer(&report->name, g_free);
    g_clear_pointer(&report->reason, g_free);
    g_clear_pointer(&report->left, g_free);
}
