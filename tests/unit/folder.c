/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/folder.h"

#include <ftw.h>
#include <glib.h>
#include <stdio.h>

char *
folder_new(void)
{
    char *path = g_dir_make_tmp("ownproc-XXXXXX", NULL);

    g_assert_nonnull(path);
    return path;
}

char *
folder_inside(const char *folder, const char *path)
{
    char *full = g_build_filename(folder, path, NULL);
    g_autofree char *parent = g_path_get_dirname(full);

    g_assert_cmpint(g_mkdir_with_parents(parent, 0755), ==, 0);
    return full;
}

void
folder_write(const char *folder, const char *path, const char *text)
{
    g_autofree char *full = folder_inside(folder, path);
    g_autoptr(GError) error = NULL;

    (void)g_file_set_contents(full, text, -1, &error);
    g_assert_no_error(error);
}

static int
remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

void
folder_remove(const char *path)
{
    g_assert_cmpint(nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS), ==, 0);
}

int
folder_make(void **state)
{
    *state = folder_new();
    return 0;
}

int
folder_drop(void **state)
{
    folder_remove(*state);
    g_free(*state);
    return 0;
}
