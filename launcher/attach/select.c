/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/select.h"

#include "launcher/bind_list.h"
#include "launcher/launch_error.h"
#include "launcher/view_file.h"

#include <string.h>

char **
select_parse(const char *list, GError **error)
{
    g_auto(GStrv) words = g_strsplit(list, ",", -1);

    for (char **word = words; *word; word++) {
        char *file = view_file_name(g_strstrip(*word));

        if (**word == '\0' || strchr(file, '/') == NULL) {
            g_free(file);
            g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE,
                        "--files: '%s' is no list of files", list);
            return NULL;
        }
        g_free(*word);
        *word = file;
    }
    if (words[0])
        return g_steal_pointer(&words);
    g_set_error_literal(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE, "--files: the list is empty");
    return NULL;
}

static bool
has(const GPtrArray *list, const char *file)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)list, file, g_str_equal, NULL);
}

bool
select_files(GPtrArray *list, char **files, GError **error)
{
    for (char **file = files; *file; file++)
        if (!has(list, *file)) {
            g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "the daemon has no file %s",
                        *file);
            return false;
        }
    for (guint i = list->len; i-- > 0;) {
        const char *entry = list->pdata[i];

        if (!bind_list_is_directory(entry) && !g_strv_contains((const char *const *)files, entry))
            g_ptr_array_remove_index(list, i);
    }
    return true;
}
