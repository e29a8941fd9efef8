/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/doctor/findings.h"

#include "launcher/json.h"
#include "launcher/launch_error.h"

#define TODO_CODE 1

static const char *const states[] = {"good", "note", "bad", "unknown"};
static const char *const marks[] = {"ok", "--", "!!", "??"};

static void
finding_free(gpointer data)
{
    Finding *finding = data;

    g_free(finding->result);
    g_free(finding);
}

GPtrArray *
findings_new(void)
{
    return g_ptr_array_new_with_free_func(finding_free);
}

void
findings_add(GPtrArray *findings, const Finding *finding, const char *format, ...)
{
    Finding *copy = g_new(Finding, 1);
    va_list args;

    *copy = *finding;
    va_start(args, format);
    copy->result = g_strdup_vprintf(format, args);
    va_end(args);
    g_ptr_array_add(findings, copy);
}

/* What containers call their mounts must not steer a terminal. */
static char *
printable(const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);

    for (char *at = valid; *at; at++)
        if (g_ascii_iscntrl(*at))
            *at = '?';
    return valid;
}

void
findings_text(const GPtrArray *findings, GString *out)
{
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = findings->pdata[i];
        g_autofree char *result = printable(finding->result);

        g_string_append_printf(out, "%s  %-10s  %s\n", marks[finding->state], finding->check,
                               result);
        if (finding->advice)
            g_string_append_printf(out, "                -> %s\n", finding->advice);
    }
}

void
findings_json(const GPtrArray *findings, GString *out)
{
    g_string_append(out, "[");
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = findings->pdata[i];

        g_string_append_printf(out, "%s\n {\"check\": \"%s\", \"state\": \"%s\", \"result\": ",
                               i > 0 ? "," : "", finding->check, states[finding->state]);
        json_append_string(out, finding->result);
        g_string_append(out, ", \"advice\": ");
        json_append_string(out, finding->advice);
        g_string_append_c(out, '}');
    }
    g_string_append(out, "]\n");
}

int
findings_exit_code(const GPtrArray *findings)
{
    int code = 0;

    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = findings->pdata[i];

        if (finding->state == FINDING_BAD)
            return TODO_CODE;
        if (finding->state == FINDING_UNKNOWN)
            code = LAUNCH_ERROR_FAILED;
    }
    return code;
}
