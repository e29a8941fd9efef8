/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/expiry.h"

#include "common/fd.h"

#include <sys/timerfd.h>
#include <unistd.h>

/* A page that may hold something. */
typedef struct {
    gpointer connection; /* these two are the key */
    uint64_t node;
    uint64_t end;
    bool is_dropped; /* it is being taken away; if it is in by_end, it was filled again meanwhile */
    bool is_in_by_end;
    GList by_end; /* link in Expiry.by_end; data is the entry */
} Entry;

/* The thread sleeps in read(2) of a timer, which others set: a page that is filled wakes nobody
 * before it is time to take it away. */
struct Expiry {
    ExpiryConfig config;
    GThread *thread;
    int timer;           /* timerfd */
    GMutex lock;         /* guards all below; not held while a page is taken away */
    uint64_t set_to;     /* when the timer ends; 0: it does not run */
    GHashTable *by_node; /* owns the entries */
    GQueue by_end;       /* what ends first comes first */
    Entry *pushed;       /* whose page is being pushed; NULL: none */
    GBytes *push;        /* what into it; borrowed */
    bool stop;
};

static guint
entry_hash(gconstpointer data)
{
    const Entry *entry = data;

    return g_direct_hash(entry->connection) ^ g_int64_hash(&entry->node);
}

static gboolean
entry_equal(gconstpointer first, gconstpointer second)
{
    const Entry *a = first, *b = second;

    return a->connection == b->connection && a->node == b->node;
}

static void
leave_order(Expiry *expiry, Entry *entry)
{
    g_queue_unlink(&expiry->by_end, &entry->by_end);
    entry->is_in_by_end = false;
}

static Entry *
take_first(Expiry *expiry)
{
    Entry *entry = g_queue_peek_head(&expiry->by_end);

    leave_order(expiry, entry);
    entry->is_dropped = true;
    return entry;
}

static void
forget_dropped(Expiry *expiry, Entry *entry)
{
    entry->is_dropped = false;
    if (!entry->is_in_by_end && entry != expiry->pushed)
        (void)g_hash_table_remove(expiry->by_node, entry);
}

/* When the first page is to be taken away: 1 if at once; 0 if never. */
static uint64_t
next_end(Expiry *expiry)
{
    const Entry *first = g_queue_peek_head(&expiry->by_end);

    if (expiry->stop || expiry->by_end.length > expiry->config.max)
        return 1;
    return first ? MAX(first->end, 1) : 0;
}

/* Microseconds. */
static uint64_t
time_left(Expiry *expiry, uint64_t end)
{
    uint64_t now = expiry->config.now();

    return end > now ? end - now : 0;
}

/* Under the lock: has the thread wake up in time. */
static void
set_timer(Expiry *expiry)
{
    uint64_t end = next_end(expiry), left;
    struct itimerspec when = {.it_value.tv_nsec = 1};

    if (end == 0 || end == expiry->set_to)
        return;
    left = time_left(expiry, end);
    if (left > 0)
        when.it_value = (struct timespec){.tv_sec = (time_t)(left / G_USEC_PER_SEC),
                                          .tv_nsec = (long)(left % G_USEC_PER_SEC) * 1000};
    (void)timerfd_settime(expiry->timer, 0, &when, NULL); /* cannot fail for a timer of ours */
    expiry->set_to = end;
}

/* Under the lock, but while it sleeps. */
static void
sleep_until_timer(Expiry *expiry)
{
    uint64_t times;
    ssize_t n;

    g_mutex_unlock(&expiry->lock);
    n = read(expiry->timer, &times, sizeof times);
    g_mutex_lock(&expiry->lock);
    if (n > 0)
        expiry->set_to = 0;
}

/* Under the lock, but while it waits.  NULL to end. */
static Entry *
wait_for_end(Expiry *expiry)
{
    for (;;) {
        bool is_empty = g_queue_is_empty(&expiry->by_end);

        if (is_empty && expiry->stop)
            return NULL;
        if (!is_empty && time_left(expiry, next_end(expiry)) == 0)
            return take_first(expiry);
        set_timer(expiry);
        sleep_until_timer(expiry);
    }
}

static gpointer
run(gpointer data)
{
    Expiry *expiry = data;
    Entry *entry;

    g_mutex_lock(&expiry->lock);
    while ((entry = wait_for_end(expiry)) != NULL) {
        g_mutex_unlock(&expiry->lock);
        expiry->config.drop(entry->connection, entry->node);
        g_mutex_lock(&expiry->lock);
        forget_dropped(expiry, entry);
    }
    g_mutex_unlock(&expiry->lock);
    return NULL;
}

