/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/oci.h"

#include "common/error.h"

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

static json_object *
load(const char *text, size_t len, const char *what, GError **error)
{
    json_object *object = json_read_object(text, len, error);

    if (!object)
        g_prefix_error(error, "%s: ", what);
    return object;
}

static json_object *
part(json_object *object, const char *key)
{
    return json_read_get(object, key, json_type_object);
}

bool
oci_is_unmasked(json_object *config)
{
    return json_read_length(json_read_get(part(config, "linux"), "maskedPaths", json_type_array)) ==
           0;
}

Wish
oci_wish(json_object *config)
{
    return wish_of(json_read_string(part(config, "annotations"), WISH_ANNOTATION));
}

bool
oci_state_parse(const char *text, size_t len, OciState *ret, GError **error)
{
    g_autoptr(json_object) state = load(text, len, "the state of the container", error);
    const char *id = json_read_string(state, "id"), *bundle = json_read_string(state, "bundle");
    int64_t pid = json_object_get_int64(json_read_get(state, "pid", json_type_int));

    if (!state)
        return false;
    if (!id || !bundle || bundle[0] != '/' || pid < 0 || pid > G_MAXINT) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED,
                    "the state of the container has no id or no bundle");
        return false;
    }
    *ret = (OciState){
        .id = g_strdup(id),
        .pid = (pid_t)pid,
        .bundle = g_strdup(bundle),
        .root = g_strdup(json_read_string(state, "root")),
    };
    return true;
}

bool
oci_config_parse(const char *text, size_t len, OciConfig *ret, GError **error)
{
    g_autoptr(json_object) config = load(text, len, "config.json", error);
    const char *root = json_read_string(part(config, "root"), "path");

    if (!config)
        return false;
    if (!root || !root[0]) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "config.json has no root.path");
        return false;
    }
    ret->root = g_strdup(root);
    ret->wish = oci_wish(config);
    ret->unmasked = oci_is_unmasked(config);
    return true;
}

char *
oci_root(const OciState *state, const OciConfig *config)
{
    const char *root = state->root && state->root[0] ? state->root : config->root;

    return g_canonicalize_filename(root, state->bundle);
}
