/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The end of what the kernel keeps.  read(2) asks for attributes once they are too old, and so
 * finds out that a page is; sendfile(2), splice(2) and what was mapped with mmap(2) never ask.  So
 * each page is taken away after the tick its text was made in.
 *
 * That is done by a thread, because a page that is being filled cannot be taken away before we have
 * answered: it waits, and who answers must not.  While no page is filled it sleeps without a timer.
 */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Expiry Expiry; /* thread-safe */

typedef struct {
    uint64_t (*now)(void); /* CLOCK_BOOTTIME in microseconds */
    /* Takes the page of @node away; called by the thread, under no lock: session_drop_page(). */
    void (*drop)(gpointer connection, uint64_t node);
    unsigned max; /* nodes that wait; if there are more, all pages are taken away early */
    /* Puts a text into the page of @node, if that can be done now; called by expiry_push(), under
     * no lock: session_push_page().  NULL: none is pushed. */
    void (*push)(gpointer connection, uint64_t node, GBytes *page);
} ExpiryConfig;

/* NULL with errno if no timer can be had. */
Expiry *expiry_new(const ExpiryConfig *config);

/* The page of @node in @connection (borrowed until expiry_stop()) is about to be filled with a text
 * that lasts until @end; what was in it before is no more. */
void expiry_add(Expiry *expiry, gpointer connection, uint64_t node, uint64_t end);
/* The same of one that is pushed, too: returns what to fill it with, @page or what is just being
 * pushed there.  The caller unrefs. */
GBytes *expiry_fill(Expiry *expiry, gpointer connection, uint64_t node, uint64_t end, GBytes *page);

/* Before anybody has asked for the page: pushes @page into it, which lasts until @end.  That is
 * done into empty pages alone, because whoever is reading another text there would get half of
 * each.  True if there is no older text in the page; false if somebody else has to see to that.
 *
 * It waits while the page is being filled, so somebody else must answer; one at a time does. */
bool expiry_push(Expiry *expiry, gpointer connection, uint64_t node, uint64_t end, GBytes *page);

/* Takes all pages away and ends the thread.  Call it while somebody still answers on all
 * connections.  What is added later stays.  NULL is nobody. */
void expiry_stop(Expiry *expiry);
void expiry_free(Expiry *expiry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Expiry, expiry_free)
