/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/pages.h"

#include "fs/survive/record.h"

#define RECORD_VERSION 1

typedef struct {
    uint64_t node; /* the key */
    uint64_t filled;
    int64_t offset;
    unsigned n_open, n_others; /* so many files are open through the page, and so many beside it */
    GList by_close;            /* link in Pages.closed while nobody has it open; data is the page */
} Page;

struct Pages {
    Shelf *shelf;        /* NULL: nothing is kept */
    GMutex lock;         /* guards all below */
    GHashTable *by_node; /* owns the pages */
    GQueue closed;       /* those that nobody has open; closed last comes first */
    unsigned max;
};

Pages *
pages_new(unsigned max)
{
    Pages *pages = g_new0(Pages, 1);

    g_mutex_init(&pages->lock);
    pages->by_node = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    g_queue_init(&pages->closed);
    pages->max = max;
    return pages;
}

void
pages_free(Pages *pages)
{
    if (!pages)
        return;
    g_hash_table_unref(pages->by_node);
    g_mutex_clear(&pages->lock);
    g_free(pages);
}

static Page *
find(Pages *pages, uint64_t node)
{
    return g_hash_table_lookup(pages->by_node, &node);
}

static bool
is_closed(const Page *page)
{
    return page->n_open == 0 && page->n_others == 0;
}

static void
forget(Pages *pages, Page *page)
{
    g_queue_unlink(&pages->closed, &page->by_close);
    (void)g_hash_table_remove(pages->by_node, &page->node);
}

static Page *
add(Pages *pages, uint64_t node)
{
    Page *page = g_new0(Page, 1);

    page->node = node;
    page->by_close.data = page;
    (void)g_hash_table_insert(pages->by_node, &page->node, page);
    return page;
}

/* The page of @node, which is about to be open; @known is it, or NULL. */
static Page *
use(Pages *pages, uint64_t node, Page *known)
{
    if (!known)
        return add(pages, node);
    if (is_closed(known))
        g_queue_unlink(&pages->closed, &known->by_close);
    return known;
}

static void
keep(Pages *pages, const Page *page)
{
    const uint64_t words[] = {RECORD_VERSION, page->n_open, page->n_others, (uint64_t)page->offset};

    if (is_closed(page))
        shelf_drop(pages->shelf, (ShelfKey){SHELF_PAGE, page->node});
    else
        (void)shelf_put(pages->shelf, (ShelfKey){SHELF_PAGE, page->node}, words, sizeof words);
}

/* A ShelfVisit. */
static bool
take_up(uint64_t node, const void *data, size_t len, void *user)
{
    RecordReader reader = record_read(data, len, RECORD_VERSION);
    unsigned n_open = (unsigned)record_take_max(&reader, UINT_MAX);
    unsigned n_others = (unsigned)record_take_max(&reader, UINT_MAX);
    int64_t offset = (int64_t)record_take(&reader);
    Page *page;

    if (!record_is_whole(&reader) || (n_open == 0 && n_others == 0))
        return false;
    page = use(user, node, find(user, node));
    page->n_open = n_open;
    page->n_others = n_others;
    page->offset = offset;
    return true;
}

void
pages_keep(Pages *pages, Shelf *shelf)
{
    shelf_foreach(shelf, SHELF_PAGE, take_up, pages);
    pages->shelf = shelf;
}

void
pages_prune(Pages *pages, PagesWanted wanted, void *data)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&pages->lock);
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, pages->by_node);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Page *page = value;

        if (wanted(page->node, data))
            continue;
        shelf_drop(pages->shelf, (ShelfKey){SHELF_PAGE, page->node});
        if (is_closed(page))
            g_queue_unlink(&pages->closed, &page->by_close);
        g_hash_table_iter_remove(&iter);
    }
}

static void
let_go(Pages *pages, Page *page)
{
    keep(pages, page);
    if (!is_closed(page))
        return;
    g_queue_push_head_link(&pages->closed, &page->by_close);
    if (pages->closed.length > pages->max)
        forget(pages, g_queue_peek_tail(&pages->closed));
}

bool
pages_open(Pages *pages, uint64_t node, int64_t offset, uint64_t *ret_filled)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&pages->lock);
    Page *page = find(pages, node);

    if (page && (page->n_others > 0 || (page->n_open > 0 && page->offset != offset)))
        return false;
    page = use(pages, node, page);
    if (page->offset != offset)
        page->filled = 0; /* for the other one */
    page->offset = offset;
    page->n_open++;
    keep(pages, page);
    *ret_filled = page->filled;
    return true;
}

void
pages_close(Pages *pages, uint64_t node)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&pages->lock);
    Page *page = find(pages, node);

    if (!page || page->n_open == 0)
        return;
    page->n_open--;
    let_go(pages, page);
}

void
pages_open_other(Pages *pages, uint64_t node)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&pages->lock);
    Page *page = use(pages, node, find(pages, node));

    page->n_others++;
    keep(pages, page);
}

void
pages_close_other(Pages *pages, uint64_t node)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&pages->lock);
    Page *page = find(pages, node);

    if (!page || page->n_others == 0)
        return;
    page->n_others--;
    let_go(pages, page);
}

bool
pages_has_others(Pages *pages, uint64_t node)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&pages->lock);
    const Page *page = find(pages, node);

    return page && page->n_others > 0;
}

void
pages_fill(Pages *pages, uint64_t node, uint64_t tick)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&pages->lock);
    Page *page = find(pages, node);

    if (page)
        page->filled = tick;
}

int64_t
pages_offset(Pages *pages, uint64_t node)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&pages->lock);
    const Page *page = find(pages, node);

    return page ? page->offset : 0;
}

void
pages_forget(Pages *pages, uint64_t node)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&pages->lock);
    Page *page = find(pages, node);

    if (page && is_closed(page))
        forget(pages, page);
}

unsigned
pages_size(Pages *pages)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&pages->lock);

    return g_hash_table_size(pages->by_node);
}
