/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The size each node is said to have (st_size).
 *
 * read(2) does not care: it returns the true length, whatever this says (FOPEN_DIRECT_IO).  But
 * sendfile(2) and splice(2), since Linux 6.5, go through the page and the size that the kernel
 * keeps for a node (linux:mm/filemap.c, filemap_splice_read), and the kernel takes a new size
 * before it drops the old page: a size that changes cuts texts and fills them up with NULs.  So a
 * node has one size, which is larger than its text, and what goes into its page is padded to it. */

#pragma once

#include "fs/survive/shelf.h"

typedef struct Sizes Sizes; /* thread-safe */

/* Remembers @max nodes; which are too many forgets all: they are told a size again. */
Sizes *sizes_new(unsigned max);
void sizes_free(Sizes *sizes);

/* From then on what a node was told by sizes_fit() is kept on @shelf (borrowed), and what is there
 * already holds.  To be called before anybody is told. */
void sizes_keep(Sizes *sizes, Shelf *shelf);
/* All nodes that were told, in no order; the caller unrefs. */
GArray *sizes_nodes(Sizes *sizes);

/* 0 if @node was not told any. */
size_t sizes_get(Sizes *sizes, uint64_t node);
/* The size of @node, which from now on has room for a text of @len bytes and for its growth. */
size_t sizes_fit(Sizes *sizes, uint64_t node, size_t len);

/* @node was told exactly @size. */
void sizes_tell(Sizes *sizes, uint64_t node, size_t size);
/* The kernel has forgotten @node. */
void sizes_forget(Sizes *sizes, uint64_t node);

/* @text with so many blanks that it has @size bytes, before the newlines at its end: cpuinfo ends
 * in an empty line.  The caller unrefs; NULL if it is longer or has no newline at its end.  [pure]
 */
GBytes *sizes_pad(GBytes *text, size_t size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sizes, sizes_free)
