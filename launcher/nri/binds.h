/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The mounts that a container is given.  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *destination;
    char *source;
} Bind;

/* Of @list, as bind_list() makes it, those files for which @wanted is true; the caller frees with
 * g_ptr_array_unref(). */
GPtrArray *binds_of(const GPtrArray *list, bool (*wanted)(const void *data, const char *file),
                    const void *data);

/* The answer to CreateContainer, a protobuf message.  Docker knows no option but "ro", and refuses
 * the container for any other: @only_ro.  @binds may be NULL. */
GByteArray *binds_answer(const GPtrArray *binds, bool only_ro);
