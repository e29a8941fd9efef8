/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/oci.h"

#include "launcher/launch_error.h"

#include <jansson.h>
#include <string.h>

#define ANNOTATION "ownproc.dev/inject"

static void
free_json(json_t *json)
{
    json_decref(json);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, free_json)

void
oci_state_clear(OciState *state)
{
    g_clear_pointer(&state->id, g_free);
    g_clear_pointer(&state->bundle, g_free);
    g_clear_pointer(&state->root, g_free);
}

void
oci_config_clear(OciConfig *config)
{
    g_clear_pointer(&config->root, g_free);
}

static json_t *
load(const char *text, size_t len, const char *what, GError **error)
{
    json_error_t problem;
    json_t *json = json_loadb(text, len, 0, &problem);

    if (!json) {
        g_autofree char *shown = g_strescape(problem.text, "\"");

        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "%s is no JSON: line %d: %s", what,
                    problem.line, shown);
    }
    return json;
}

/* Of an object, or of NULL; NULL if it is not there, or not a string. */
static const char *
string_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

bool
oci_state_parse(const char *text, size_t len, OciState *ret, GError **error)
{
    g_autoptr(json_t) state = load(text, len, "the state of the container", error);
    const char *id = string_of(state, "id"), *bundle = string_of(state, "bundle");
    json_int_t pid = json_integer_value(json_object_get(state, "pid"));

    if (!state)
        return false;
    if (!id || !bundle || bundle[0] != '/' || pid < 0 || pid > G_MAXINT) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                    "the state of the container has no id or no bundle");
        return false;
    }
    *ret = (OciState){
        .id = g_strdup(id),
        .pid = (pid_t)pid,
        .bundle = g_strdup(bundle),
        .root = g_strdup(string_of(state, "root")),
        .unwanted =
            g_strcmp0(string_of(json_object_get(state, "annotations"), ANNOTATION), "false") == 0,
    };
    return true;
}

bool
oci_config_parse(const char *text, size_t len, OciConfig *ret, GError **error)
{
    g_autoptr(json_t) config = load(text, len, "config.json", error);
    const char *root = string_of(json_object_get(config, "root"), "path");
    const json_t *linux_part = json_object_get(config, "linux");

    if (!config)
        return false;
    if (!root || !root[0]) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "config.json has no root.path");
        return false;
    }
    ret->root = g_strdup(root);
    ret->unmasked = json_array_size(json_object_get(linux_part, "maskedPaths")) == 0;
    return true;
}

char *
oci_root(const OciState *state, const OciConfig *config)
{
    const char *root = state->root && state->root[0] ? state->root : config->root;

    return g_canonicalize_filename(root, state->bundle);
}
