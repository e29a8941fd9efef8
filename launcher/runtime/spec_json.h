/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a configuration has, of which nothing is known.  All results are borrowed but for
 * spec_point()'s.  [pure] */

#pragma once

#include "launcher/runtime/spec.h"

/* @key of @object, made if it is missing or null; NULL if it is of another type than @type. */
json_object *spec_need(json_object *object, const char *key, json_type type);
/* The namespace of @type; NULL if it has none. */
json_object *spec_namespace(json_object *spec, const char *type);
/* Where @mount is, from the container's root; NULL if it does not say.  The caller frees. */
char *spec_point(json_object *mount);
/* The last mount at @point; NULL if there is none. */
json_object *spec_mount_at(json_object *spec, const char *point);
