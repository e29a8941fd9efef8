/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/loads_private.h"

#include "common/error.h"
#include "common/number.h"

/* Readers share a sample that is not older than this, nor than some 400 times what it takes to ask
 * the threads: whoever reads in a loop costs no more than that fraction of a CPU. */
#define FRESH_USEC G_USEC_PER_SEC
#define FRESH_USEC_PER_THREAD 1000u

static void
load_clear(gpointer data)
{
    Load *load = data;

    cgroup_paths_clear(&load->container);
}

Load *
load_new(uint64_t id)
{
    Load *load = g_atomic_rc_box_new0(Load);

    load->id = id;
    load->by_use.data = load;
    return load;
}

void
load_unref(gpointer load)
{
    g_atomic_rc_box_release_full(load, load_clear);
}

Loads *
loads_new(const Sources *sources, unsigned max_containers)
{
    Loads *loads = g_new0(Loads, 1);

    loads->sources = *sources;
    loads->max = max_containers;
    g_mutex_init(&loads->lock);
    g_cond_init(&loads->changed);
    g_queue_init(&loads->by_use);
    loads->by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, load_unref);
    return loads;
}

void
loads_stop(Loads *loads)
{
    g_mutex_lock(&loads->lock);
    loads->stop = true;
    g_cond_signal(&loads->changed);
    g_mutex_unlock(&loads->lock);
    if (loads->thread)
        (void)g_thread_join(g_steal_pointer(&loads->thread));
}

void
loads_free(Loads *loads)
{
    if (!loads)
        return;
    loads_stop(loads);
    g_hash_table_unref(loads->by_id);
    g_cond_clear(&loads->changed);
    g_mutex_clear(&loads->lock);
    g_free(loads);
}

void
load_forget(Loads *loads, Load *load)
{
    if (g_hash_table_lookup(loads->by_id, &load->id) != load)
        return; /* somebody else was faster */
    shelf_drop(loads->shelf, (ShelfKey){SHELF_LOAD, load->id});
    loads->n_averaged -= load->averaged;
    g_queue_unlink(&loads->by_use, &load->by_use);
    g_hash_table_remove(loads->by_id, &load->id);
}

void
load_enter(Loads *loads, Load *load)
{
    g_hash_table_insert(loads->by_id, &load->id, load);
    g_queue_push_head_link(&loads->by_use, &load->by_use);
}

/* Under the lock. */
static Load *
load_add(Loads *loads, uint64_t id, const CgroupPaths *container)
{
    Load *load;

    if (g_hash_table_size(loads->by_id) >= loads->max)
        load_forget(loads, g_queue_peek_tail(&loads->by_use));
    load = load_new(id);
    cgroup_paths_copy(container, &load->container);
    load_enter(loads, load);
    return load;
}

static Load *
load_use(Loads *loads, Load *load)
{
    g_queue_unlink(&loads->by_use, &load->by_use);
    g_queue_push_head_link(&loads->by_use, &load->by_use);
    return g_atomic_rc_box_acquire(load);
}

/* The one unused longest, which then counts as used. */
static Load *
load_oldest(Loads *loads)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&loads->lock);

    return loads->by_use.tail ? load_use(loads, loads->by_use.tail->data) : NULL;
}

/* A container that is started again may get the path of the one that ended. */
static bool
load_lives(Loads *loads, const Load *load)
{
    g_autoptr(GError) problem = NULL;
    uint64_t id;

    if (tasks_id(&(Cgroups){loads->sources.layout, &load->container}, &id, &problem))
        return id == load->id;
    return !g_error_matches(problem, READ_ERROR, READ_ERROR_GONE);
}

/* Each new container is the occasion to look at two others, so that the dead do not outnumber the
 * living.  Those with averages are looked at anyway. */
static void
forget_the_dead(Loads *loads)
{
    for (int i = 0; i < 2; i++) {
        g_autoptr(Load) load = load_oldest(loads);

        if (!load || load_lives(loads, load))
            continue;
        g_mutex_lock(&loads->lock);
        load_forget(loads, load);
        g_mutex_unlock(&loads->lock);
    }
}

static Load *
load_find(Loads *loads, uint64_t id, const CgroupPaths *container)
{
    bool is_new;
    Load *load;

    g_mutex_lock(&loads->lock);
    load = g_hash_table_lookup(loads->by_id, &id);
    is_new = !load;
    load = load_use(loads, load ? load : load_add(loads, id, container));
    g_mutex_unlock(&loads->lock);
    if (is_new)
        forget_the_dead(loads);
    return load;
}

