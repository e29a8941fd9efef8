/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/fair.h"

#include <stdbool.h>

/* So many of whom nothing waits are remembered.  Of the others is known that they were served
 * before all of these. */
#define IDLE_MAX 64

typedef struct {
    uint64_t container;
    uint64_t served; /* when its last turn was, in turns */
    uint64_t since;  /* when the first of what waits came, in requests: between two never served */
    GQueue waiting;
} Class;

struct Fair {
    GArray *classes; /* of Class, in no order: they are few */
    GQueue first;
    GDestroyNotify free_request;
    unsigned n_waiting, n_idle; /* n_idle: classes of which nothing waits */
    uint64_t turns, requests;
    uint64_t forgotten; /* the last turn of anyone not remembered was no later */
};

static Class *
class_at(const Fair *fair, guint i)
{
    return &g_array_index(fair->classes, Class, i);
}

Fair *
fair_new(GDestroyNotify free_request)
{
    Fair *fair = g_new0(Fair, 1);

    fair->classes = g_array_new(FALSE, FALSE, sizeof(Class));
    g_queue_init(&fair->first);
    fair->free_request = free_request;
    return fair;
}

void
fair_free(Fair *fair)
{
    if (!fair)
        return;
    for (guint i = 0; i < fair->classes->len; i++)
        g_queue_clear_full(&class_at(fair, i)->waiting, fair->free_request);
    g_queue_clear_full(&fair->first, fair->free_request);
    g_array_unref(fair->classes);
    g_free(fair);
}

unsigned
fair_waiting(const Fair *fair)
{
    return fair->n_waiting;
}

static Class *
class_of(Fair *fair, uint64_t container)
{
    const Class new = {.container = container, .served = fair->forgotten, .waiting = G_QUEUE_INIT};

    for (guint i = 0; i < fair->classes->len; i++)
        if (class_at(fair, i)->container == container)
            return class_at(fair, i);
    g_array_append_val(fair->classes, new);
    fair->n_idle++;
    return class_at(fair, fair->classes->len - 1);
}

void
fair_put(Fair *fair, uint64_t container, gpointer request)
{
    Class *class = class_of(fair, container);

    if (g_queue_is_empty(&class->waiting)) {
        class->since = fair->requests;
        fair->n_idle--;
    }
    g_queue_push_tail(&class->waiting, request);
    fair->requests++;
    fair->n_waiting++;
}

void
fair_put_first(Fair *fair, gpointer request)
{
    g_queue_push_tail(&fair->first, request);
    fair->n_waiting++;
}

static bool
is_before(const Class *class, const Class *other)
{
    return class->served < other->served ||
           (class->served == other->served && class->since < other->since);
}

/* The one served longest ago, of those of whom something waits, or of the others. */
static guint
longest_ago(const Fair *fair, bool is_idle)
{
    guint best = fair->classes->len;

    for (guint i = 0; i < fair->classes->len; i++)
        if (g_queue_is_empty(&class_at(fair, i)->waiting) == is_idle &&
            (best == fair->classes->len || is_before(class_at(fair, i), class_at(fair, best))))
            best = i;
    return best;
}

static void
forget_one(Fair *fair)
{
    guint i = longest_ago(fair, true);

    fair->forgotten = MAX(fair->forgotten, class_at(fair, i)->served);
    g_array_remove_index_fast(fair->classes, i);
    fair->n_idle--;
}

static gpointer
take_turn(Fair *fair)
{
    Class *class = class_at(fair, longest_ago(fair, false));
    gpointer request = g_queue_pop_head(&class->waiting);

    class->served = ++fair->turns;
    if (g_queue_is_empty(&class->waiting))
        fair->n_idle++;
    if (fair->n_idle > IDLE_MAX)
        forget_one(fair);
    return request;
}

gpointer
fair_take(Fair *fair)
{
    if (fair->n_waiting == 0)
        return NULL;
    fair->n_waiting--;
    if (!g_queue_is_empty(&fair->first))
        return g_queue_pop_head(&fair->first);
    return take_turn(fair);
}
