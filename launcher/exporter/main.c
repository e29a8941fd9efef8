/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc-metrics: the daemon's metrics and the tally, for who speaks HTTP. */

#include "common/fd.h"
#include "launcher/exporter/server.h"
#include "launcher/launch_error.h"
#include "launcher/verb_options.h"

#include <grp.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#define LISTEN_DEFAULT "127.0.0.1:9618"

typedef struct {
    char *listen, *tree, *run_dir;
    gboolean version;
} Arguments;

/* The user stays: the daemon tells its metrics to root of the host, who is asked anew at each read.
 * But a root that may do nothing that another user may not. */
static bool
drop_privileges(GError **error)
{
    cap_t none = cap_init();
    bool ok = none && (geteuid() != 0 || setgroups(0, NULL) == 0 || errno == EPERM) &&
              prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;

    for (int cap = 0; ok && cap_get_bound(cap) >= 0; cap++)
        (void)cap_drop_bound(cap); /* who has no CAP_SETPCAP gets nothing out of it anyway */
    ok = ok && cap_set_proc(none) == 0;
    if (!ok)
        launch_error_set_errno(error, errno, "cannot give up privileges");
    (void)cap_free(none);
    return ok;
}

static bool
parse(int argc, char **argv, Arguments *ret, GError **error)
{
    const GOptionEntry entries[] = {
        {"listen", 0, 0, G_OPTION_ARG_STRING, &ret->listen, "where to answer (" LISTEN_DEFAULT ")",
         "ADDRESS:PORT"},
        VERB_TREE(&ret->tree),
        VERB_RUN_DIR(&ret->run_dir),
        {"version", 0, 0, G_OPTION_ARG_NONE, &ret->version, "print the version", NULL},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- tell Prometheus how the daemon is");

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error))
        return false;
    if (argc > 1)
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "unexpected argument '%s'",
                    argv[1]);
    return argc == 1;
}

static bool
serve(const Arguments *arguments, GError **error)
{
    const char *listen = arguments->listen ? arguments->listen : LISTEN_DEFAULT;
    const char *tree = arguments->tree ? arguments->tree : OPTIONS_TREE;
    const char *run_dir = arguments->run_dir ? arguments->run_dir : OPTIONS_RUN_DIR;
    sigset_t set;
    int listener, sig;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &set, NULL); /* in all threads */
    (void)signal(SIGPIPE, SIG_IGN);
    listener = server_listen(listen, error);
    if (listener < 0 || !drop_privileges(error) ||
        !server_start(listener, source_new(tree, run_dir), error))
        return false;
    (void)sigwait(&set, &sig);
    return true;
}

int
main(int argc, char **argv)
{
    Arguments arguments = {0}; /* lives as long as the process */
    g_autoptr(GError) error = NULL;
    int code = LAUNCH_ERROR_USAGE;

    if (parse(argc, argv, &arguments, &error)) {
        if (arguments.version)
            return printf("ownproc-metrics %s\n", OWNPROC_VERSION) < 0;
        if (serve(&arguments, &error))
            _exit(0); /* a thread may be reading what does not answer */
        code = error->code == LAUNCH_ERROR_USAGE ? LAUNCH_ERROR_USAGE : LAUNCH_ERROR_FAILED;
    }
    fprintf(stderr, "ownproc-metrics: %s\n", error->message);
    return code;
}
