/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/tree.h"

#include <string.h>

/* A node id is the container above and the entry's number in the low byte.  Files have numbers of
 * their own range, in the order of proc_files, so that a new directory does not renumber them. */
#define NUMBER_BITS 8u
#define NUMBERS (1u << NUMBER_BITS)
#define FILE_BASE 64u
#define METRICS (NUMBERS - 1) /* stays where it is when files are added */

const ProcFile tree_metrics = {.path = "metrics"};

struct Tree {
    TreeEntry entries[NUMBERS]; /* by number; without a name: none */
    unsigned n_dirs;
};

static TreeEntry *
tree_add_dir(Tree *tree, TreeEntry *parent, char *name)
{
    unsigned number = TREE_ROOT + tree->n_dirs++;
    TreeEntry *entry = &tree->entries[number];

    g_assert(number < FILE_BASE);
    *entry = (TreeEntry){.name = name, .number = number};
    entry->parent = parent ? parent->number : number;
    if (parent)
        parent->n_dirs++;
    return entry;
}

/* The directory of @path, made if it is new; *@path becomes what follows the last slash. */
static TreeEntry *
tree_enter(Tree *tree, const char **path)
{
    TreeEntry *dir = &tree->entries[TREE_ROOT];
    const char *slash;

    while ((slash = strchr(*path, '/')) != NULL) {
        g_autofree char *name = g_strndup(*path, (gsize)(slash - *path));
        const TreeEntry *known = tree_child(tree, dir, name);

        dir =
            known ? &tree->entries[known->number] : tree_add_dir(tree, dir, g_steal_pointer(&name));
        *path = slash + 1;
    }
    return dir;
}

Tree *
tree_new(const ProcFile *files, unsigned n)
{
    Tree *tree = g_new0(Tree, 1);

    g_assert(n <= METRICS - FILE_BASE);
    (void)tree_add_dir(tree, NULL, g_strdup(""));
    for (unsigned i = 0; i < n; i++) {
        const char *name = files[i].path;
        TreeEntry *dir = tree_enter(tree, &name);

        tree->entries[FILE_BASE + i] = (TreeEntry){.name = g_strdup(name),
                                                   .file = &files[i],
                                                   .parent = dir->number,
                                                   .number = FILE_BASE + i};
    }
    tree->entries[METRICS] = (TreeEntry){.name = g_strdup(tree_metrics.path),
                                         .file = &tree_metrics,
                                         .parent = TREE_ROOT,
                                         .number = METRICS};
    return tree;
}

void
tree_free(Tree *tree)
{
    if (!tree)
        return;
    for (unsigned i = 0; i < NUMBERS; i++)
        g_free(tree->entries[i].name);
    g_free(tree);
}

/* False if it is the same for everybody. */
static bool
is_containers(const TreeEntry *entry)
{
    return entry->file && entry->file != &tree_metrics;
}

uint64_t
tree_node(const TreeEntry *entry, uint64_t container)
{
    return is_containers(entry) ? container << NUMBER_BITS | entry->number : entry->number;
}

uint64_t
tree_node_container(uint64_t node)
{
    return node >> NUMBER_BITS;
}

const TreeEntry *
tree_find(const Tree *tree, uint64_t node)
{
    const TreeEntry *entry = &tree->entries[node % NUMBERS];

    if (!entry->name || (!is_containers(entry) && node != entry->number))
        return NULL;
    return entry;
}

const TreeEntry *
tree_child(const Tree *tree, const TreeEntry *directory, const char *name)
{
    const TreeEntry *entry = NULL;

    while ((entry = tree_next(tree, directory, entry ? entry->number : 0)) != NULL)
        if (strcmp(entry->name, name) == 0)
            return entry;
    return NULL;
}

const TreeEntry *
tree_parent(const Tree *tree, const TreeEntry *entry)
{
    return &tree->entries[entry->parent];
}

const TreeEntry *
tree_next(const Tree *tree, const TreeEntry *directory, unsigned after)
{
    for (unsigned i = MAX(after, TREE_ROOT) + 1; i < NUMBERS; i++)
        if (tree->entries[i].name && tree->entries[i].parent == directory->number)
            return &tree->entries[i];
    return NULL;
}
