/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/history.h"

#include "common/number.h"
#include "fs/cpu_record.h"

/* A sample that lies behind the last one by less than this was taken earlier and merely arrives
 * late; one that lies behind by its counters for longer means that somebody has reset them
 * (cpuacct.usage of v1 can be written). */
#define LATE_USEC G_USEC_PER_SEC

typedef struct {
    uint64_t id; /* CgroupCpu.id; the key */
    CpuView view;
    GList by_use; /* link in History.by_use; data is the entry */
} Entry;

struct History {
    Shelf *shelf;      /* NULL: nothing is kept */
    GMutex lock;       /* guards all below; nothing that could wait is done under it */
    GHashTable *by_id; /* owns the entries */
    GQueue by_use;     /* used last comes first */
    unsigned max;
    Counters *counters;               /* has a lock of its own */
    const CgroupHierarchy *hierarchy; /* whose cgroups the ids are of; NULL: nobody knows */
};

/* A container has its events, the total of its disks, and a few disks. */
#define COUNTERS_PER_CONTAINER 8u

static void
entry_free(gpointer data)
{
    Entry *entry = data;

    cpu_view_clear(&entry->view);
    g_free(entry);
}

History *
history_new(unsigned max_containers)
{
    History *history = g_new0(History, 1);

    g_mutex_init(&history->lock);
    history->by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, entry_free);
    g_queue_init(&history->by_use);
    history->max = max_containers;
    history->counters = counters_new(max_containers * COUNTERS_PER_CONTAINER);
    return history;
}

void
history_free(History *history)
{
    if (!history)
        return;
    counters_free(history->counters);
    g_hash_table_unref(history->by_id);
    g_mutex_clear(&history->lock);
    g_free(history);
}

static Entry *
entry_add(History *history, uint64_t id)
{
    Entry *entry = g_new0(Entry, 1);

    entry->id = id;
    entry->by_use.data = entry;
    g_hash_table_insert(history->by_id, &entry->id, entry);
    g_queue_push_head_link(&history->by_use, &entry->by_use);
    return entry;
}

static void
entry_remove(History *history, Entry *entry)
{
    shelf_drop(history->shelf, (ShelfKey){SHELF_CPU_TIME, entry->id});
    g_queue_unlink(&history->by_use, &entry->by_use);
    (void)g_hash_table_remove(history->by_id, &entry->id);
}

static void
forget_unused(History *history)
{
    while (g_hash_table_size(history->by_id) > history->max)
        entry_remove(history, g_queue_peek_tail(&history->by_use));
}

static Entry *
entry_use(History *history, uint64_t id, bool *ret_new)
{
    Entry *entry = g_hash_table_lookup(history->by_id, &id);

    *ret_new = !entry;
    if (!entry) {
        entry = entry_add(history, id);
        forget_unused(history);
    } else {
        g_queue_unlink(&history->by_use, &entry->by_use);
        g_queue_push_head_link(&history->by_use, &entry->by_use);
    }
    return entry;
}

/* Two threads that read one container may arrive here in the other order than they took their
 * samples. */
static bool
is_late(const CpuView *view, const CgroupCpu *cpu, uint64_t elapsed)
{
    if (view->n_seen == 0)
        return false;
    if (elapsed < view->elapsed)
        return true;
    return (cpu->user < view->last.user || cpu->system < view->last.system) &&
           elapsed - view->elapsed < LATE_USEC;
}

/* The id unused longest, which then counts as used. */
static bool
oldest_id(History *history, uint64_t *ret)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&history->lock);
    GList *link = g_queue_pop_tail_link(&history->by_use);

    if (!link)
        return false;
    g_queue_push_head_link(&history->by_use, link);
    *ret = ((Entry *)link->data)->id;
    return true;
}

static void
forget(History *history, uint64_t id)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&history->lock);
    Entry *entry = g_hash_table_lookup(history->by_id, &id);

    if (entry)
        entry_remove(history, entry);
}

/* Each new container is the occasion to look at two others, so that the dead do not outnumber the
 * living.  An id with the highest bit is the complement of another hierarchy's (fs/source). */
static void
forget_the_dead(History *history)
{
    uint64_t id;

    for (int i = 0; history->hierarchy && i < 2 && oldest_id(history, &id); i++)
        if (!(id >> 63) && cgroup_layout_lost(history->hierarchy, id))
            forget(history, id);
}

static void
keep(History *history, const Entry *entry)
{
    g_auto(RecordWriter) writer = {.more = NULL};

    if (!history->shelf)
        return;
    cpu_record_write(&entry->view, &writer);
    record_keep(&writer, history->shelf, (ShelfKey){SHELF_CPU_TIME, entry->id});
}

/* A ShelfVisit. */
static bool
take_up(uint64_t id, const void *data, size_t len, void *user)
{
    History *history = user;
    g_auto(CpuView) view = {0};

    if (!cpu_record_read(data, len, &view) || g_hash_table_size(history->by_id) >= history->max)
        return false;
    entry_add(history, id)->view = view;
    view = (CpuView){0};
    return true;
}

void
history_keep(History *history, Shelf *shelf)
{
    shelf_foreach(shelf, SHELF_CPU_TIME, take_up, history);
    history->shelf = shelf;
    counters_keep(history->counters, shelf);
}

void
history_advance(History *history, const Snapshot *snapshot, const CpuSet *shown, CpuView *ret)
{
    uint64_t elapsed = number_sub(snapshot->now, snapshot->born);
    Entry *entry;
    bool is_new;

    g_mutex_lock(&history->lock);
    entry = entry_use(history, snapshot->cpu.id, &is_new);
    if (!is_late(&entry->view, &snapshot->cpu, elapsed)) {
        cpu_view_advance(&entry->view, &snapshot->cpu, shown, elapsed);
        keep(history, entry);
    }
    cpu_view_copy(&entry->view, ret);
    g_mutex_unlock(&history->lock);
    if (is_new)
        forget_the_dead(history);
}

Counters *
history_counters(History *history)
{
    return history->counters;
}

unsigned
history_size(History *history)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&history->lock);

    return g_hash_table_size(history->by_id);
}

void
history_watch(History *history, const CgroupLayout *layout)
{
    history->hierarchy = &layout->controllers[CGROUP_CPUACCT];
    counters_watch(history->counters, layout);
}
