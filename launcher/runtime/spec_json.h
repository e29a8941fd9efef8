/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a configuration has, of which nothing is known.  All results are borrowed.
 * [pure] */

#pragma once

#include "launcher/runtime/spec.h"

/* @key of @object, made if it is missing or null; NULL if it is of another type than @type. */
json_object *spec_need(json_object *object, const char *key, json_type type);
/* The namespace of @type; NULL if it has none. */
json_object *spec_namespace(json_object *spec, const char *type);
