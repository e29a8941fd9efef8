/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The containers a daemon knows, as people and as programs read them.  [pure] */

#pragma once

#include <glib.h>

/* @records: GHashTable from key to value, as control_records() gives them; "pid" beside them if it
 * is known.  A value that is missing is "-" in the table and null in JSON. */
void ps_print_table(const GPtrArray *records, GString *out);
void ps_print_json(const GPtrArray *records, GString *out);
