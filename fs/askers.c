/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/askers.h"

#include "common/cache.h"

#include <fcntl.h>
#include <unistd.h>

/* Each holds up to two file descriptors. */
#define ASKERS_MAX 256

struct Askers {
    AskersConfig config;
    Cache *recent; /* by thread id */
};

static void
asker_clear(void *data)
{
    Asker *asker = data;

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

static bool
acquire(const void *value, void *ret)
{
    *(Asker **)ret = g_atomic_rc_box_acquire((Asker *)value); /* only its count of users changes */
    return true;
}

static const CacheKind recent_askers = {ASKERS_MAX, G_USEC_PER_SEC, forget, acquire};

Askers *
askers_new(const AskersConfig *config)
{
    Askers *askers = g_new0(Askers, 1);

    askers->config = *config;
    askers->recent = cache_new(&recent_askers);
    return askers;
}

void
askers_free(Askers *askers)
{
    if (!askers)
        return;
    cache_free(askers->recent);
    g_free(askers);
}

Asker *
asker_new(Container *container, int64_t boottime_offset)
{
    Asker *asker = g_atomic_rc_box_new0(Asker);

    asker->reader = (Reader){.pid_dir = -1, .init_dir = -1};
    cgroup_paths_copy(&container->paths, &asker->reader.container);
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
    }
    /* Who was of the host a moment ago may have entered a container since: never the host's numbers
     * there, not for a moment. */
    if (asker->tick != 0 && asker->container)
        cache_put(askers->recent, (uint64_t)tid, now, g_atomic_rc_box_acquire(asker));
    return g_steal_pointer(&asker);
}

/* Below the directory of a process nothing is found once it has ended, whoever has its number. */
static bool
is_alive(const Reader *reader)
{
    return reader->pid_dir < 0 || faccessat(reader->pid_dir, "stat", F_OK, 0) == 0;
}

Asker *
askers_recall(Askers *askers, pid_t tid, uint64_t now, GError **error)
{
    uint64_t tick = tick_enter(askers->config.tick, now);
    g_autoptr(Asker) asker = NULL;

    if (tick != 0 && cache_get(askers->recent, (uint64_t)tid, now, &asker) && asker->tick == tick &&
        is_alive(&asker->reader))
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
