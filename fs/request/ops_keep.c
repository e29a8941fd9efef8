/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What outlives the process, and what the one before may have left in the kernel's pages. */

#include "fs/request/ops_private.h"

#include "fs/longest.h"
#include "fs/survive/facts.h"

/* Nodes of containers that are no more are ESTALE; whoever has them open need not be known. */
static bool
is_known(uint64_t node, void *data)
{
    const Ops *ops = data;
    g_autoptr(Container) container =
        containers_find(ops->config.server->containers, tree_node_container(node));

    return container != NULL;
}

static void
drop_page(const Ops *ops, uint64_t node)
{
    expiry_add(ops->config.expiry, ops->connection, node, 0);
}

/* All files below @directory of which a text was made. */
static void
drop_pages_below(const Ops *ops, const TreeEntry *directory, const Container *container)
{
    const TreeEntry *entry = NULL;

    while ((entry = tree_next(ops->tree, directory, entry ? entry->number : 0)) != NULL) {
        const TreePlace place = {.entry = entry};

        if (!entry->file)
            drop_pages_below(ops, entry, container);
        else if (entry->file->longest &&
                 longest_known(&container->longest[proc_file_number(entry->file)]) != 0)
            drop_page(ops, tree_node(&place, container->number));
    }
}

/* Whose page was filled in the last tick of the one before was not yet told to drop it, and nobody
 * knows any more which these are. */
void
ops_drop_pages(const Ops *ops)
{
    const TreeEntry *root = tree_find(ops->tree, TREE_ROOT).entry;
    g_autoptr(GPtrArray) containers = NULL;
    g_autoptr(GArray) nodes = NULL;

    if (!ops->is_kept || !ops->config.expiry)
        return;
    containers = containers_list(ops->config.server->containers);
    nodes = sizes_nodes(ops->sizes);
    for (guint i = 0; i < containers->len; i++)
        drop_pages_below(ops, root, containers->pdata[i]);
    for (guint i = 0; i < nodes->len; i++)
        drop_page(ops, g_array_index(nodes, uint64_t, i));
}

void
ops_keep(Ops *ops, Shelf *shelf)
{
    ops->started = facts_started(shelf, ops->started);
    open_texts_keep(ops->texts, shelf);
    sizes_keep(ops->sizes, shelf);
    pages_keep(ops->pages, shelf);
    pages_prune(ops->pages, is_known, ops);
    if (ops->settled)
        settled_keep(ops->settled, shelf, ops->config.now());
    ops->is_kept = true;
}
