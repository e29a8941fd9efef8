/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc status */

#include "launcher/control.h"
#include "launcher/keeper_ask.h"
#include "launcher/launch_error.h"
#include "launcher/status_print.h"
#include "launcher/verb_options.h"
#include "launcher/verbs.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    void (*print)(const Status *status, GString *out);
} formats[] = {{"text", status_print_text}, {"json", status_print_json}};

/* -1 if the daemon does not say. */
static int
count_registered(const char *run_dir)
{
    g_autoptr(GString) request = control_request("list");
    g_autoptr(GPtrArray) records = NULL;
    g_autofree char *body = NULL;
    size_t len;
    int n = 0;

    control_end(request);
    body = control_ask(run_dir, request, &len, NULL);
    records = body ? control_records(body, len, NULL) : NULL;
    for (guint i = 0; records && i < records->len; i++)
        n += g_strcmp0(g_hash_table_lookup(records->pdata[i], "registered"), "yes") == 0;
    return records ? n : -1;
}

static int
print_status(const char *run_dir, void (*print)(const Status *status, GString *out))
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    Status status = {0};

    if (!keeper_ask_status(run_dir, &status.keeper, &error)) {
        fprintf(stderr, "ownproc: %s\n", error->message);
        return LAUNCH_ERROR_FAILED;
    }
    status.n_containers = count_registered(run_dir);
    (void)tally_read(run_dir, &status.tally, NULL); /* a broken file tells nothing of the daemon */
    print(&status, out);
    return fputs(out->str, stdout) >= 0 && fflush(stdout) == 0 ? 0 : LAUNCH_ERROR_FAILED;
}

int
status_main(int argc, char **argv)
{
    g_autofree char *run_dir = NULL, *format = NULL;
    const GOptionEntry entries[] = {
        {"format", 0, 0, G_OPTION_ARG_STRING, &format, "text or json", "FORMAT"},
        VERB_RUN_DIR(&run_dir),
        {NULL},
    };

    if (!verb_options(argc, argv, entries, "- tell how the daemon is"))
        return LAUNCH_ERROR_USAGE;
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
        if (strcmp(format ? format : "text", formats[i].name) == 0)
            return print_status(run_dir ? run_dir : OPTIONS_RUN_DIR, formats[i].print);
    fprintf(stderr, "ownproc: --format: only 'text' and 'json' are known\n");
    return LAUNCH_ERROR_USAGE;
}
