/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which files each installed runtime lets be mounted. */

#include "launcher/doctor/checks.h"

#include "launcher/attach/in_child.h"
#include "launcher/doctor/runtime_version.h"

#include <unistd.h>

static const char *const names[] = {"runc", "crun"};
static const char *const directories[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                          "/usr/bin", "/usr/libexec/crun"};

static bool
ask_version(void *path, GString *ret, GError **error)
{
    char *argv[] = {path, (char *)"--version", NULL};
    g_autofree char *text = NULL;

    if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &text, NULL, NULL,
                      error))
        return false;
    g_string_append(ret, text);
    return true;
}

static char *
find(const char *name)
{
    char *path = g_find_program_in_path(name);

    for (size_t i = 0; !path && i < G_N_ELEMENTS(directories); i++) {
        path = g_build_filename(directories[i], name, NULL);
        if (access(path, X_OK) < 0)
            g_clear_pointer(&path, g_free);
    }
    return path;
}

static void
say(const Doctor *doctor, const RuntimeVersion *version)
{
    g_autofree char *list = version->files ? g_strjoinv(", ", version->files) : NULL;

    if (version->takes_all)
        CHECK_GOOD(doctor, "runtime", "%s %s takes every file.", version->name, version->version);
    else
        CHECK_SAY(doctor, "runtime", FINDING_GOOD,
                  "Others (pressure, vmstat) come by ownproc-runc, a hook or attach.",
                  "%s %s takes %s, and all below /sys.", version->name, version->version, list);
}

void
check_runtimes(const Doctor *doctor)
{
    guint before = doctor->findings->len;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = find(names[i]);
        InChild what = {ask_version, path, CHECK_PATIENCE_SEC};
        g_autoptr(GString) text = path ? in_child(&what, NULL) : NULL;
        g_auto(RuntimeVersion) version = {0};

        if (text && runtime_version_parse(text->str, &version))
            say(doctor, &version);
        else if (path)
            CHECK_SAY(doctor, "runtime", FINDING_UNKNOWN, NULL, "%s does not say its version.",
                      path);
    }
    if (doctor->findings->len == before)
        CHECK_GOOD(doctor, "runtime", "Neither runc nor crun is installed.");
}
