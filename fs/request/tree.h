/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The directory tree: what is where, and which node id it has.  It follows from proc_files alone
 * and never changes, so nothing has to be remembered about what the kernel knows.  An entry with
 * "%u" in its path stands for many files or directories; which of them a looker finds is asked
 * elsewhere (fs/serve_names.h).  [pure] */

#pragma once

#include "fs/proc/files.h"

#define TREE_ROOT 1u /* FUSE_ROOT_ID */

typedef struct {
    char *path;           /* from the root: "sys/devices/system/cpu/cpu%u"; "" for the root */
    const char *name;     /* its last component */
    const ProcFile *file; /* NULL: a directory */
    unsigned parent;      /* number of the directory it is in; the root's is its own */
    unsigned n_dirs;      /* directories in it */
    unsigned number;      /* directories from TREE_ROOT on, then files; never 0 */
    bool is_many;         /* its name has "%u" */
    bool is_kernels; /* there only if the kernel has it: NEED_OWN_TEXT, and a directory of it */
    bool is_varied;  /* a directory in which not everybody finds the same */
} TreeEntry;

/* One file or directory of an entry's many. */
typedef struct {
    const TreeEntry *entry;
    ProcNumbers numbers; /* of the "%u" in its path, as the looker counts */
} TreePlace;

/* The file of the daemon's own numbers: "metrics", at the root, the same for everybody who may read
 * it.  It is no file of a container: nothing of it is used but its address. */
extern const ProcFile tree_metrics;

typedef struct Tree Tree;

/* @files, n of them, are borrowed. */
Tree *tree_new(const ProcFile *files, unsigned n);
void tree_free(Tree *tree);

/* A node is (container, file): two containers never share one, because some readers (sendfile) go
 * through what the kernel keeps for a node, its size and its pages.  @container is
 * asker_number(), below 2^40; 0 for the host and for whoever is not known.  Directories are the
 * same for everybody who finds them, or else what is mounted in them would get lost. */
uint64_t tree_node(const TreePlace *place, uint64_t container);
/* What tree_node() was given. */
uint64_t tree_node_container(uint64_t node);
/* st_ino: small enough for 32-bit programs, and different for all that a looker finds. */
#define TREE_INODE_BITS 24u
uint64_t tree_inode(const TreePlace *place);

/* ret->entry is NULL if there is no such node. */
TreePlace tree_find(const Tree *tree, uint64_t node);
/* The same if there can be no such name in @directory. */
TreePlace tree_child(const Tree *tree, const TreePlace *directory, const char *name);
TreePlace tree_parent(const Tree *tree, const TreePlace *place);
/* The first entry of @directory whose number is greater than @after; NULL at the end. */
const TreeEntry *tree_next(const Tree *tree, const TreeEntry *directory, unsigned after);
/* @entry of @directory; with "%u" in its name, that called @number.  False if the number has no
 * room in a node. */
bool tree_place(const TreePlace *directory, const TreeEntry *entry, unsigned number,
                TreePlace *ret);
/* True if all find it. */
bool tree_is_everybodys(const TreeEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tree, tree_free)
