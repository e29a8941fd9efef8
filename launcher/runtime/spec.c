/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/spec.h"

#include "launcher/runtime/spec_json.h"

#include <string.h>

#define DEPTH_MAX 64 /* of a configuration; real ones have 8 */
#define INJECT "ownproc.dev/inject"

// clang-format off
G_DEFINE_QUARK(ownproc-spec-error, spec_error)
// clang-format on

json_object *
spec_parse(const char *text, size_t len, GError **error)
{
    json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
    g_autoptr(json_object) spec = NULL;
    const char *what = "it is no object";

    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    /* To the parser the NUL behind the text is its end. */
    if (len < G_MAXINT && strlen(text) == len)
        spec = json_tokener_parse_ex(tokener, text, (int)len + 1);
    if (!spec)
        what = json_tokener_error_desc(json_tokener_get_error(tokener));
    json_tokener_free(tokener);
    if (json_object_is_type(spec, json_type_object))
        return g_steal_pointer(&spec);
    g_set_error(error, SPEC_ERROR, SPEC_ERROR_MALFORMED, "not JSON as it should be: %s", what);
    return NULL;
}

SpecPid
spec_pid_namespace(json_object *spec, const char **ret_path)
{
    json_object *pid = spec_namespace(spec, "pid");

    *ret_path = spec_string(pid, "path");
    if (!pid)
        return SPEC_PID_HOST;
    return *ret_path && **ret_path ? SPEC_PID_PATH : SPEC_PID_OWN;
}

SpecAnnotation
spec_annotation(json_object *spec)
{
    const char *value = spec_string(spec_get(spec, "annotations", json_type_object), INJECT);

    if (g_strcmp0(value, "true") == 0)
        return SPEC_ANNOTATION_YES;
    return g_strcmp0(value, "false") == 0 ? SPEC_ANNOTATION_NO : SPEC_ANNOTATION_NONE;
}

bool
spec_has_proc(json_object *spec, GError **error)
{
    json_object *proc = spec_mount_at(spec, "/proc");

    if (spec_get(spec, "linux", json_type_object) &&
        g_strcmp0(spec_string(proc, "type"), "proc") == 0)
        return true;
    g_set_error(error, SPEC_ERROR, SPEC_ERROR_SKIP, "it mounts no procfs of its own at /proc");
    return false;
}

bool
spec_is_unmasked(json_object *spec)
{
    return spec_length(spec_get(spec_get(spec, "linux", json_type_object), "maskedPaths",
                                json_type_array)) == 0;
}

const char *
spec_text(json_object *spec)
{
    return json_object_to_json_string_ext(spec,
                                          JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}
