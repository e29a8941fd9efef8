/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc view */

#include "launcher/verbs.h"

#include "common/number.h"
#include "launcher/control.h"
#include "launcher/launch_error.h"
#include "launcher/state.h"
#include "launcher/verb_options.h"
#include "launcher/view_file.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const char *run_dir;
    const char *file; /* as the daemon calls it */
} View;

static char *
ask(const View *view, const char *key, const char *value, GError **error)
{
    g_autoptr(GString) request = control_request("view");

    control_add(request, key, value);
    control_add(request, "file", view->file);
    control_end(request);
    return control_ask(view->run_dir, request, NULL, error);
}

/* The container that @who names: one that is registered, one of `ownproc run` that is not (its
 * daemon was started after it), or that of a process.  In this order: a name may be a number. */
static char *
view_of(const View *view, const char *who, GError **error)
{
    g_autofree char *pid = NULL;
    g_autoptr(GError) local = NULL;
    pid_t number;
    char *text = ask(view, "id", who, &local);

    if (text || !g_error_matches(local, CONTROL_ERROR, CONTROL_ERROR_NO_SUCH)) {
        if (!text)
            g_propagate_error(error, g_steal_pointer(&local));
        return text;
    }
    pid = state_init_pid(who);
    if (!pid && number_parse_pid(who, strlen(who), &number, NULL))
        pid = g_strdup(who);
    if (pid)
        return ask(view, "pid", pid, error);
    g_propagate_error(error, g_steal_pointer(&local));
    return NULL;
}

static int
print_view(const View *view, const char *who)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = view_of(view, who, &error);

    if (!text) {
        fprintf(stderr, "ownproc: cannot view %s of %s: %s\n", view->file, who, error->message);
        return LAUNCH_ERROR_FAILED;
    }
    return fputs(text, stdout) >= 0 && fflush(stdout) == 0 ? 0 : LAUNCH_ERROR_FAILED;
}

int
view_main(int argc, char **argv)
{
    g_autofree char *run_dir = NULL, *file = NULL;
    const GOptionEntry entries[] = {
        VERB_RUN_DIR(&run_dir),
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("NAME|ID|PID FILE");
    g_autoptr(GError) error = NULL;

    g_option_context_set_summary(context, "Prints a virtual file as that container sees it: "
                                          "ownproc view web meminfo");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 3 || !argv[1][0] ||
        !argv[2][0]) {
        fprintf(stderr, "ownproc: %s\n",
                error ? error->message
                      : "which container, and which file?  ownproc view NAME FILE");
        return LAUNCH_ERROR_USAGE;
    }
    file = view_file_name(argv[2]);
    return print_view(&(View){run_dir ? run_dir : OPTIONS_RUN_DIR, file}, argv[1]);
}
