/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/real.h"

#include "common/same_file.h"
#include "launcher/engine_files.h"
#include "launcher/launch_error.h"
#include "launcher/program.h"
#include "launcher/runtime/spec.h"

#include <string.h>

#define FEATURES_SEC 2

static const struct {
    const char *prefix; /* of the program's name */
    RealKind kind;
} kinds[] = {
    {"crun", REAL_ANY},
    {"kata", REAL_VM},
    {"containerd-shim-kata", REAL_VM},
    {"runsc", REAL_VM},
};

char *
real_find(const char *name, GError **error)
{
    g_autofree char *path = program_find(name);

    /* What is installed as "runc" may be a link to us. */
    if (path && !same_file("/proc/self/exe", path))
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

bool
real_has_time_namespaces(const char *path)
{
    g_autoptr(GString) text = program_ask(path, "features", FEATURES_SEC);
    g_autoptr(json_object) features = text ? json_read_object(text->str, text->len, NULL) : NULL;
    json_object *names = json_read_get(json_read_get(features, "linux", json_type_object),
                                       "namespaces", json_type_array);

    for (size_t i = 0; i < json_read_length(names); i++)
        if (g_strcmp0(json_object_get_string(json_object_array_get_idx(names, i)), "time") == 0)
            return true;
    return false;
}
