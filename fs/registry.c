/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/registry_private.h"

#include "common/error.h"
#include "fs/survive/facts.h"

#include <string.h>

/* clang-format off: it would put spaces round the hyphens. */
G_DEFINE_QUARK(registry - error - quark, registry_error)
/* clang-format on */

static void
registered_clear(void *data)
{
    Registered *registered = data;

    g_free(registered->name);
    cgroup_paths_clear(&registered->paths);
    g_clear_pointer(&registered->container, container_unref);
}

Registered *
registered_new(uint64_t number)
{
    Registered *registered = g_atomic_rc_box_new0(Registered);

    registered->number = number;
    return registered;
}

Registered *
registered_ref(Registered *registered)
{
    return g_atomic_rc_box_acquire(registered);
}

void
registered_unref(Registered *registered)
{
    g_atomic_rc_box_release_full(registered, registered_clear);
}

static void
unref_data(gpointer registered)
{
    registered_unref(registered);
}

Registry *
registry_new(const CgroupLayout *layout, Containers *containers, unsigned max, uint64_t first)
{
    Registry *registry = g_new0(Registry, 1);

    g_mutex_init(&registry->lock);
    registry->layout = layout;
    registry->containers = containers;
    registry->max = max;
    registry->by_number = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, unref_data);
    registry->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    g_queue_init(&registry->by_look);
    registry->last = first;
    return registry;
}

void
registry_free(Registry *registry)
{
    if (!registry)
        return;
    g_hash_table_unref(registry->by_name);
    g_hash_table_unref(registry->by_number);
    g_mutex_clear(&registry->lock);
    g_free(registry);
}

static bool
is_name_byte(char c)
{
    return g_ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
}

bool
registry_name_is_valid(const char *name)
{
    size_t len = 0;

    while (is_name_byte(name[len]))
        len++;
    return len > 0 && len <= REGISTRY_NAME_MAX && name[len] == '\0' && name[0] != '.';
}

Registered *
registry_find(Registry *registry, uint64_t number)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&registry->lock);
    Registered *registered = g_hash_table_lookup(registry->by_number, &number);

    return registered ? registered_ref(registered) : NULL;
}

Registered *
registry_find_name(Registry *registry, const char *name)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&registry->lock);
    Registered *registered = g_hash_table_lookup(registry->by_name, name);

    return registered ? registered_ref(registered) : NULL;
}

unsigned
registry_size(Registry *registry)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&registry->lock);

    return g_hash_table_size(registry->by_number);
}

/* Under the lock.  For good: a number that is not in the registry never comes again. */
static void
bury(Registry *registry, Registered *registered)
{
    registered->state = REGISTERED_DEAD;
    if (!registered->by_look.data)
        return;
    shelf_drop(registry->shelf, (ShelfKey){SHELF_NAME, registered->number});
    g_queue_unlink(&registry->by_look, &registered->by_look);
    registered->by_look.data = NULL;
    (void)g_hash_table_remove(registry->by_name, registered->name);
    (void)g_hash_table_remove(registry->by_number, &registered->number); /* frees it at last */
}

bool
registry_remove(Registry *registry, const char *name)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&registry->lock);
    Registered *registered = g_hash_table_lookup(registry->by_name, name);

    if (registered)
        bury(registry, registered);
    return registered != NULL;
}

/* What is known without a look; the caller unrefs *@ret, which may be NULL. */
static RegisteredState
known_state(Registry *registry, Registered *registered, Container **ret)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&registry->lock);

    *ret = registered->container ? container_ref(registered->container) : NULL;
    return registered->state;
}

/* Two may find it at once: the first counts for ever. */
static RegisteredState
come_alive(Registry *registry, Registered *registered, Container *container)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&registry->lock);

    if (registered->state == REGISTERED_PENDING) {
        registered->state = REGISTERED_LIVE;
        registered->container = container_ref(container);
        registry_keep_one(registry, registered);
    }
    return registered->state;
}

static RegisteredState
die(Registry *registry, Registered *registered)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&registry->lock);

    bury(registry, registered);
    return REGISTERED_DEAD;
}

RegisteredState
registry_look(Registry *registry, Registered *registered)
{
    g_autoptr(Container) container = NULL, found = NULL;
    g_autoptr(GError) problem = NULL;
    RegisteredState state = known_state(registry, registered, &container);

    switch (state) {
    case REGISTERED_PENDING:
        found = containers_enter(registry->containers, &registered->paths, NULL);
        return found ? come_alive(registry, registered, found) : REGISTERED_PENDING;
    case REGISTERED_LIVE:
        if (container_is_there(registry->layout, container, &problem) ||
            !g_error_matches(problem, READ_ERROR, READ_ERROR_GONE))
            return REGISTERED_LIVE;
        return die(registry, registered);
    default:
        return state;
    }
}

