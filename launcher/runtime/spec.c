/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/spec.h"

#include "launcher/runtime/spec_json.h"

#include <string.h>

// clang-format off
G_DEFINE_QUARK(ownproc-spec-error, spec_error)
// clang-format on

SpecPid
spec_pid_namespace(json_object *spec, const char **ret_path)
{
    json_object *pid = spec_namespace(spec, "pid");

    *ret_path = json_read_string(pid, "path");
    if (!pid)
        return SPEC_PID_HOST;
    return *ret_path && **ret_path ? SPEC_PID_PATH : SPEC_PID_OWN;
}

OwnMounts *
spec_own_mounts(json_object *spec)
{
    json_object *mounts = json_read_get(spec, "mounts", json_type_array);
    OwnMounts *own = own_mounts_new();

    for (size_t i = 0; i < json_read_length(mounts); i++) {
        json_object *mount = json_object_array_get_idx(mounts, i);

        own_mounts_add(own, json_read_string(mount, "destination"), json_read_string(mount, "type"),
                       json_read_string(mount, "source"));
    }
    return own;
}

bool
spec_has_proc(json_object *spec, const OwnMounts *own, GError **error)
{
    if (json_read_get(spec, "linux", json_type_object) && own->proc == OWN_MOUNTS_KERNELS)
        return true;
    g_set_error(error, SPEC_ERROR, SPEC_ERROR_SKIP, "it mounts no procfs of its own at /proc");
    return false;
}

const char *
spec_text(json_object *spec)
{
    return json_object_to_json_string_ext(spec,
                                          JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}
