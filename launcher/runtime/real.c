/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/real.h"

#include "launcher/attach/in_child.h"
#include "launcher/engine_files.h"
#include "launcher/launch_error.h"
#include "launcher/runtime/spec.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FEATURES_SEC 2

/* Where to look if PATH does not lead there: engines may have none. */
static const char *const directories[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                          "/usr/bin"};

static const struct {
    const char *prefix; /* of the program's name */
    RealKind kind;
} kinds[] = {
    {"crun", REAL_ANY},
    {"kata", REAL_VM},
    {"containerd-shim-kata", REAL_VM},
    {"runsc", REAL_VM},
};

static char *
search(const char *name)
{
    char *path = g_find_program_in_path(name);

    for (size_t i = 0; !path && !strchr(name, '/') && i < G_N_ELEMENTS(directories); i++) {
        path = g_build_filename(directories[i], name, NULL);
        if (access(path, X_OK) < 0)
            g_clear_pointer(&path, g_free);
    }
    return path;
}

/* What is installed as "runc" may be a link to us. */
static bool
is_us(const char *path)
{
    struct stat us, it;

    return stat("/proc/self/exe", &us) == 0 && stat(path, &it) == 0 && us.st_dev == it.st_dev &&
           us.st_ino == it.st_ino;
}

char *
real_find(const char *name, GError **error)
{
    g_autofree char *path = search(name);

    if (path && !is_us(path))
        return g_steal_pointer(&path);
    if (path)
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                    "the runtime %s is this wrapper itself: say where the real one is", path);
    else
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_NOT_FOUND, "there is no runtime '%s'", name);
    return NULL;
}

RealKind
real_kind(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_has_prefix(name, kinds[i].prefix))
            return kinds[i].kind;
    return REAL_LISTED;
}

bool
real_accepts(RealKind kind, const char *file)
{
    return kind == REAL_ANY || engine_files_allow(file);
}

static bool
ask_features(void *path, GString *ret, GError **error)
{
    char *argv[] = {path, (char *)"features", NULL};
    g_autofree char *text = NULL;

    if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &text, NULL, NULL,
                      error))
        return false;
    g_string_append(ret, text);
    return true;
}

bool
real_has_time_namespaces(const char *path)
{
    InChild what = {ask_features, (void *)path, FEATURES_SEC};
    g_autoptr(GString) text = in_child(&what, NULL);
    g_autoptr(json_object) features = text ? json_read_object(text->str, text->len, NULL) : NULL;
    json_object *system = NULL, *names = NULL;

    if (!features || !json_object_object_get_ex(features, "linux", &system) ||
        !json_object_is_type(system, json_type_object) ||
        !json_object_object_get_ex(system, "namespaces", &names) ||
        !json_object_is_type(names, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(names); i++)
        if (g_strcmp0(json_object_get_string(json_object_array_get_idx(names, i)), "time") == 0)
            return true;
    return false;
}
