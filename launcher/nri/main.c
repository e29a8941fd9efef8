/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc-nri: puts the daemon's files into the containers of containerd, CRI-O and Docker. */

#include "common/fd.h"
#include "common/io.h"
#include "common/log.h"
#include "common/notify.h"
#include "common/number.h"
#include "launcher/launch_error.h"
#include "launcher/nri/link.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>

#define CONFIG "/etc/ownproc-nri.conf"
#define NAME "ownproc"
#define INDEX "90" /* late: what the others mount is seen, and left alone */

typedef struct {
    char *config, *run_dir, *tree, *name, *index;
    char **sockets;
    gboolean debug, version;
    int inherited; /* fd of the runtime that has started us, or -1 */
} Arguments;

static void
arguments_clear(Arguments *arguments)
{
    g_free(arguments->config);
    g_free(arguments->run_dir);
    g_free(arguments->tree);
    g_free(arguments->name);
    g_free(arguments->index);
    g_strfreev(arguments->sockets);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Arguments, arguments_clear)

static bool
usage(GError **error, const char *sentence, const char *object)
{
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE, "%s%s", sentence, object);
    return false;
}

/* A runtime that starts its plugins itself says all in the environment. */
static bool
read_environment(Arguments *arguments, GError **error)
{
    const char *fd = g_getenv("NRI_PLUGIN_SOCKET"), *name = g_getenv("NRI_PLUGIN_NAME"),
               *plugin_index = g_getenv("NRI_PLUGIN_IDX");
    uint64_t number;

    arguments->inherited = -1;
    if (name && !arguments->name)
        arguments->name = g_strdup(name);
    if (plugin_index && !arguments->index)
        arguments->index = g_strdup(plugin_index);
    if (!fd)
        return true;
    if (!number_parse(fd, strlen(fd), &number, NULL) || number > INT_MAX ||
        fcntl((int)number, F_GETFD) < 0)
        return usage(error, "NRI_PLUGIN_SOCKET is no open file: ", fd);
    arguments->inherited = (int)number;
    return true;
}

static bool
check(Arguments *arguments, int argc, char **argv, GError **error)
{
    if (argc > 1)
        return usage(error, "this is no option: ", argv[1]);
    if (!read_environment(arguments, error))
        return false;
    if (!arguments->name)
        arguments->name = g_strdup(NAME);
    if (!arguments->index)
        arguments->index = g_strdup(INDEX);
    if (strlen(arguments->index) != 2 || !g_ascii_isdigit(arguments->index[0]) ||
        !g_ascii_isdigit(arguments->index[1]))
        return usage(error, "--index has two digits, not ", arguments->index);
    return true;
}

