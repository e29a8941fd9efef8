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

char *
spec_point(json_object *mount)
{
    const char *destination = json_read_string(mount, "destination");

    if (!destination)
        return NULL;
    while (*destination == '/') /* two of them would be kept */
        destination++;
    return g_canonicalize_filename(*destination ? destination : ".", "/");
}

json_object *
spec_mount_at(json_object *spec, const char *point)
{
    json_object *mounts = json_read_get(spec, "mounts", json_type_array), *found = NULL;

    for (size_t i = 0; i < json_read_length(mounts); i++) {
        json_object *mount = json_object_array_get_idx(mounts, i);
        g_autofree char *path = spec_point(mount);

        if (g_strcmp0(path, point) == 0)
            found = mount;
    }
    return found;
}
