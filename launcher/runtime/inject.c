/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/inject.h"

#include "common/same_file.h"
#include "launcher/launch_error.h"
#include "launcher/oci.h"
#include "launcher/runtime/bundle.h"
#include "launcher/runtime/hook_program.h"
#include "launcher/runtime/real.h"
#include "launcher/runtime/spec.h"
#include "launcher/runtime/tell.h"
#include "launcher/skip.h"
#include "launcher/tally.h"
#include "launcher/tree_ask.h"

#include <time.h>
#include <unistd.h>

typedef struct {
    const Settings *settings;
    const char *real;
    RealKind kind;
    const char *hook; /* the program that is our hook; NULL: it is not there */
    json_object *spec;
    const OwnMounts *own; /* what the container mounts itself */
    GString *left;        /* files that are left alone for it */
    bool changed;
} Injection;

static bool
is_host_pid(json_object *spec)
{
    const char *path;
    SpecPid pid = spec_pid_namespace(spec, &path);

    return pid == SPEC_PID_HOST || (pid == SPEC_PID_PATH && same_file("/proc/self/ns/pid", path));
}

/* Why this container is to have no files; NULL: it is to have them. */
static const char *
reason_to_skip(const Injection *injection)
{
    if (injection->kind == REAL_VM)
        return "the runtime has a kernel of its own";
    return skip_reason(&(SkipFacts){.wish = oci_wish(injection->spec),
                                    .host_pids = is_host_pid(injection->spec),
                                    .unmasked = oci_is_unmasked(injection->spec)},
                       &injection->settings->rules);
}

/* Nothing can be made in procfs or sysfs to mount a file on: what this kernel has not
 * (pressure/irq) no container has. */
static bool
kernel_has(const char *file)
{
    g_autofree char *path = g_strdup_printf("/%s", file);

    return access(path, F_OK) == 0;
}

/* Returns how many were added; appends those that are wanted and the runtime refuses to @refused,
 * with commas between them. */
static unsigned
add_files(const Injection *injection, char **files, GString *refused)
{
    unsigned n = 0;

    for (size_t i = 0; files[i]; i++) {
        if (!settings_want(injection->settings, files[i]) || !kernel_has(files[i]))
            continue;
        if (!real_accepts(injection->kind, files[i]))
            g_string_append_printf(refused, "%s%s", refused->len ? "," : "", files[i]);
        else if (spec_add_file(injection->spec, injection->own, injection->settings->tree,
                               files[i]))
            n++;
        else
            own_mounts_list(injection->left, files[i]);
    }
    return n;
}

static SpecClock
add_clock(const Injection *injection)
{
    struct timespec now;

    if (!injection->settings->time_namespace || clock_gettime(CLOCK_BOOTTIME, &now) < 0 ||
        !real_has_time_namespaces(injection->real))
        return SPEC_CLOCK_NONE;
    return spec_add_clock(injection->spec,
                          (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
}

static bool
add(Injection *injection, GError **error)
{
    const Settings *settings = injection->settings;
    g_auto(GStrv) files = tree_ask(settings->tree, error);
    g_autoptr(GString) refused = g_string_new(NULL);
    unsigned n;

    if (!files)
        return false;
    n = add_files(injection, files, refused);
    if (refused->len > 0 && settings->hook && injection->hook && (n > 0 || settings->files))
        n += hook_program_add(injection->spec, injection->hook, settings, refused->str);
    if (n == 0) {
        g_set_error(error, SPEC_ERROR, SPEC_ERROR_SKIP, "something is mounted there already");
        return false;
    }
    injection->changed = true;
    if (spec_note(injection->spec, add_clock(injection)))
        return true;
    g_set_error(error, SPEC_ERROR, SPEC_ERROR_MALFORMED, "its annotations are no object");
    return false;
}

/* SPEC_ERROR_SKIP, or why it could not be done. */
static bool
edit(Injection *injection, GError **error)
{
    g_autoptr(OwnMounts) own = NULL;
    const char *reason;

    injection->changed =
        spec_take_back(injection->spec, injection->settings->tree, injection->hook);
    reason = reason_to_skip(injection);
    own = spec_own_mounts(injection->spec);
    injection->own = own;
    if (!reason)
        return spec_has_proc(injection->spec, own, error) && add(injection, error);
    g_set_error(error, SPEC_ERROR, SPEC_ERROR_SKIP, "%s", reason);
    return false;
}

static bool
edit_bundle(const Invocation *invocation, Injection *injection, GError **error)
{
    g_auto(Bundle) bundle = {.dir_fd = -1};
    g_autofree char *text = NULL;
    g_autoptr(json_object) spec = NULL;
    size_t len;
    bool done;

    if (invocation->other_config) {
        g_set_error(error, SPEC_ERROR, SPEC_ERROR_MALFORMED,
                    "only the config.json of a bundle is edited, not another file");
        return false;
    }
    text = bundle_read(invocation->bundle, &bundle, &len, error);
    spec = text ? json_read_object(text, len, error) : NULL;
    if (!spec)
        return false;
    injection->spec = spec;
    done = edit(injection, error);
    if (injection->changed && !bundle_replace(&bundle, spec_text(spec), done ? error : NULL))
        return false;
    return done;
}

static void
tell_left(const Invocation *invocation, const char *left)
{
    g_autofree char *sentence =
        g_strdup_printf("the container of %s: " OWN_MOUNTS_SENTENCE, invocation->bundle, left);

    if (*left)
        tell(invocation, "info", sentence);
}

bool
inject(const Invocation *invocation, const Settings *settings, const char *real)
{
    g_autofree char *hook = hook_program_find(settings);
    g_autoptr(GString) left = g_string_new(NULL);
    Injection injection = {
        .settings = settings, .real = real, .kind = real_kind(real), .hook = hook, .left = left};
    g_autoptr(GError) error = NULL;
    g_autofree char *sentence = NULL;
    bool done = edit_bundle(invocation, &injection, &error);

    tell_left(invocation, left->str);
    if (done || g_error_matches(error, SPEC_ERROR, SPEC_ERROR_SKIP)) {
        tally_add(settings->run_dir, TALLY_RUNTIME, done ? TALLY_INJECTED : TALLY_SKIPPED, 1);
        return true;
    }
    tally_add(settings->run_dir, TALLY_RUNTIME, TALLY_FAILED, 1);
    sentence = g_strdup_printf("the container of %s %s: %s", invocation->bundle,
                               settings->required ? "is not started without its own /proc"
                                                  : "is started without its own /proc",
                               error->message);
    tell(invocation, settings->required ? "error" : "warning", sentence);
    return !settings->required;
}
