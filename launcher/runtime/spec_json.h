/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Looks into a configuration of which nothing is known: what is of another type than expected is as
 * if it were not there.  All results are borrowed but for spec_point()'s.  [pure] */

#pragma once

#include "launcher/runtime/spec.h"

/* @key of @object if it is of @type, else NULL. */
json_object *spec_get(json_object *object, const char *key, json_type type);
/* The same, made if it is missing or null; NULL if it is of another type. */
json_object *spec_need(json_object *object, const char *key, json_type type);
const char *spec_string(json_object *object, const char *key);
/* 0 of NULL. */
size_t spec_length(json_object *array);
/* The namespace of @type; NULL if it has none. */
json_object *spec_namespace(json_object *spec, const char *type);
/* Where @mount is, from the container's root; NULL if it does not say.  The caller frees. */
char *spec_point(json_object *mount);
/* The last mount at @point; NULL if there is none. */
json_object *spec_mount_at(json_object *spec, const char *point);
