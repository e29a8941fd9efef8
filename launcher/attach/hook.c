/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc hook: called by an OCI runtime (runtime-spec, config.md, "POSIX-platform Hooks"), twice:
 *
 * createRuntime: in the host; tells the daemon of the container;
 * createContainer: in the container's namespaces, before its root becomes the root; binds the
 * files.
 *
 * Without the first the files are bound from the ordinary tree: from in there the daemon takes no
 * registration.  A hook that fails stops the container, so this one does not fail unless it is told
 * to. */

#include "launcher/verbs.h"

#include "common/fd.h"
#include "common/io.h"
#include "launcher/attach/attach.h"
#include "launcher/attach/hook_note.h"
#include "launcher/attach/inject.h"
#include "launcher/attach/mount_tree.h"
#include "launcher/attach/select.h"
#include "launcher/control.h"
#include "launcher/launch_error.h"
#include "launcher/oci.h"
#include "launcher/own_mounts.h"
#include "launcher/registration.h"
#include "launcher/skip.h"
#include "launcher/tally.h"
#include "launcher/tree_ask.h"
#include "launcher/verb_options.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    gboolean require, force;
    char *run_dir, *tree, *files;
    AttachConfig config;
    OciState state;
    OciConfig bundle;
} Hook;

static void
hook_clear(Hook *hook)
{
    attach_config_clear(&hook->config);
    g_strfreev(hook->config.files);
    g_free(hook->files);
    oci_state_clear(&hook->state);
    oci_config_clear(&hook->bundle);
    g_free(hook->run_dir);
    g_free(hook->tree);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Hook, hook_clear)

static bool
read_stdin(GString *ret, GError **error)
{
    char piece[4096];
    ssize_t n;

    while ((n = read(STDIN_FILENO, piece, sizeof(piece))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n > 0 && ret->len + (size_t)n <= IO_READ_MAX) {
            g_string_append_len(ret, piece, n);
            continue;
        }
        launch_error_set_errno(error, n < 0 ? errno : EFBIG, "cannot read the container's state");
        return false;
    }
    return true;
}

static bool
read_all(Hook *hook, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *config = NULL, *path = NULL;
    size_t len;

    if (!read_stdin(text, error) || !oci_state_parse(text->str, text->len, &hook->state, error))
        return false;
    path = g_build_filename(hook->state.bundle, "config.json", NULL);
    config = io_read_at(AT_FDCWD, path, &len, error);
    return config && oci_config_parse(config, len, &hook->bundle, error);
}

/* createRuntime's state has a pid of ours, whose mount namespace is not ours.  In createContainer
 * runc says 1 and crun 0, or with the host's pids a process whose mount namespace we are in. */
static bool
is_outside(const OciState *state)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/ns/mnt", (int)state->pid);
    struct stat own, its;

    return state->pid > 1 && stat("/proc/self/ns/mnt", &own) == 0 && stat(path, &its) == 0 &&
           (own.st_ino != its.st_ino || own.st_dev != its.st_dev);
}

static bool
announce(const Hook *hook, GError **error)
{
    g_autoptr(GString) request = registration_request_process(hook->state.id, hook->state.pid);
    g_autofree char *body = control_ask(hook->run_dir, request, NULL, error);

    if (!body) {
        hook_note_drop(hook->run_dir, hook->state.id);
        return false;
    }
    (void)hook_note_leave(hook->run_dir, hook->state.id, hook->state.pid);
    return true;
}

/* Its directory of the bound tree; NULL if createRuntime was not called, or could not register it
 * (another may have its name), or we may not look. */
static char *
bound_of(const Hook *hook)
{
    return hook_note_take(hook->run_dir, hook->state.id)
               ? g_build_filename(hook->run_dir, "containers", hook->state.id, NULL)
               : NULL;
}

static GPtrArray *
mounts_here(GError **error)
{
    size_t len;
    g_autofree char *text = io_read_at(AT_FDCWD, "/proc/self/mountinfo", &len, error);

    return text ? mount_tree_parse(text, len) : NULL;
}

