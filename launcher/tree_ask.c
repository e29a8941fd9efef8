/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/tree_ask.h"

#include "common/fd.h"
#include "launcher/in_child.h"
#include "launcher/launch_error.h"
#include "launcher/tree.h"

static bool
list(void *data, GString *ret, GError **error)
{
    const char *path = data;
    autofd tree_fd = tree_open(path);
    g_autoptr(GPtrArray) files = NULL;

    if (tree_fd < 0) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "no daemon serves %s", path);
        return false;
    }
    files = tree_list(tree_fd, error);
    for (guint i = 0; files && i < files->len; i++)
        g_string_append_printf(ret, "%s%s", i > 0 ? "\n" : "", (const char *)files->pdata[i]);
    return files != NULL;
}

char **
tree_ask(const char *path, unsigned patience_sec, GError **error)
{
    InChild what = {list, (void *)path, patience_sec};
    GString *text = in_child(&what, error);
    char **files = text ? g_strsplit(text->str, "\n", -1) : NULL;

    if (text)
        g_string_free(text, TRUE);
    return files;
}
