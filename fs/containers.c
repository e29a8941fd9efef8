/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/containers.h"

#include "common/error.h"
#include "fs/container_record.h"
#include "fs/source/cgroup.h"
#include "fs/survive/facts.h"

#include <inttypes.h>

/* How often it was served is kept no more often than this. */
#define KEEP_USEC G_USEC_PER_SEC

typedef struct {
    char *key; /* of key_of() */
    Container *container;
    GList by_use, by_look; /* links in the queues; data is the entry */
    uint64_t kept_reads;
    gint64 kept; /* when */
} Entry;

struct Containers {
    const CgroupLayout *layout;
    Cache *cpus;           /* shared_cpu.h; has a lock of its own */
    Shelf *shelf;          /* NULL: nothing is kept */
    GMutex lock;           /* guards all below */
    GHashTable *by_key;    /* owns the entries */
    GHashTable *by_number; /* the same */
    GQueue by_use;         /* used last comes first */
    GQueue by_look;        /* the one last seen alive comes first */
    unsigned max;
    uint64_t last; /* number given */
};

static void
container_clear(void *data)
{
    Container *container = data;

    cgroup_paths_clear(&container->paths);
    g_mutex_clear(&container->known.lock);
}

Container *
container_new(uint64_t number)
{
    Container *container = g_atomic_rc_box_new0(Container);

    container->number = number;
    g_mutex_init(&container->known.lock);
    return container;
}

Container *
container_ref(Container *container)
{
    return g_atomic_rc_box_acquire(container);
}

void
container_unref(Container *container)
{
    g_atomic_rc_box_release_full(container, container_clear);
}

static void
entry_free(gpointer data)
{
    Entry *entry = data;

    container_unref(entry->container);
    g_free(entry->key);
    g_free(entry);
}

/* "ID UNIFIED V1…": two containers may differ in any of them. */
static char *
key_of(const CgroupPaths *paths, uint64_t id)
{
    g_autoptr(GString) key = g_string_sized_new(512);

    g_string_append_printf(key, "%" PRIx64 "\n", id);
    if (paths->unified)
        g_string_append(key, paths->unified);
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++) {
        g_string_append_c(key, '\n');
        if (paths->v1[i])
            g_string_append(key, paths->v1[i]);
    }
    return g_strdup(key->str); /* it is kept: without the room that was left */
}

/* Of the id alone, which hardly any two share: paths are long. */
static guint
key_hash(gconstpointer key)
{
    uint64_t id = g_ascii_strtoull(key, NULL, 16);

    return g_int64_hash(&id);
}

Containers *
containers_new(const CgroupLayout *layout, unsigned max, uint64_t first)
{
    Containers *containers = g_new0(Containers, 1);

    g_mutex_init(&containers->lock);
    containers->layout = layout;
    containers->cpus = shared_cpus_new();
    containers->by_key = g_hash_table_new_full(key_hash, g_str_equal, NULL, entry_free);
    containers->by_number = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_queue_init(&containers->by_use);
    g_queue_init(&containers->by_look);
    containers->max = max;
    containers->last = first;
    return containers;
}

void
containers_free(Containers *containers)
{
    if (!containers)
        return;
    g_hash_table_unref(containers->by_number);
    g_hash_table_unref(containers->by_key);
    cache_free(containers->cpus);
    g_mutex_clear(&containers->lock);
    g_free(containers);
}

static void
forget(Containers *containers, Entry *entry)
{
    shelf_drop(containers->shelf, (ShelfKey){SHELF_CONTAINER, entry->container->number});
    g_queue_unlink(&containers->by_use, &entry->by_use);
    g_queue_unlink(&containers->by_look, &entry->by_look);
    (void)g_hash_table_remove(containers->by_number, &entry->container->number);
    (void)g_hash_table_remove(containers->by_key, entry->key);
}

static void
keep(Containers *containers, Entry *entry)
{
    g_auto(RecordWriter) writer;

    container_record_write(entry->container, &writer);
    record_keep(&writer, containers->shelf, (ShelfKey){SHELF_CONTAINER, entry->container->number});
    entry->kept_reads = __atomic_load_n(&entry->container->reads, __ATOMIC_RELAXED);
    entry->kept = g_get_monotonic_time();
}

static bool
has_long_been_served(const Entry *entry)
{
    return __atomic_load_n(&entry->container->reads, __ATOMIC_RELAXED) != entry->kept_reads &&
           g_get_monotonic_time() - entry->kept >= KEEP_USEC;
}

static Container *
use(Containers *containers, Entry *entry)
{
    g_queue_unlink(&containers->by_use, &entry->by_use);
    g_queue_push_head_link(&containers->by_use, &entry->by_use);
    if (containers->shelf && has_long_been_served(entry))
        keep(containers, entry);
    return container_ref(entry->container);
}

/* Takes over @container and @key. */
static Entry *
add(Containers *containers, Container *container, char *key)
{
    Entry *entry = g_new0(Entry, 1);

    *entry = (Entry){.key = key, .container = container};
    entry->by_use.data = entry->by_look.data = entry;
    (void)g_hash_table_insert(containers->by_key, entry->key, entry);
    (void)g_hash_table_insert(containers->by_number, &container->number, entry);
    g_queue_push_head_link(&containers->by_use, &entry->by_use);
    g_queue_push_head_link(&containers->by_look, &entry->by_look);
    return entry;
}

