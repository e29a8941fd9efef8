/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/bound_private.h"

#include "common/error.h"
#include "fs/longest.h"
#include "fs/request/answers.h"
#include "fs/request/jiffies.h"
#include "fs/survive/facts.h"

#include <errno.h>

#define NUMBER_SHIFT TREE_INODE_BITS
#define DIRECTORIES UINT64_MAX /* no container's number */

Bound *
bound_new(const BoundConfig *config)
{
    Bound *bound = g_new0(Bound, 1);

    bound->config = *config;
    bound->tree = tree_new(proc_files, proc_files_n);
    bound->jiffy_nsec = jiffies_length_nsec();
    (void)clock_gettime(CLOCK_REALTIME, &bound->started); /* cannot fail for this clock */
    return bound;
}

void
bound_free(Bound *bound)
{
    if (!bound)
        return;
    tree_free(bound->tree);
    g_free(bound);
}

void
bound_connect(Bound *bound, gpointer connection)
{
    bound->connection = connection;
}

/* All files below @place of which anything was told: the pages of the life before that were filled
 * in its last tick are still there. */
static void
drop_pages_below(const Bound *bound, const BoundPlace *place)
{
    const TreeEntry *entry = NULL;

    while ((entry = tree_next(bound->tree, place->place.entry, entry ? entry->number : 0)) !=
           NULL) {
        const BoundPlace child = {place->registered, {.entry = entry}}; /* borrows */

        if (!entry->file)
            drop_pages_below(bound, &child);
        else if (entry->file->longest &&
                 longest_known(&child.registered->sizes[proc_file_number(entry->file)]) != 0)
            expiry_add(bound->config.expiry, bound->connection, bound_node(&child), 0);
    }
}

/* Once notifications can be sent. */
static void
bound_init(void *userdata, struct fuse_conn_info *conn)
{
    const Bound *bound = userdata;
    const TreePlace root = tree_find(bound->tree, TREE_ROOT);
    g_autoptr(GPtrArray) all = NULL;

    (void)conn;
    if (!bound->is_kept || !bound->config.expiry)
        return;
    all = registry_all(bound->config.server->registry);
    for (guint i = 0; i < all->len; i++)
        drop_pages_below(bound, &(BoundPlace){all->pdata[i], root});
}

void
bound_keep(Bound *bound, Shelf *shelf)
{
    bound->started = facts_started(shelf, bound->started);
    bound->is_kept = true;
}

void
bound_place_clear(BoundPlace *place)
{
    g_clear_pointer(&place->registered, registered_unref);
}

/* A file of another kind has no place here, nor a directory without any. */
static bool
may_have(const Bound *bound, const TreeEntry *entry)
{
    const TreeEntry *child = NULL;

    if (entry->file)
        return entry->file->longest != NULL;
    while ((child = tree_next(bound->tree, entry, child ? child->number : 0)) != NULL)
        if (may_have(bound, child))
            return true;
    return false;
}

int
bound_find(const Bound *bound, uint64_t node, BoundPlace *ret)
{
    uint64_t number = node >> NUMBER_SHIFT;
    BoundPlace found = {.place = tree_find(bound->tree, node & ((1u << NUMBER_SHIFT) - 1))};

    if (!found.place.entry || !may_have(bound, found.place.entry) ||
        (number == 0 && node != TREE_ROOT))
        return ENOENT;
    if (number != 0) {
        found.registered = registry_find(bound->config.server->registry, number);
        if (!found.registered)
            return ESTALE;
    }
    *ret = found;
    return 0;
}

uint64_t
bound_node(const BoundPlace *place)
{
    uint64_t number = place->registered ? place->registered->number : 0;

    return number << NUMBER_SHIFT | tree_inode(&place->place);
}

uint64_t
bound_whose(void *data, uint64_t node)
{
    const Bound *bound = data;
    const TreeEntry *entry = tree_find(bound->tree, node & ((1u << NUMBER_SHIFT) - 1)).entry;

    return entry && entry->file ? node >> NUMBER_SHIFT : DIRECTORIES;
}

char *
bound_describe(const Bound *bound, uint64_t node)
{
    g_auto(BoundPlace) place = {0};

    if (bound_find(bound, node, &place) != 0)
        return g_strdup("nothing that is there");
    return g_strdup_printf("%s of %s", place.place.entry->path,
                           place.registered ? place.registered->name : "all containers");
}

static bool
is_wanted(const Bound *bound, const BoundPlace *place)
{
    const Policies *policies = bound->config.server->policies;
    FileMode mode =
        policy_file(policies_find(policies, &place->registered->paths), place->place.entry->file);

    return mode == FILE_VIRTUAL || mode == FILE_ZERO;
}

static size_t
size_of(const Bound *bound, const BoundPlace *place)
{
    const ProcFile *file = place->place.entry->file;
    uint32_t *size = &place->registered->sizes[proc_file_number(file)];
    size_t known = longest_known(size), longest;

    if (known != 0 ||
        !longest_of(&bound->config.server->sources, file, bound->config.now(), &longest, NULL))
        return known;
    known = longest_settle(size, longest);
    registry_told(bound->config.server->registry, place->registered);
    return known;
}

size_t
bound_size(const Bound *bound, const BoundPlace *place)
{
    size_t size;

    if (!place->place.entry->file->longest || !is_wanted(bound, place))
        return 0;
    size = size_of(bound, place);
    return size <= BOUND_PAGE ? size : 0;
}

bool
bound_has(const Bound *bound, const BoundPlace *place)
{
    return place->place.entry->file ? bound_size(bound, place) > 0
                                    : may_have(bound, place->place.entry);
}

bool
bound_text(const Bound *bound, const BoundPlace *place, Text *ret, GError **error)
{
    const ProcName name = {place->place.entry->file, place->place.numbers};
    Registered *registered = place->registered;
    g_autoptr(Container) container =
        registry_container(bound->config.server->registry, registered, error);
    g_autoptr(Asker) asker = NULL;

    if (!container)
        return false;
    asker = asker_new(container, registered->boottime_offset);
    return serve_text(bound->config.server, &name, asker, bound->config.now(), ret, error);
}

/* Without flush libfuse says ENOSYS, and the kernel never asks again. */
const struct fuse_lowlevel_ops bound_table = {
    .init = bound_init,
    .lookup = bound_lookup,
    .getattr = bound_getattr,
    .readdir = bound_readdir,
    .open = bound_open,
    .read = bound_read,
};
