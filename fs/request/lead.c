/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/lead.h"

#include "common/fd.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define CACHE_LINE 64 /* of most machines: what only one thread writes to is not others' */

typedef struct {
    _Alignas(CACHE_LINE) _Atomic gint64 since; /* when it began to answer; 0: it does not */
} Place;

/* Either the timer runs, or nobody answers anything: who begins to starts it, and so does who has
 * slept until it ended, if the leader answers.  Both write before they look. */
struct Lead {
    int timer;             /* timerfd; it is read by those who follow */
    atomic_uint n, leader; /* threads, and the one that leads */
    atomic_bool runs;      /* the timer */
    Place places[LEAD_MAX];
};

Lead *
lead_new(void)
{
    autofd timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    Lead *lead;

    if (timer < 0)
        return NULL;
    lead = g_aligned_alloc0(1, sizeof *lead, CACHE_LINE);
    lead->timer = fd_steal(&timer);
    return lead;
}

void
lead_free(Lead *lead)
{
    if (!lead)
        return;
    fd_clear(&lead->timer);
    g_aligned_free(lead);
}

unsigned
lead_enter(Lead *lead)
{
    unsigned number = atomic_fetch_add(&lead->n, 1);

    g_assert(number < LEAD_MAX);
    atomic_store(&lead->leader, number); /* who led may be in read(2): it follows after that */
    return number;
}

bool
lead_is(const Lead *lead, unsigned number)
{
    return atomic_load(&lead->leader) == number;
}

static void
start_timer(Lead *lead)
{
    const struct itimerspec look = {.it_value.tv_nsec = LEAD_LOOK_USEC * 1000};

    if (!atomic_exchange(&lead->runs, true))
        (void)timerfd_settime(lead->timer, 0, &look, NULL); /* cannot fail for a timer of ours */
}

void
lead_begin(Lead *lead, unsigned number)
{
    atomic_store(&lead->places[number].since, g_get_monotonic_time());
    if (atomic_load(&lead->n) > 1 && !atomic_load(&lead->runs))
        start_timer(lead);
}

void
lead_end(Lead *lead, unsigned number)
{
    atomic_store_explicit(&lead->places[number].since, 0, memory_order_release);
}

static bool
is_stuck(gint64 since)
{
    return since != 0 && g_get_monotonic_time() - since >= LEAD_STUCK_USEC;
}

bool
lead_has_other(const Lead *lead)
{
    unsigned n_able = 0;

    for (unsigned i = 0; i < atomic_load(&lead->n); i++)
        n_able += !is_stuck(atomic_load(&lead->places[i].since));
    return n_able > 1;
}

static gint64
leader_since(Lead *lead, unsigned *ret_leader)
{
    *ret_leader = atomic_load(&lead->leader);
    return atomic_load(&lead->places[*ret_leader].since);
}

bool
lead_follow(Lead *lead)
{
    uint64_t times;
    unsigned leader;

    if (read(lead->timer, &times, sizeof times) != (ssize_t)sizeof times)
        return false;
    atomic_store(&lead->runs, false);
    if (leader_since(lead, &leader) != 0)
        start_timer(lead);
    return true;
}

bool
lead_take_over(Lead *lead, unsigned number)
{
    unsigned leader;
    gint64 since = leader_since(lead, &leader);

    return is_stuck(since) && atomic_compare_exchange_strong(&lead->leader, &leader, number);
}
