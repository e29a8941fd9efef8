/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which virtual file is bound from where, as the launcher tells the container's first process.
 * [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>

/* A list of directories, which start with '/', each followed by its files, as "proc/meminfo".
 * Every file of @tree, from @bound if it is one of @bound_files; files that lie in one of @tree's
 * that is a directory are its.  @bound NULL: there is no bound tree. */
GPtrArray *bind_list(const char *bound, const GPtrArray *bound_files, const char *tree,
                     const GPtrArray *tree_files);

/* True if @entry of the list is a directory. */
bool bind_list_is_directory(const char *entry);

/* True if @path, "proc/meminfo", may be a file of the tree: of plain letters, for lists of them are
 * written in lines, and of no process's directory, where runtimes set up confinement.  Whoever
 * serves the tree names its files, and they are bound in containers that are not his. */
bool bind_list_takes(const char *path);
