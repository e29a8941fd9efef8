/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/bind_list.h"

#include <string.h>

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

static bool
is_of_process(const char *path)
{
    static const char *const own[] = {"self", "thread-self"};
    const char *name = g_str_has_prefix(path, "proc/") ? path + strlen("proc/") : "";
    size_t len = strcspn(name, "/");

    for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
        if (strlen(own[i]) == len && strncmp(name, own[i], len) == 0)
            return true;
    return g_ascii_isdigit(name[0]);
}

bool
bind_list_takes(const char *path)
{
    return path[strspn(path, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "/._-")] == '\0' &&
           !strstr(path, "/.") && !is_of_process(path);
}
