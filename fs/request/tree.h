/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The directory tree: what is where, and which node id it has.  It follows from proc_files alone
 * and never changes, so nothing has to be remembered about what the kernel knows.  [pure] */

#pragma once

#include "fs/proc/files.h"

#define TREE_ROOT 1u /* FUSE_ROOT_ID */

typedef struct {
    char *name;           /* the last component; "" for the root */
    const ProcFile *file; /* NULL: a directory */
    unsigned parent;      /* number of the directory it is in; the root's is its own */
    unsigned n_dirs;      /* directories in it */
    unsigned number;      /* directories from TREE_ROOT on, then files; never 0 */
} TreeEntry;

/* The file of the daemon's own numbers: "metrics", at the root, the same for everybody who may read
 * it.  It is no file of a container: nothing of it is used but its address. */
extern const ProcFile tree_metrics;

typedef struct Tree Tree;

/* @files, n of them, are borrowed. */
Tree *tree_new(const ProcFile *files, unsigned n);
void tree_free(Tree *tree);

/* A node is (container, file): two containers never share one, because some readers (sendfile) go
 * through what the kernel keeps for a node, its size and its pages.  @container is
 * cgroup_container_id(), 0 for the host and for whoever is not known.  Directories are the same for
 * everybody. */
uint64_t tree_node(const TreeEntry *entry, uint64_t container);
/* What tree_node() was given. */
uint64_t tree_node_container(uint64_t node);

/* NULL if there is no such node. */
const TreeEntry *tree_find(const Tree *tree, uint64_t node);
/* NULL if there is no such name in @directory. */
const TreeEntry *tree_child(const Tree *tree, const TreeEntry *directory, const char *name);
const TreeEntry *tree_parent(const Tree *tree, const TreeEntry *entry);
/* The first entry of @directory whose number is greater than @after; NULL at the end. */
const TreeEntry *tree_next(const Tree *tree, const TreeEntry *directory, unsigned after);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tree, tree_free)
