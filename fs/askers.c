/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/askers.h"

#include "common/fd.h"

/* Each holds file descriptors, as a rule those of fs/reader/known.h. */
#define ASKERS_PERCENT 6
#define ASKERS_MAX 256

struct Askers {
    AskersConfig config;
    unsigned max;
    GMutex lock;        /* guards all below */
    GHashTable *by_tid; /* owns those who asked in @tick, by thread id */
    uint64_t tick;
};

static void
asker_clear(void *data)
{
    Asker *asker = data;

    if (asker->is_anybody)
        asker->reader.container = (CgroupPaths){0}; /* they were the container's */
    reader_clear(&asker->reader);
    g_clear_pointer(&asker->container, container_unref);
}

void
asker_unref(Asker *asker)
{
    g_atomic_rc_box_release_full(asker, asker_clear);
}

static void
forget(gpointer asker)
{
    asker_unref(asker);
}

static GHashTable *
table_new(void)
{
    return g_hash_table_new_full(NULL, NULL, NULL, forget);
}

Askers *
askers_new(const AskersConfig *config)
{
    Askers *askers = g_new0(Askers, 1);

    askers->config = *config;
    askers->max = fd_percent_of_limit(ASKERS_PERCENT, ASKERS_MAX);
    g_mutex_init(&askers->lock);
    askers->by_tid = table_new();
    return askers;
}

void
askers_free(Askers *askers)
{
    if (!askers)
        return;
    g_hash_table_unref(askers->by_tid);
    g_mutex_clear(&askers->lock);
    g_free(askers);
}

/* Who asked in an earlier tick is forgotten, and so are all if there are too many. */
static void
remember(Askers *askers, pid_t tid, Asker *asker)
{
    /* Freed without the lock: that may close files. */
    g_autoptr(GHashTable) old = NULL;
    g_autoptr(Asker) before = NULL;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&askers->lock);

    if (asker->tick < askers->tick)
        return;
    if (asker->tick > askers->tick || g_hash_table_size(askers->by_tid) >= askers->max) {
        old = askers->by_tid;
        askers->by_tid = table_new();
        askers->tick = asker->tick;
    }
    (void)g_hash_table_steal_extended(askers->by_tid, GINT_TO_POINTER(tid), NULL,
                                      (gpointer *)&before);
    (void)g_hash_table_insert(askers->by_tid, GINT_TO_POINTER(tid), g_atomic_rc_box_acquire(asker));
}

/* Who @tid was in @tick; the caller unrefs.  NULL if that is not known. */
static Asker *
find(Askers *askers, pid_t tid, uint64_t tick)
{
    Asker *asker = NULL;

    g_mutex_lock(&askers->lock);
    if (askers->tick == tick)
        asker = g_hash_table_lookup(askers->by_tid, GINT_TO_POINTER(tid));
    if (asker)
        (void)g_atomic_rc_box_acquire(asker);
    g_mutex_unlock(&askers->lock);
    return asker;
}

Asker *
asker_new(Container *container, int64_t boottime_offset)
{
    Asker *asker = g_atomic_rc_box_new0(Asker);

    asker->reader = (Reader){.pid_dir = -1, .init_dir = -1};
    asker->reader.container = container->paths; /* he has none of his own, and they never change */
    asker->reader.known = &container->known;
    asker->is_anybody = true;
    asker->container = container_ref(container);
    asker->boottime_offset = boottime_offset;
    asker->offset_known = true;
    return asker;
}

Asker *
askers_identify(Askers *askers, pid_t tid, uint64_t now, GError **error)
{
    g_autoptr(Asker) asker = g_atomic_rc_box_new0(Asker);

    asker->reader = (Reader){.pid_dir = -1, .init_dir = -1};
    asker->tick = tick_enter(askers->config.tick, now); /* before the look: it lasts no longer */
    asker->linux32 = -1;
    if (!reader_identify(askers->config.readers, tid, &asker->reader, error))
        return NULL;
    if (!asker->reader.is_host) {
        asker->container =
            containers_enter(askers->config.containers, &asker->reader.container, error);
        if (!asker->container)
            return NULL;
        asker->reader.known = &asker->container->known;
        cgroups_known_renew(asker->reader.known, asker->tick);
    }
    /* Who was of the host a moment ago may have entered a container since: never the host's numbers
     * there, not for a moment. */
    if (asker->tick != 0 && asker->container)
        remember(askers, tid, asker);
    return g_steal_pointer(&asker);
}

Asker *
askers_recall(Askers *askers, pid_t tid, uint64_t now, GError **error)
{
    uint64_t tick = tick_enter(askers->config.tick, now);
    g_autoptr(Asker) asker = tick == 0 ? NULL : find(askers, tid, tick);

    if (asker && reader_is_alive(&asker->reader))
        return g_steal_pointer(&asker);
    return askers_identify(askers, tid, now, error);
}

bool
asker_boottime_offset(Readers *readers, Asker *asker, int64_t *ret_usec, GError **error)
{
    if (!__atomic_load_n(&asker->offset_known, __ATOMIC_ACQUIRE)) {
        int64_t offset;

        if (!reader_boottime_offset(readers, &asker->reader, &offset, error))
            return false;
        __atomic_store_n(&asker->boottime_offset, offset, __ATOMIC_RELAXED);
        __atomic_store_n(&asker->offset_known, true, __ATOMIC_RELEASE);
    }
    *ret_usec = __atomic_load_n(&asker->boottime_offset, __ATOMIC_RELAXED);
    return true;
}

bool
asker_is_linux32(Asker *asker)
{
    int linux32 = __atomic_load_n(&asker->linux32, __ATOMIC_RELAXED);

    if (linux32 < 0) {
        linux32 = reader_is_linux32(&asker->reader);
        __atomic_store_n(&asker->linux32, linux32, __ATOMIC_RELAXED);
    }
    return linux32 > 0;
}

uint64_t
asker_number(const Asker *asker)
{
    return asker && asker->container ? asker->container->number : 0;
}