bool
load_sample(Loads *loads, Load *load, uint64_t now, unsigned *n_asked, GError **error)
{
    TaskSample sample;
    bool ok;

    g_mutex_lock(&loads->lock);
    sample = load->sample;
    load->sample.asker = 0; /* the next time it is done for another */
    g_mutex_unlock(&loads->lock);
    ok = tasks_sample(loads->sources.root_fd, loads->sources.layout, &load->container, &sample,
                      error);
    g_mutex_lock(&loads->lock);
    if (ok && now >= load->sampled) {
        sample.asker = 0;
        load->sample = sample;
        load->sampled = now;
        load_keep(loads, load);
    }
    g_mutex_unlock(&loads->lock);
    *n_asked = ok ? sample.n_asked : 0;
    return ok;
}

unsigned
loads_size(Loads *loads)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&loads->lock);

    return g_hash_table_size(loads->by_id);
}

unsigned
loads_averaged(Loads *loads)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&loads->lock);

    return loads->n_averaged;
}

void
loads_start(Loads *loads)
{
    if (!loads->thread)
        loads->thread = g_thread_try_new("loads", loads_run, loads, NULL);
    g_cond_signal(&loads->changed);
}

static bool
read_past(Loads *loads, const Reader *reader, uint64_t now, LoadPast *ret, GError **error)
{
    g_auto(Snapshot) snapshot = {0};
    const CgroupCpu *cpu = &snapshot.cpu;
    uint64_t born;

    if (!reader_born(loads->sources.readers, reader, &born, error) ||
        !snapshot_take(&loads->sources, reader, NEED_CPUS, now, &snapshot, error))
        return false;
    ret->age_usec = number_sub(now, born);
    ret->milli_cpus = cpuset_count(&cpu->cpus) * UINT64_C(1000);
    if (cpu->quota != CGROUP_NO_LIMIT)
        ret->milli_cpus = MIN(ret->milli_cpus, number_mul_div(cpu->quota, 1000, cpu->period));
    return true;
}

/* Begins a container's averages.  Without a thread (no more can be made) they stay as they begin,
 * until the next container's are. */
static bool
load_average(Loads *loads, Load *load, const Reader *reader, uint64_t now, GError **error)
{
    bool known;
    LoadPast past;

    g_mutex_lock(&loads->lock);
    known = load->averaged;
    g_mutex_unlock(&loads->lock);
    if (known)
        return true;
    if (!read_past(loads, reader, now, &past, error))
        return false;
    g_mutex_lock(&loads->lock);
    if (!load->averaged && g_hash_table_lookup(loads->by_id, &load->id) == load) {
        past.running = load->sample.running;
        past.blocked = load->sample.blocked;
        past.usage_usec = load->sample.usage_usec;
        load_view_begin(&load->view, &past);
        load->averaged = true;
        if (loads->n_averaged++ == 0)
            loads->next = g_get_monotonic_time() + (gint64)LOAD_VIEW_PERIOD_USEC;
        load_keep(loads, load);
        loads_start(loads);
    }
    g_mutex_unlock(&loads->lock);
    return true;
}

/* Under the lock. */
static bool
is_fresh(const Load *load, uint64_t now)
{
    uint64_t fresh = MAX(FRESH_USEC, number_mul(load->sample.threads, FRESH_USEC_PER_THREAD));

    return load->sample.known && now >= load->sampled && now - load->sampled < fresh;
}

/* Who asks, and how deep his pid namespace is; both 0 if nobody does. */
typedef struct {
    pid_t tid;
    unsigned level;
} LoadAsker;

static bool
load_refresh(Loads *loads, Load *load, uint64_t now, LoadAsker asker, GError **error)
{
    unsigned n_asked;
    bool fresh;

    g_mutex_lock(&loads->lock);
    if (load->sample.level == 0)
        load->sample.level = asker.level;
    load->sample.asker = asker.tid;
    fresh = is_fresh(load, now);
    g_mutex_unlock(&loads->lock);
    return fresh || load_sample(loads, load, now, &n_asked, error);
}

bool
loads_read(Loads *loads, const Reader *reader, unsigned needs, uint64_t now, LoadView *ret,
           GError **error)
{
    g_autoptr(Load) load = NULL;
    LoadAsker asker = {.tid = reader->tid};
    const Cgroups cgroups = {.layout = loads->sources.layout,
                             .container = &reader->container,
                             .tick = tick_enter(loads->sources.tick, now),
                             .known = reader->known};
    uint64_t id, number = 0;

    if (!tasks_id(&cgroups, &id, error))
        return false;
    load = load_find(loads, id, &reader->container);
    if (needs & NEED_LOAD)
        reader_number(reader, &asker.level, &number);
    if (!load_refresh(loads, load, now, asker, error) ||
        ((needs & NEED_LOAD) && !load_average(loads, load, reader, now, error)))
        return false;
    g_mutex_lock(&loads->lock);
    *ret = load->view;
    ret->running = load->sample.running;
    ret->blocked = load->sample.blocked;
    ret->threads = load->sample.threads;
    ret->last_pid = MAX(load->sample.last_pid, number); /* the reader may be the newest himself */
    g_mutex_unlock(&loads->lock);
    return true;
}
