/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/spec_json.h"

json_object *
spec_need(json_object *object, const char *key, json_type type)
{
    json_object *value = NULL;

    if (json_object_object_get_ex(object, key, &value) && value)
        return json_object_is_type(value, type) ? value : NULL;
    value = type == json_type_array ? json_object_new_array() : json_object_new_object();
    json_object_object_add(object, key, value);
    return value;
}

json_object *
spec_namespace(json_object *spec, const char *type)
{
    json_object *all = json_read_get(json_read_get(spec, "linux", json_type_object), "namespaces",
                                     json_type_array);

    for (size_t i = 0; i < json_read_length(all); i++) {
        json_object *one = json_object_array_get_idx(all, i);

        if (g_strcmp0(json_read_string(one, "type"), type) == 0)
            return one;
    }
    return NULL;
}
