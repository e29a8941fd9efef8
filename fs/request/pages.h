/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What may be in the page that the kernel keeps for a node, and who has the node open.
 *
 * A page is everybody's who has the node: sendfile(2), splice(2) and mmap(2) show it without asking
 * us, whatever we answered to his open(2).  So a node is opened through its page by those alone who
 * may see what is in it, and not while anybody else has it open.
 *
 * Bounded: beside the nodes that are open @max are remembered, and then the one closed longest ago
 * is forgotten. */

#pragma once

#include "fs/survive/shelf.h"

typedef struct Pages Pages; /* thread-safe */

Pages *pages_new(unsigned max);
void pages_free(Pages *pages);

/* From then on who has a node open is kept on @shelf (borrowed), and what is there already holds.
 * To be called before anything is opened. */
void pages_keep(Pages *pages, Shelf *shelf);
/* Forgets the nodes that are not @wanted, open or not: who closed them may not have been heard of
 * when nobody was there. */
typedef bool (*PagesWanted)(uint64_t node, void *data);
void pages_prune(Pages *pages, PagesWanted wanted, void *data);

/* Opens @node through its page for somebody whose time namespace has @offset (0 in all files that
 * tell no time).  False if others have it open, or if it is open for another offset: a page is of
 * one.  @ret_filled is the tick in which the page was filled, 0 if nobody knows. */
bool pages_open(Pages *pages, uint64_t node, int64_t offset, uint64_t *ret_filled);
void pages_close(Pages *pages, uint64_t node);

/* Somebody who must not see the page opens @node and closes it. */
void pages_open_other(Pages *pages, uint64_t node);
void pages_close_other(Pages *pages, uint64_t node);
bool pages_has_others(Pages *pages, uint64_t node);

/* The page of @node, which somebody has open, is filled with a text of @tick. */
void pages_fill(Pages *pages, uint64_t node, uint64_t tick);
/* That of pages_open(). */
int64_t pages_offset(Pages *pages, uint64_t node);

/* The kernel has forgotten @node. */
void pages_forget(Pages *pages, uint64_t node);

/* How many nodes are remembered. */
unsigned pages_size(Pages *pages);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pages, pages_free)
