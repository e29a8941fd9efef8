/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/settled.h"

#include "fs/survive/record.h"

#define RECORD_VERSION 1
#define KEEP_USEC (SETTLED_USEC / 8) /* when a name was looked for is kept no more often */

typedef struct {
    uint64_t name; /* the key */
    uint64_t node;
    uint64_t until; /* for a moment after a look it stays, whoever looked */
    uint64_t kept;  /* when */
    GQueue holds;   /* owns them */
} Name;

/* Somebody who has looked and may be mounting what he found. */
typedef struct {
    Name *name; /* borrowed */
    pid_t thread;
    uint64_t until;
    GList of_name; /* link in Name.holds; data is the hold */
    GList by_age;  /* link in Settled.by_age; the same */
} Hold;

struct Settled {
    Shelf *shelf;          /* NULL: nothing is kept */
    GMutex lock;           /* guards all below */
    GHashTable *by_name;   /* owns the names */
    GHashTable *by_thread; /* the last hold of each whose thread has a number; borrows */
    GQueue by_age;         /* all holds; the oldest comes first */
    unsigned max;
    SettledLives lives;
    void *data;
};

static void
name_free(gpointer data)
{
    Name *name = data;

    for (GList *link = name->holds.head, *next; link; link = next) {
        next = link->next;
        g_free(link->data);
    }
    g_free(name);
}

Settled *
settled_new(unsigned max, SettledLives lives, void *data)
{
    Settled *settled = g_new0(Settled, 1);

    g_mutex_init(&settled->lock);
    settled->by_name = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, name_free);
    settled->by_thread = g_hash_table_new(NULL, NULL);
    g_queue_init(&settled->by_age);
    settled->max = max;
    settled->lives = lives;
    settled->data = data;
    return settled;
}

void
settled_free(Settled *settled)
{
    if (!settled)
        return;
    g_hash_table_unref(settled->by_thread);
    g_hash_table_unref(settled->by_name);
    g_mutex_clear(&settled->lock);
    g_free(settled);
}

static void
let_go(Settled *settled, Hold *hold)
{
    gpointer thread = GINT_TO_POINTER(hold->thread);

    if (g_hash_table_lookup(settled->by_thread, thread) == hold)
        (void)g_hash_table_remove(settled->by_thread, thread);
    g_queue_unlink(&hold->name->holds, &hold->of_name);
    g_queue_unlink(&settled->by_age, &hold->by_age);
    g_free(hold);
}

/* Whoever looks for the next has mounted the last. */
static void
let_go_of_last(Settled *settled, const Look *look)
{
    Hold *last = g_hash_table_lookup(settled->by_thread, GINT_TO_POINTER(look->thread));

    if (last)
        let_go(settled, last);
}

static void
forget_all(Settled *settled)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_remove_all(settled->by_thread);
    g_hash_table_iter_init(&iter, settled->by_name);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        shelf_drop(settled->shelf, (ShelfKey){SHELF_LOOK, ((Name *)value)->name});
        g_hash_table_iter_remove(&iter);
    }
    g_queue_init(&settled->by_age);
}

static bool
is_over(const Settled *settled, const Hold *hold, uint64_t now)
{
    return now >= hold->until ||
           (hold->thread != 0 && !settled->lives(hold->thread, settled->data));
}

/* Also of names that nobody looks for again. */
static void
let_go_of_old(Settled *settled, uint64_t now)
{
    Hold *oldest;

    while ((oldest = g_queue_peek_head(&settled->by_age)) != NULL && now >= oldest->until)
        let_go(settled, oldest);
}

/* Half of them, so that this is seldom: whether a thread lives is a system call. */
static void
make_room(Settled *settled, uint64_t now)
{
    for (GList *link = settled->by_age.head, *next; link; link = next) {
        next = link->next;
        if (is_over(settled, link->data, now))
            let_go(settled, link->data);
    }
    if (g_hash_table_size(settled->by_name) >= settled->max ||
        settled->by_age.length > settled->max / 2)
        forget_all(settled);
}

static Name *
find(Settled *settled, uint64_t name, uint64_t now)
{
    Name *known;

    let_go_of_old(settled, now);
    if (g_hash_table_size(settled->by_name) >= settled->max ||
        settled->by_age.length >= settled->max)
        make_room(settled, now);
    known = g_hash_table_lookup(settled->by_name, &name);
    if (!known) {
        known = g_new0(Name, 1);
        known->name = name;
        (void)g_hash_table_insert(settled->by_name, &known->name, known);
    }
    return known;
}

static bool
is_held(Settled *settled, Name *name, uint64_t now)
{
    for (GList *link = name->holds.head, *next; link; link = next) {
        Hold *hold = link->data;

        next = link->next;
        if (is_over(settled, hold, now))
            let_go(settled, hold);
    }
    return name->holds.length > 0;
}

static void
hold(Settled *settled, Name *name, const Look *look)
{
    Hold *new = g_new0(Hold, 1);

    new->name = name;
    new->thread = look->thread;
    new->until = look->now + (look->is_outside ? SETTLED_OUTSIDE_USEC : SETTLED_USEC);
    new->of_name.data = new->by_age.data = new;
    g_queue_push_tail_link(&name->holds, &new->of_name);
    g_queue_push_tail_link(&settled->by_age, &new->by_age);
    if (look->thread != 0)
        (void)g_hash_table_insert(settled->by_thread, GINT_TO_POINTER(look->thread), new);
}

static void
keep(Settled *settled, Name *name, uint64_t now)
{
    const uint64_t words[] = {RECORD_VERSION, name->node, now};

    (void)shelf_put(settled->shelf, (ShelfKey){SHELF_LOOK, name->name}, words, sizeof words);
    name->kept = now;
}

typedef struct {
    Settled *settled;
    uint64_t now;
} Taking;

/* A ShelfVisit.  One that nobody can hold any more is of no use. */
static bool
take_up(uint64_t key, const void *data, size_t len, void *user)
{
    const Taking *taking = user;
    RecordReader reader = record_read(data, len, RECORD_VERSION);
    uint64_t node = record_take(&reader), kept = record_take(&reader);
    Name *name;

    if (!record_is_whole(&reader) || kept > taking->now ||
        taking->now - kept > SETTLED_USEC + KEEP_USEC)
        return false;
    name = find(taking->settled, key, taking->now);
    name->node = node;
    name->kept = kept;
    hold(taking->settled, name, &(Look){.now = taking->now});
    return true;
}

void
settled_keep(Settled *settled, Shelf *shelf, uint64_t now)
{
    Taking taking = {settled, now};

    shelf_foreach(shelf, SHELF_LOOK, take_up, &taking);
    settled->shelf = shelf;
}

unsigned
settled_size(Settled *settled)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&settled->lock);

    return settled->by_age.length;
}

uint64_t
settled_node(Settled *settled, const Look *look)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&settled->lock);
    uint64_t moment = look->is_outside ? SETTLED_OUTSIDE_USEC : SETTLED_MOMENT_USEC;
    bool leads_elsewhere;
    Name *name;

    let_go_of_last(settled, look);
    name = find(settled, look->name, look->now);
    leads_elsewhere =
        name->node != look->own && look->now >= name->until && !is_held(settled, name, look->now);
    if (leads_elsewhere)
        name->node = look->own;
    name->until = MAX(name->until, look->now + moment);
    hold(settled, name, look);
    if (settled->shelf && (leads_elsewhere || look->now - name->kept >= KEEP_USEC))
        keep(settled, name, look->now);
    return name->node;
}