/* Takes over @key.  That a number was given is kept first: if all else is lost, nobody else gets
 * it. */
static Entry *
add_new(Containers *containers, const CgroupPaths *paths, uint64_t id, char *key)
{
    Container *container = container_new(++containers->last);
    Entry *entry;

    container->id = container->known.id = id;
    cgroup_paths_copy(paths, &container->paths);
    entry = add(containers, container, key);
    if (containers->shelf) {
        facts_set(containers->shelf, FACT_CONTAINER, containers->last);
        keep(containers, entry);
    }
    while (g_hash_table_size(containers->by_key) > containers->max)
        forget(containers, g_queue_peek_tail(&containers->by_use));
    return entry;
}

/* A ShelfVisit. */
static bool
take_up(uint64_t number, const void *data, size_t len, void *user)
{
    Containers *containers = user;
    g_autoptr(Container) container = container_record_read(number, data, len);
    g_autofree char *key = container ? key_of(&container->paths, container->id) : NULL;
    Entry *entry;

    if (!container || g_hash_table_size(containers->by_key) >= containers->max ||
        g_hash_table_contains(containers->by_key, key))
        return false;
    containers->last = MAX(containers->last, number);
    entry = add(containers, g_steal_pointer(&container), g_steal_pointer(&key));
    entry->kept_reads = entry->container->reads;
    entry->kept = g_get_monotonic_time();
    return true;
}

void
containers_keep(Containers *containers, Shelf *shelf)
{
    containers->last = MAX(containers->last, facts_get(shelf, FACT_CONTAINER));
    shelf_foreach(shelf, SHELF_CONTAINER, take_up, containers);
    containers->shelf = shelf;
}

void
containers_told(Containers *containers, const Container *container)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&containers->lock);
    Entry *entry = g_hash_table_lookup(containers->by_number, &container->number);

    if (entry && containers->shelf)
        keep(containers, entry);
}

/* The one not looked at for longest; the caller unrefs. */
static Container *
next_to_look_at(Containers *containers)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&containers->lock);
    GList *link = g_queue_pop_tail_link(&containers->by_look);

    if (!link)
        return NULL;
    g_queue_push_head_link(&containers->by_look, link);
    return container_ref(((Entry *)link->data)->container);
}

static void
forget_number(Containers *containers, uint64_t number)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&containers->lock);
    Entry *entry = g_hash_table_lookup(containers->by_number, &number);

    if (entry)
        forget(containers, entry);
}

/* Each new container is the occasion to look at two others, so that the dead do not outnumber the
 * living. */
static void
forget_the_dead(Containers *containers)
{
    for (int i = 0; i < 2; i++) {
        g_autoptr(Container) container = next_to_look_at(containers);
        g_autoptr(GError) problem = NULL;

        if (container && !container_is_there(containers->layout, container, &problem) &&
            g_error_matches(problem, READ_ERROR, READ_ERROR_GONE))
            forget_number(containers, container->number);
    }
}

Container *
containers_enter(Containers *containers, const CgroupPaths *paths, GError **error)
{
    g_autofree char *key = NULL;
    Container *container;
    bool is_new;
    Entry *entry;
    uint64_t id;

    if (!cgroup_container_id(containers->layout, paths, &id, error))
        return NULL;
    key = key_of(paths, id);
    g_mutex_lock(&containers->lock);
    entry = g_hash_table_lookup(containers->by_key, key);
    is_new = !entry;
    if (is_new)
        entry = add_new(containers, paths, id, g_steal_pointer(&key));
    container = use(containers, entry);
    g_mutex_unlock(&containers->lock);
    if (is_new)
        forget_the_dead(containers);
    return container;
}

Container *
containers_find(Containers *containers, uint64_t number)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&containers->lock);
    Entry *entry = g_hash_table_lookup(containers->by_number, &number);

    return entry ? use(containers, entry) : NULL;
}

GPtrArray *
containers_list(Containers *containers)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&containers->lock);
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)container_unref);

    for (GList *link = containers->by_use.head; link; link = link->next)
        g_ptr_array_add(list, container_ref(((Entry *)link->data)->container));
    return list;
}

Cache *
containers_cpus(const Containers *containers)
{
    return containers->cpus;
}

bool
container_is_there_in(const CgroupLayout *layout, Container *container, uint64_t tick,
                      GError **error)
{
    CgroupsSeen seen;

    if (cgroups_known_are_its(&container->known, tick, &seen))
        return true;
    if (!container_is_there(layout, container, error))
        return false;
    cgroups_known_prove(&container->known, &seen);
    return true;
}

bool
container_is_there(const CgroupLayout *layout, const Container *container, GError **error)
{
    uint64_t id;

    if (!cgroup_container_id(layout, &container->paths, &id, error))
        return false;
    if (id == container->id)
        return true;
    g_set_error(error, READ_ERROR, READ_ERROR_GONE,
                "another container has taken its cgroup's path");
    return false;
}