/* Says which files are left alone. */
static bool
mount_files(const Hook *hook, Place *place, const GPtrArray *list, GError **error)
{
    g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", place->root_fd);
    g_autofree char *root = g_file_read_link(link, error), *left = NULL;
    g_autoptr(GPtrArray) mounts = root ? mounts_here(error) : NULL;
    InjectCounts counts = {0};

    if (!mounts || !inject_files(&(Inject){place, list, hook->config.devices, mounts,
                                           g_str_equal(root, "/") ? "" : root},
                                 &counts, &left, error))
        return false;
    if (counts.left > 0)
        fprintf(stderr, "ownproc: %s: " OWN_MOUNTS_SENTENCE "\n", hook->state.id, left);
    tally_add(hook->run_dir, TALLY_HOOK,
              counts.left > 0 && counts.injected + counts.present == 0 ? TALLY_SKIPPED
                                                                       : TALLY_INJECTED,
              1);
    return true;
}

static bool
inject(Hook *hook, GError **error)
{
    g_autofree char *root = oci_root(&hook->state, &hook->bundle), *bound = bound_of(hook);
    g_autoptr(GPtrArray) list = tree_ask_files(bound, hook->tree, error);
    g_auto(Place) place = PLACE_NULL;

    if (!list || (hook->config.files && !select_files(list, hook->config.files, error)) ||
        !attach_config_open(&hook->config, error))
        return false;
    place.root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (place.root_fd >= 0)
        return mount_files(hook, &place, list, error);
    launch_error_set_errno(error, errno, "cannot open the container's root %s", root);
    return false;
}

/* By the rules of skip.h; who has the host's pids is given them, for the hook was asked for. */
static bool
is_skipped(const Hook *hook)
{
    return skip_reason(&(SkipFacts){.wish = hook->bundle.wish, .unmasked = hook->bundle.unmasked},
                       &(SkipRules){.unmasked = hook->force}) != NULL;
}

static int
run(Hook *hook)
{
    g_autoptr(GError) error = NULL;
    bool good = read_all(hook, &error), outside = good && is_outside(&hook->state);

    if (good && is_skipped(hook)) {
        if (!outside)
            tally_add(hook->run_dir, TALLY_HOOK, TALLY_SKIPPED, 1);
        return 0;
    }
    if (good && (outside ? announce(hook, &error) : inject(hook, &error)))
        return 0;
    if (!outside)
        tally_add(hook->run_dir, TALLY_HOOK, TALLY_FAILED, 1);
    fprintf(stderr, "ownproc: %s %s: %s\n",
            outside ? "the daemon does not register" : "no files for",
            hook->state.id ? hook->state.id : "a container", error->message);
    /* What is not registered only reads slower. */
    return hook->require && !outside ? LAUNCH_ERROR_FAILED : 0;
}

int
hook_main(int argc, char **argv)
{
    g_auto(Hook) hook = {0};
    const GOptionEntry entries[] = {
        {"require", 0, 0, G_OPTION_ARG_NONE, &hook.require,
         "without its files the container does not start", NULL},
        {"force", 0, 0, G_OPTION_ARG_NONE, &hook.force, "also where /proc is unmasked", NULL},
        {"files", 0, 0, G_OPTION_ARG_STRING, &hook.files, "only these: meminfo,stat,…", "LIST"},
        VERB_RUN_DIR(&hook.run_dir),
        VERB_TREE(&hook.tree),
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_set_summary(context, "For OCI runtimes, stages createRuntime and "
                                          "createContainer; the container's state is read from the "
                                          "standard input.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
        fprintf(stderr, "ownproc: %s\n", error ? error->message : "hook takes no arguments");
        return LAUNCH_ERROR_USAGE;
    }
    if (!hook.run_dir)
        hook.run_dir = g_strdup(OPTIONS_RUN_DIR);
    if (!hook.tree)
        hook.tree = g_strdup(OPTIONS_TREE);
    hook.config = (AttachConfig){.tree = hook.tree, .run_dir = hook.run_dir};
    hook.config.files = hook.files ? select_parse(hook.files, &error) : NULL;
    if (!error)
        return run(&hook);
    fprintf(stderr, "ownproc: %s\n", error->message);
    return LAUNCH_ERROR_USAGE;
}