static bool
parse(int argc, char **argv, Arguments *ret, GError **error)
{
    const GOptionEntry entries[] = {
        {"config", 0, 0, G_OPTION_ARG_FILENAME, &ret->config, "instead of " CONFIG, "FILE"},
        {"socket", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &ret->sockets,
         "of a runtime, in place of the configured ones; may be given again", "PATH"},
        {"run-dir", 0, 0, G_OPTION_ARG_FILENAME, &ret->run_dir, "the daemon's", "DIR"},
        {"mountpoint", 0, 0, G_OPTION_ARG_FILENAME, &ret->tree, "the daemon's tree", "DIR"},
        {"name", 0, 0, G_OPTION_ARG_STRING, &ret->name, "of the plugin (" NAME ")", "NAME"},
        {"index", 0, 0, G_OPTION_ARG_STRING, &ret->index,
         "two digits: when it is asked (" INDEX ")", "NN"},
        {"debug", 0, 0, G_OPTION_ARG_NONE, &ret->debug, "log more", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &ret->version, "print the version", NULL},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    g_option_context_set_summary(
        context, "Puts ownproc's files into the containers of containerd, CRI-O and Docker.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error)) {
        (*error)->domain = LAUNCH_ERROR;
        (*error)->code = LAUNCH_ERROR_USAGE;
        return false;
    }
    return check(ret, argc, argv, error);
}

static void
replace(char **field, char *value)
{
    if (value) {
        g_free(*field);
        *field = g_canonicalize_filename(value, NULL);
    }
}

/* A file that was named must be there. */
static Policy *
load_policy(const Arguments *arguments, GError **error)
{
    const char *path = arguments->config ? arguments->config : CONFIG;
    g_autoptr(Policy) policy = policy_new();
    g_autofree char *text = NULL;

    if (arguments->config || g_file_test(path, G_FILE_TEST_EXISTS)) {
        text = io_read_at(AT_FDCWD, path, NULL, error);
        if (!text)
            return NULL;
        if (!policy_read(policy, text, error)) {
            g_prefix_error(error, "%s: ", path);
            return NULL;
        }
    }
    replace(&policy->run_dir, arguments->run_dir);
    replace(&policy->tree, arguments->tree);
    if (arguments->sockets) {
        g_strfreev(policy->sockets);
        policy->sockets = g_strdupv(arguments->sockets);
    }
    return g_steal_pointer(&policy);
}

static int
open_signals(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
        return -1;
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int
sooner(int one, int other)
{
    return one < 0 ? other : other < 0 ? one : MIN(one, other);
}

/* Until a signal ends us, or the only runtime that we have has gone. */
static void
serve(GPtrArray *links, Injector *injector, int signal_fd)
{
    g_autoptr(GArray) fds = g_array_new(FALSE, FALSE, sizeof(struct pollfd));
    const struct pollfd first = {.fd = signal_fd, .events = POLLIN};

    for (;;) {
        int timeout = -1;

        g_array_set_size(fds, 0);
        g_array_append_val(fds, first);
        for (guint i = 0; i < links->len; i++) {
            link_step(links->pdata[i]);
            timeout = sooner(timeout, link_poll(links->pdata[i], fds));
            if (link_is_over(links->pdata[i]))
                return;
        }
        injector_step(injector);
        timeout = sooner(timeout, injector_poll(injector, fds));
        (void)poll((struct pollfd *)fds->data, fds->len, timeout);
        if (g_array_index(fds, struct pollfd, 0).revents)
            return;
    }
}

static int
run(const Arguments *arguments, GError **error)
{
    const LinkIdentity identity = {arguments->name, arguments->index};
    g_autoptr(Policy) policy = load_policy(arguments, error);
    g_autoptr(Injector) injector = NULL;
    g_autoptr(GPtrArray) links = NULL; /* which end before the injector */
    autofd signal_fd = -1;

    if (!policy)
        return launch_error_exit_code(*error);
    signal_fd = open_signals();
    if (signal_fd < 0) {
        launch_error_set_errno(error, errno, "cannot wait for signals");
        return LAUNCH_ERROR_FAILED;
    }
    injector = injector_new(policy);
    links = g_ptr_array_new_with_free_func((GDestroyNotify)link_free);
    if (arguments->inherited >= 0)
        g_ptr_array_add(links, link_new_inherited(arguments->inherited, &identity, injector));
    for (size_t i = 0; arguments->inherited < 0 && policy->sockets[i]; i++)
        g_ptr_array_add(links, link_new(policy->sockets[i], &identity, injector));
    (void)notify_send("READY=1", NULL); /* nobody waits for it, or he gives up by himself */
    serve(links, injector, signal_fd);
    return 0;
}

int
main(int argc, char **argv)
{
    g_auto(Arguments) arguments = {0};
    g_autoptr(GError) error = NULL;
    int code = LAUNCH_ERROR_USAGE;

    if (parse(argc, argv, &arguments, &error)) {
        if (arguments.version) {
            puts("ownproc-nri " OWNPROC_VERSION);
            return 0;
        }
        log_setup("ownproc-nri", arguments.debug);
        code = run(&arguments, &error);
    }
    if (error)
        fprintf(stderr, "ownproc-nri: %s\n", error->message);
    return code;
}