Expiry *
expiry_new(const ExpiryConfig *config)
{
    autofd timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);
    Expiry *expiry;

    if (timer < 0)
        return NULL;
    expiry = g_new0(Expiry, 1);
    expiry->config = *config;
    expiry->timer = fd_steal(&timer);
    g_mutex_init(&expiry->lock);
    expiry->by_node = g_hash_table_new_full(entry_hash, entry_equal, NULL, g_free);
    g_queue_init(&expiry->by_end);
    expiry->thread = g_thread_new("expiry", run, expiry);
    return expiry;
}

/* Ends come in their order, but for one of a text that is older than others. */
static void
put_in_order(Expiry *expiry, Entry *entry)
{
    GList *after = expiry->by_end.tail;

    while (after && ((const Entry *)after->data)->end > entry->end)
        after = after->prev;
    g_queue_insert_after_link(&expiry->by_end, after, &entry->by_end);
    entry->is_in_by_end = true;
}

static Entry *
find(Expiry *expiry, gpointer connection, uint64_t node)
{
    const Entry key = {.connection = connection, .node = node};

    return g_hash_table_lookup(expiry->by_node, &key);
}

static Entry *
enter(Expiry *expiry, gpointer connection, uint64_t node)
{
    Entry *entry = g_new0(Entry, 1);

    *entry = (Entry){.connection = connection, .node = node};
    entry->by_end.data = entry;
    (void)g_hash_table_add(expiry->by_node, entry);
    return entry;
}

/* It sleeps until the first one ends: later ones need not wake it. */
static void
last_until(Expiry *expiry, Entry *entry, uint64_t end)
{
    if (entry->is_in_by_end) {
        if (entry->end == end)
            return;
        leave_order(expiry, entry);
    }
    entry->end = end;
    put_in_order(expiry, entry);
    if (expiry->by_end.head == &entry->by_end || expiry->by_end.length > expiry->config.max)
        set_timer(expiry);
}

/* Under the lock; @entry: of that node, or NULL. */
static void
fill(Expiry *expiry, Entry *entry, const Entry *what)
{
    if (!expiry->stop)
        last_until(expiry, entry ? entry : enter(expiry, what->connection, what->node), what->end);
}

void
expiry_add(Expiry *expiry, gpointer connection, uint64_t node, uint64_t end)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&expiry->lock);
    const Entry what = {.connection = connection, .node = node, .end = end};

    fill(expiry, find(expiry, connection, node), &what);
}

GBytes *
expiry_fill(Expiry *expiry, gpointer connection, uint64_t node, uint64_t end, GBytes *page)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&expiry->lock);
    const Entry what = {.connection = connection, .node = node, .end = end};
    Entry *entry = find(expiry, connection, node);

    if (entry && entry == expiry->pushed)
        return g_bytes_ref(expiry->push);
    fill(expiry, entry, &what);
    return g_bytes_ref(page);
}

/* NULL if it is not to be pushed; then *@ret is whether the page holds nothing older. */
static Entry *
begin_push(Expiry *expiry, const Entry *what, GBytes *page, bool *ret)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&expiry->lock);
    Entry *entry = find(expiry, what->connection, what->node);

    *ret = entry && entry->is_in_by_end && !entry->is_dropped && entry->end == what->end;
    if (entry || expiry->pushed || expiry->stop || !expiry->config.push)
        return NULL;
    expiry->pushed = enter(expiry, what->connection, what->node);
    expiry->push = page;
    last_until(expiry, expiry->pushed, what->end);
    return expiry->pushed;
}

static void
end_push(Expiry *expiry)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&expiry->lock);
    Entry *entry = expiry->pushed;

    expiry->pushed = NULL;
    expiry->push = NULL;
    if (!entry->is_in_by_end) /* it was taken away, and perhaps before it was there */
        last_until(expiry, entry, 0);
}

bool
expiry_push(Expiry *expiry, gpointer connection, uint64_t node, uint64_t end, GBytes *page)
{
    const Entry what = {.connection = connection, .node = node, .end = end};
    bool is_there;

    if (!begin_push(expiry, &what, page, &is_there))
        return is_there;
    expiry->config.push(connection, node, page);
    end_push(expiry);
    return true;
}

void
expiry_stop(Expiry *expiry)
{
    if (!expiry)
        return;
    g_mutex_lock(&expiry->lock);
    expiry->stop = true;
    set_timer(expiry);
    g_mutex_unlock(&expiry->lock);
    if (expiry->thread)
        (void)g_thread_join(g_steal_pointer(&expiry->thread));
}

void
expiry_free(Expiry *expiry)
{
    if (!expiry)
        return;
    expiry_stop(expiry);
    g_hash_table_unref(expiry->by_node);
    fd_clear(&expiry->timer);
    g_mutex_clear(&expiry->lock);
    g_free(expiry);
}
