/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/tree.h"

#include <string.h>

/* A node id, from the lowest bit: the entry's number; the second and the first number of its path
 * (cpu%u/cache/index%u); the container's number.
 * Files have numbers of their own range, in the order of proc_files, so that a new directory does
 * not renumber them. */
#define NUMBER_BITS 8u
#define NUMBERS (1u << NUMBER_BITS)
#define FILE_BASE 64u
#define METRICS (NUMBERS - 1) /* stays where it is when files are added */
#define SECOND_BITS 3u
#define FIRST_BITS 13u
#define CONTAINER_SHIFT (NUMBER_BITS + SECOND_BITS + FIRST_BITS)
G_STATIC_ASSERT(1u << FIRST_BITS == CPUSET_MAX);
G_STATIC_ASSERT(CONTAINER_SHIFT == TREE_INODE_BITS);
static const unsigned number_bits[PROC_NUMBERS] = {FIRST_BITS, SECOND_BITS};
static const unsigned number_shift[PROC_NUMBERS] = {NUMBER_BITS + SECOND_BITS, NUMBER_BITS};

const ProcFile tree_metrics = {.path = "metrics"};

struct Tree {
    TreeEntry entries[NUMBERS]; /* by number; without a path: none */
    unsigned n_dirs;
};

/* Takes over @path. */
static TreeEntry *
tree_add(Tree *tree, unsigned number, char *path, const TreeEntry *parent)
{
    const char *slash = strrchr(path, '/');
    TreeEntry *entry = &tree->entries[number];

    *entry = (TreeEntry){.path = path, .name = slash ? slash + 1 : path, .number = number};
    entry->parent = parent ? parent->number : number;
    entry->is_many = strchr(entry->name, '%') != NULL;
    return entry;
}

static TreeEntry *
tree_find_dir(Tree *tree, const char *path)
{
    for (unsigned i = TREE_ROOT; i < TREE_ROOT + tree->n_dirs; i++)
        if (strcmp(tree->entries[i].path, path) == 0)
            return &tree->entries[i];
    return NULL;
}

/* The directory of @path, made if it is new, with those above it. */
static TreeEntry *
tree_enter(Tree *tree, const char *path)
{
    const char *slash = strrchr(path, '/');
    g_autofree char *dir = g_strndup(path, slash ? (gsize)(slash - path) : 0);
    TreeEntry *entry = tree_find_dir(tree, dir), *parent;

    if (entry)
        return entry;
    parent = dir[0] ? tree_enter(tree, dir) : NULL;
    g_assert(tree->n_dirs < FILE_BASE - TREE_ROOT);
    entry = tree_add(tree, TREE_ROOT + tree->n_dirs++, g_steal_pointer(&dir), parent);
    entry->is_kernels = parent != NULL; /* until there is a file that is not */
    if (parent)
        parent->n_dirs++;
    return entry;
}

static void
tree_add_file(Tree *tree, const ProcFile *file, unsigned number)
{
    TreeEntry *dir = tree_enter(tree, file->path);
    TreeEntry *entry = tree_add(tree, number, g_strdup(file->path), dir);

    entry->file = file;
    entry->is_kernels = (file->needs & NEED_OWN_TEXT) != 0;
    for (; !entry->is_kernels && dir->is_kernels; dir = &tree->entries[dir->parent])
        dir->is_kernels = false;
}

bool
tree_is_everybodys(const TreeEntry *entry)
{
    return !entry->is_kernels && !strchr(entry->path, '%');
}

Tree *
tree_new(const ProcFile *files, unsigned n)
{
    Tree *tree = g_new0(Tree, 1);

    g_assert(n <= METRICS - FILE_BASE);
    tree_add_file(tree, &tree_metrics, METRICS);
    for (unsigned i = 0; i < n; i++)
        tree_add_file(tree, &files[i], FILE_BASE + i);
    for (unsigned i = TREE_ROOT; i < TREE_ROOT + tree->n_dirs; i++)
        if (!tree_is_everybodys(&tree->entries[i]))
            tree->entries[tree->entries[i].parent].is_varied = true;
    return tree;
}