Container *
registry_container(Registry *registry, Registered *registered, GError **error)
{
    g_autoptr(Container) container = NULL;
    RegisteredState state = known_state(registry, registered, &container);

    if (state == REGISTERED_PENDING && registry_look(registry, registered) == REGISTERED_LIVE)
        state = known_state(registry, registered, &container);
    if (state == REGISTERED_LIVE)
        return g_steal_pointer(&container);
    g_set_error(error, READ_ERROR, READ_ERROR_GONE, "the cgroup of %s %s", registered->name,
                state == REGISTERED_PENDING ? "does not exist yet" : "is gone");
    return NULL;
}

static gint
by_number(gconstpointer a, gconstpointer b)
{
    const Registered *one = *(Registered *const *)a, *other = *(Registered *const *)b;

    return one->number < other->number ? -1 : one->number > other->number;
}

GPtrArray *
registry_all(Registry *registry)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&registry->lock);
    GPtrArray *list = g_ptr_array_new_with_free_func(unref_data);

    for (GList *link = registry->by_look.head; link; link = link->next)
        g_ptr_array_add(list, registered_ref(link->data));
    return list;
}

GPtrArray *
registry_list(Registry *registry)
{
    GPtrArray *list = registry_all(registry);

    for (guint i = list->len; i-- > 0;)
        if (registry_look(registry, list->pdata[i]) == REGISTERED_DEAD)
            (void)g_ptr_array_remove_index_fast(list, i);
    g_ptr_array_sort(list, by_number);
    return list;
}

/* The one not looked at for longest; the caller unrefs. */
static Registered *
next_to_look_at(Registry *registry)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&registry->lock);
    GList *link = g_queue_pop_tail_link(&registry->by_look);

    if (!link)
        return NULL;
    g_queue_push_head_link(&registry->by_look, link);
    return registered_ref(link->data);
}

/* So that the dead do not outnumber the living; all of them if there is no room. */
static void
forget_the_dead(Registry *registry)
{
    unsigned n = registry_size(registry);

    for (unsigned i = 0; i < (n < registry->max ? 2 : n); i++) {
        g_autoptr(Registered) registered = next_to_look_at(registry);

        if (registered)
            (void)registry_look(registry, registered);
    }
}

void
registry_enter(Registry *registry, Registered *registered)
{
    registered->by_look.data = registered;
    (void)g_hash_table_insert(registry->by_number, &registered->number, registered);
    (void)g_hash_table_insert(registry->by_name, registered->name, registered);
    g_queue_push_head_link(&registry->by_look, &registered->by_look);
}

/* NULL without an error if somebody has taken the name meanwhile.  That a number was given is kept
 * before anything else. */
static Registered *
insert(Registry *registry, const Registration *what, GError **error)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&registry->lock);
    Registered *registered;

    if (g_hash_table_contains(registry->by_name, what->name))
        return NULL;
    if (g_hash_table_size(registry->by_number) >= registry->max) {
        g_set_error(error, REGISTRY_ERROR, REGISTRY_ERROR_FULL,
                    "%u containers are registered, more are not possible", registry->max);
        return NULL;
    }
    registered = registered_new(++registry->last);
    registered->name = g_strdup(what->name);
    cgroup_paths_copy(what->paths, &registered->paths);
    registered->boottime_offset = what->boottime_offset;
    registry_enter(registry, registered);
    facts_set(registry->shelf, FACT_REGISTERED, registry->last);
    registry_keep_one(registry, registered);
    return registered_ref(registered);
}

static bool
paths_are_equal(const CgroupPaths *a, const CgroupPaths *b)
{
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (g_strcmp0(a->v1[i], b->v1[i]) != 0)
            return false;
    return g_strcmp0(a->unified, b->unified) == 0;
}

/* Who says the same again is told the same. */
static Registered *
same_again(Registered *registered, const Registration *what, GError **error)
{
    if (paths_are_equal(&registered->paths, what->paths) &&
        registered->boottime_offset == what->boottime_offset)
        return registered_ref(registered);
    g_set_error(error, REGISTRY_ERROR, REGISTRY_ERROR_EXISTS,
                "another container is registered as %s", what->name);
    return NULL;
}

Registered *
registry_add(Registry *registry, const Registration *what, GError **error)
{
    Registered *registered = NULL;
    GError *problem = NULL;

    g_assert(registry_name_is_valid(what->name));
    forget_the_dead(registry);
    while (!registered && !problem) {
        g_autoptr(Registered) other = registry_find_name(registry, what->name);

        if (other && registry_look(registry, other) != REGISTERED_DEAD)
            return same_again(other, what, error);
        registered = insert(registry, what, &problem);
    }
    if (problem)
        g_propagate_error(error, problem);
    else
        (void)registry_look(registry, registered); /* usually its cgroup is there */
    return registered;
}
