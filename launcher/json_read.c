/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/json_read.h"

#include "common/error.h"

#include <string.h>

#define DEPTH_MAX 64 /* a configuration has 8 */

/* To the parser a NUL is the end, of numbers as well. */
static json_object *
parse(json_tokener *tokener, const char *text, size_t len)
{
    json_object *object;

    if (len > G_MAXINT || memchr(text, '\0', len))
        return NULL;
    object = json_tokener_parse_ex(tokener, text, (int)len);
    if (!object && json_tokener_get_error(tokener) == json_tokener_continue)
        object = json_tokener_parse_ex(tokener, "", 1);
    return object;
}

json_object *
json_read_object(const char *text, size_t len, GError **error)
{
    json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
    g_autoptr(json_object) object = NULL;
    const char *what = "it is no object";

    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    object = parse(tokener, text, len);
    if (!object)
        what = json_tokener_error_desc(json_tokener_get_error(tokener));
    json_tokener_free(tokener);
    if (json_object_is_type(object, json_type_object))
        return g_steal_pointer(&object);
    g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "not JSON as it should be: %s", what);
    return NULL;
}

json_object *
json_read_get(json_object *object, const char *key, json_type type)
{
    json_object *value = NULL;

    if (!json_object_is_type(object, json_type_object) ||
        !json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, type))
        return NULL;
    return value;
}

const char *
json_read_string(json_object *object, const char *key)
{
    json_object *value = json_read_get(object, key, json_type_string);

    return value ? json_object_get_string(value) : NULL;
}

size_t
json_read_length(json_object *array)
{
    return array ? json_object_array_length(array) : 0;
}
