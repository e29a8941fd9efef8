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
