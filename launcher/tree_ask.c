/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/tree_ask.h"

#include "common/error.h"
#include "common/fd.h"
#include "launcher/files_list.h"
#include "launcher/in_child.h"
#include "launcher/launch_error.h"
#include "launcher/tree.h"

#include <string.h>

/* What comes back: strings, each with its end. */
static void
say(GString *ret, const char *text)
{
    g_string_append_len(ret, text, (gssize)strlen(text) + 1);
}

static void
say_all(GString *ret, const GPtrArray *texts)
{
    for (guint i = 0; texts && i < texts->len; i++)
        say(ret, texts->pdata[i]);
}

/* @tree: whom the sentence names. */
static GPtrArray *
ask(bool (*work)(void *, GString *, GError **), void *data, const char *tree, GError **error)
{
    g_autoptr(GError) problem = NULL;
    GString *said = in_child(&(InChild){work, data, TREE_ASK_PATIENCE_SEC}, &problem);
    GPtrArray *ret;

    if (!said) {
        if (problem->domain == READ_ERROR)
            g_prefix_error(&problem, "%s: ", tree);
        g_propagate_error(error, g_steal_pointer(&problem));
        return NULL;
    }
    ret = g_ptr_array_new_with_free_func(g_free);
    for (const char *text = said->str; text < said->str + said->len; text += strlen(text) + 1)
        g_ptr_array_add(ret, g_strdup(text));
    g_string_free(said, TRUE);
    return ret;
}

static char **
as_vector(GPtrArray *texts)
{
    if (!texts)
        return NULL;
    g_ptr_array_add(texts, NULL);
    return (char **)g_ptr_array_free(texts, FALSE);
}

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
    say_all(ret, files);
    return files != NULL;
}

char **
tree_ask(const char *path, GError **error)
{
    return as_vector(ask(list, (void *)path, path, error));
}

typedef struct {
    const char *bound, *tree;
} Trees;

static bool
list_both(void *data, GString *ret, GError **error)
{
    const Trees *trees = data;
    g_autoptr(GPtrArray) files = files_list(trees->bound, trees->tree, error);

    say_all(ret, files);
    return files != NULL;
}

GPtrArray *
tree_ask_files(const char *bound, const char *tree, GError **error)
{
    return ask(list_both, &(Trees){bound, tree}, tree, error);
}

static bool
look(void *data, GString *ret, GError **error G_GNUC_UNUSED)
{
    for (const char *const *path = data; *path; path++) {
        autofd fd = tree_open(*path);

        if (fd >= 0)
            say(ret, *path);
    }
    return true;
}

char **
tree_ask_served(const char *const *paths, GError **error)
{
    return as_vector(ask(look, (void *)paths, paths[0], error));
}