void
tree_free(Tree *tree)
{
    if (!tree)
        return;
    for (unsigned i = 0; i < NUMBERS; i++)
        g_free(tree->entries[i].path);
    g_free(tree);
}

/* False if it is the same for everybody. */
static bool
is_containers(const TreeEntry *entry)
{
    return entry->file && entry->file != &tree_metrics;
}

uint64_t
tree_inode(const TreePlace *place)
{
    uint64_t inode = place->entry->number;

    for (unsigned i = 0; i < PROC_NUMBERS; i++)
        inode |= (uint64_t)place->numbers.of[i] << number_shift[i];
    return inode;
}

uint64_t
tree_node(const TreePlace *place, uint64_t container)
{
    uint64_t node = tree_inode(place);

    if (is_containers(place->entry))
        node |= container << CONTAINER_SHIFT;
    return node;
}

uint64_t
tree_node_container(uint64_t node)
{
    return node >> CONTAINER_SHIFT;
}

static unsigned
count_numbers(const char *path)
{
    unsigned n = 0;

    for (; (path = strchr(path, '%')); path++)
        n++;
    return n;
}

TreePlace
tree_find(const Tree *tree, uint64_t node)
{
    const TreeEntry *entry = &tree->entries[node % NUMBERS];
    TreePlace place = {.entry = entry}, none = {.entry = NULL};

    if (!entry->path || (!is_containers(entry) && node >> CONTAINER_SHIFT))
        return none;
    for (unsigned i = 0; i < PROC_NUMBERS; i++) {
        place.numbers.of[i] = (unsigned)(node >> number_shift[i]) & ((1u << number_bits[i]) - 1);
        if (place.numbers.of[i] > 0 && i >= count_numbers(entry->path))
            return none;
    }
    return place;
}

bool
tree_place(const TreePlace *directory, const TreeEntry *entry, unsigned number, TreePlace *ret)
{
    TreePlace place = {entry, directory->numbers};

    if (entry->is_many) {
        unsigned i = count_numbers(directory->entry->path);

        g_assert(i < PROC_NUMBERS);
        if (number >> number_bits[i])
            return false;
        place.numbers.of[i] = number;
    }
    *ret = place;
    return true;
}

/* "cpu12" is "cpu%u", "cpu012" is not. */
static bool
is_called(const TreeEntry *entry, const char *name, unsigned *ret_number)
{
    size_t prefix = strcspn(entry->name, "%");
    g_autofree char *printed = NULL;

    if (!entry->is_many)
        return strcmp(entry->name, name) == 0;
    if (strncmp(entry->name, name, prefix) != 0 || !g_ascii_isdigit(name[prefix]))
        return false;
    *ret_number = (unsigned)MIN(g_ascii_strtoull(name + prefix, NULL, 10), UINT_MAX);
    printed = g_strdup_printf("%u", *ret_number);
    return strcmp(printed, name + prefix) == 0;
}

TreePlace
tree_child(const Tree *tree, const TreePlace *directory, const char *name)
{
    const TreeEntry *entry = NULL;
    TreePlace place = {.entry = NULL};
    unsigned number = 0;

    while ((entry = tree_next(tree, directory->entry, entry ? entry->number : 0)) != NULL)
        if (is_called(entry, name, &number)) {
            (void)tree_place(directory, entry, number, &place); /* else it stays nothing */
            break;
        }
    return place;
}

TreePlace
tree_parent(const Tree *tree, const TreePlace *place)
{
    TreePlace parent = {&tree->entries[place->entry->parent], place->numbers};

    if (place->entry->is_many)
        parent.numbers.of[count_numbers(parent.entry->path)] = 0;
    return parent;
}

const TreeEntry *
tree_next(const Tree *tree, const TreeEntry *directory, unsigned after)
{
    for (unsigned i = MAX(after, TREE_ROOT) + 1; i < NUMBERS; i++)
        if (tree->entries[i].path && tree->entries[i].parent == directory->number)
            return &tree->entries[i];
    return NULL;
}
