/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc ps */

#include "launcher/verbs.h"

#include "launcher/control.h"
#include "launcher/launch_error.h"
#include "launcher/ps_print.h"
#include "launcher/state.h"
#include "launcher/verb_options.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    void (*print)(const GPtrArray *records, GString *out);
} formats[] = {{"table", ps_print_table}, {"json", ps_print_json}};

/* The daemon knows cgroups; the first process of a container is the launcher's to tell. */
static void
add_pid(GHashTable *record)
{
    const char *id = g_hash_table_lookup(record, "id");
    char *pid = id ? state_init_pid(id) : NULL;

    if (pid)
        g_hash_table_replace(record, g_strdup("pid"), pid);
}

static GPtrArray *
list(const char *run_dir, GError **error)
{
    GPtrArray *records = control_list(run_dir, error);

    for (guint i = 0; records && i < records->len; i++)
        add_pid(records->pdata[i]);
    return records;
}

static int
print_list(const char *run_dir, void (*print)(const GPtrArray *records, GString *out))
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) records = list(run_dir, &error);
    g_autoptr(GString) out = g_string_new(NULL);

    if (!records) {
        fprintf(stderr, "ownproc: cannot list the containers: %s\n", error->message);
        return LAUNCH_ERROR_FAILED;
    }
    print(records, out);
    return fputs(out->str, stdout) >= 0 && fflush(stdout) == 0 ? 0 : LAUNCH_ERROR_FAILED;
}

int
ps_main(int argc, char **argv)
{
    g_autofree char *run_dir = NULL, *format = NULL;
    const GOptionEntry entries[] = {
        {"format", 0, 0, G_OPTION_ARG_STRING, &format, "table or json", "FORMAT"},
        VERB_RUN_DIR(&run_dir),
        {NULL},
    };

    if (!verb_options(argc, argv, entries, "- list the containers"))
        return LAUNCH_ERROR_USAGE;
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
        if (strcmp(format ? format : "table", formats[i].name) == 0)
            return print_list(run_dir ? run_dir : OPTIONS_RUN_DIR, formats[i].print);
    fprintf(stderr, "ownproc: --format: only 'table' and 'json' are known\n");
    return LAUNCH_ERROR_USAGE;
}
