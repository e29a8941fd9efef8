/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The thread that lets the averages go on. */

#include "fs/loads_private.h"

#include "common/clock.h"
#include "common/error.h"
#include "common/log.h"

/* How many threads may be asked at one advance, in all containers: some 30 ms.  Those that are left
 * out stay as they were and are the first the next time. */
#define ASK_MAX 8192u

static gint
by_sampled(gconstpointer a, gconstpointer b)
{
    const Load *first = *(Load *const *)a, *second = *(Load *const *)b;

    return (first->sampled > second->sampled) - (first->sampled < second->sampled);
}

/* Those with averages, the one sampled longest ago first. */
static GPtrArray *
averaged_loads(Loads *loads)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&loads->lock);
    GPtrArray *all = g_ptr_array_new_with_free_func(load_unref);

    for (const GList *link = loads->by_use.head; link; link = link->next)
        if (((Load *)link->data)->averaged)
            g_ptr_array_add(all, g_atomic_rc_box_acquire(link->data));
    g_ptr_array_sort(all, by_sampled);
    return all;
}

static void
load_advance(Loads *loads, Load *load, uint64_t periods)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&loads->lock);

    load->view.running = load->sample.running;
    load->view.blocked = load->sample.blocked;
    load_view_advance(&load->view, periods);
    load_keep(loads, load);
}

/* False if the container has ended.  One that cannot be looked at goes on as it was. */
static bool
load_look(Loads *loads, Load *load, uint64_t now, unsigned *n_asked)
{
    g_autoptr(GError) problem = NULL;

    if (load_sample(loads, load, now, n_asked, &problem))
        return true;
    if (!g_error_matches(problem, READ_ERROR, READ_ERROR_GONE)) {
        log_limited(G_LOG_LEVEL_WARNING, "load", "load average: %s", problem->message);
        return true;
    }
    g_mutex_lock(&loads->lock);
    load_forget(loads, load);
    g_mutex_unlock(&loads->lock);
    return false;
}

void
loads_advance(Loads *loads, uint64_t now, uint64_t periods)
{
    g_autoptr(GPtrArray) all = averaged_loads(loads);
    unsigned left = ASK_MAX, n_asked;

    for (guint i = 0; i < all->len; i++) {
        Load *load = g_ptr_array_index(all, i);

        n_asked = 0;
        if (left > 0 && !load_look(loads, load, now, &n_asked))
            continue;
        left -= MIN(left, n_asked);
        load_advance(loads, load, periods);
    }
}

/* Under the lock, but while it waits.  How many periods have passed; 0 to end.  Waits for the clock
 * that stands still while the machine is suspended, as the kernel's own averages do. */
static uint64_t
wait_for_period(Loads *loads)
{
    uint64_t periods;

    while (!loads->stop) {
        if (loads->n_averaged == 0) {
            g_cond_wait(&loads->changed, &loads->lock);
        } else if (!g_cond_wait_until(&loads->changed, &loads->lock, loads->next)) {
            periods = 1 + (uint64_t)(g_get_monotonic_time() - loads->next) / LOAD_VIEW_PERIOD_USEC;
            loads->next += (gint64)(periods * LOAD_VIEW_PERIOD_USEC);
            return periods;
        }
    }
    return 0;
}

gpointer
loads_run(gpointer data)
{
    Loads *loads = data;
    uint64_t periods;

    g_mutex_lock(&loads->lock);
    while ((periods = wait_for_period(loads)) > 0) {
        g_mutex_unlock(&loads->lock);
        loads_advance(loads, clock_boottime(), periods);
        g_mutex_lock(&loads->lock);
    }
    g_mutex_unlock(&loads->lock);
    return NULL;
}
