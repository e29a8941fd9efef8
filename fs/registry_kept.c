/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What outlives the process. */

#include "fs/registered_record.h"
#include "fs/registry_private.h"
#include "fs/survive/facts.h"

void
registry_keep_one(Registry *registry, const Registered *registered)
{
    g_auto(RecordWriter) writer = {.more = NULL};

    if (!registry->shelf)
        return;
    registered_record_write(registered, &writer);
    record_keep(&writer, registry->shelf, (ShelfKey){SHELF_NAME, registered->number});
}

typedef struct {
    Registered *registered;
    RegisteredContainer container;
} Found;

static void
found_clear(gpointer data)
{
    registered_unref(((Found *)data)->registered);
}

/* A ShelfVisit. */
static bool
find(uint64_t number, const void *data, size_t len, void *user)
{
    Found found;

    found.registered = registered_record_read(number, data, len, &found.container);
    if (found.registered)
        g_array_append_val((GArray *)user, found);
    return found.registered != NULL;
}

/* Its container as it was, or NULL. */
static Container *
same_container(Registry *registry, const Found *found)
{
    g_autoptr(Container) container = containers_find(registry->containers, found->container.number);

    if (!container) /* it was forgotten there, for there were too many */
        container = containers_enter(registry->containers, &found->registered->paths, NULL);
    return container && container->id == found->container.id ? g_steal_pointer(&container) : NULL;
}

/* False if it is dead. */
static bool
take_up(Registry *registry, const Found *found)
{
    Registered *registered = found->registered;

    if (g_hash_table_size(registry->by_number) >= registry->max ||
        g_hash_table_contains(registry->by_name, registered->name))
        return false;
    if (found->container.number != 0) {
        registered->container = same_container(registry, found);
        if (!registered->container)
            return false;
        registered->state = REGISTERED_LIVE;
    }
    registry_enter(registry, registered_ref(registered));
    return true;
}

void
registry_keep(Registry *registry, Shelf *shelf)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Found));

    g_array_set_clear_func(all, found_clear);
    registry->shelf = shelf;
    registry->last = MAX(registry->last, facts_get(shelf, FACT_REGISTERED));
    shelf_foreach(shelf, SHELF_NAME, find, all);
    for (guint i = 0; i < all->len; i++) {
        const Found *found = &g_array_index(all, Found, i);

        registry->last = MAX(registry->last, found->registered->number);
        if (!take_up(registry, found))
            shelf_drop(shelf, (ShelfKey){SHELF_NAME, found->registered->number});
    }
}

void
registry_told(Registry *registry, Registered *registered)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&registry->lock);

    if (registered->by_look.data)
        registry_keep_one(registry, registered);
}
