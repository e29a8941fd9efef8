/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Looks into JSON of others, by json-c: it reads numbers up to 2^64 - 1, which are the infinite
 * limits of config.json, where jansson ends at 2^63 - 1.  What is of another type than expected is
 * as if it were not there.  Results are borrowed but for json_read_object()'s.  [pure] */

#pragma once

#include <glib.h>
#include <json-c/json.h>
#include <stddef.h>

static inline void
json_read_free(json_object *object)
{
    (void)json_object_put(object); /* whether it was the last reference */
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_object, json_read_free)

/* Parses the @len bytes of @text strictly; the caller owns the result.  NULL and
 * READ_ERROR_MALFORMED if it is no JSON, or no object. */
json_object *json_read_object(const char *text, size_t len, GError **error);

/* @key of @object (may be NULL) if it is of @type, else NULL. */
json_object *json_read_get(json_object *object, const char *key, json_type type);
const char *json_read_string(json_object *object, const char *key);
/* 0 of NULL. */
size_t json_read_length(json_object *array);
