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

bool
spec_has_proc(json_object *spec, GError **error)
{
    json_object *proc = spec_mount_at(spec, "/proc");

    if (json_read_get(spec, "linux", json_type_object) &&
        g_strcmp0(json_read_string(proc, "type"), "proc") == 0)
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
