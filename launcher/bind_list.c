/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/bind_list.h"

static bool
has(const GPtrArray *files, const char *file)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)files, file, g_str_equal, NULL);
}

/* The @files that are in @others, or those that are not. */
static void
append(GPtrArray *list, const char *directory, const GPtrArray *files, const GPtrArray *others,
       bool wanted)
{
    bool first = true;

    for (guint i = 0; i < files->len; i++) {
        if (others && has(others, files->pdata[i]) != wanted)
            continue;
        if (first)
            g_ptr_array_add(list, g_strdup(directory));
        first = false;
        g_ptr_array_add(list, g_strdup(files->pdata[i]));
    }
}

GPtrArray *
bind_list(const char *bound, const GPtrArray *bound_files, const char *tree,
          const GPtrArray *tree_files)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

    if (bound)
        append(list, bound, bound_files, tree_files, true);
    append(list, tree, tree_files, bound ? bound_files : NULL, false);
    return list;
}

bool
bind_list_is_directory(const char *entry)
{
    return entry[0] == '/';
}
