/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* sendfile(2) and splice(2), on kernels since 6.5, do not ask us for each read, as read(2) does:
 * they go through the pages and the size that the kernel keeps for a node (linux:mm/filemap.c,
 * filemap_splice_read; linux:fs/fuse/file.c, fuse_short_read).  It takes our st_size, an upper
 * bound, shortens it to what the first such read really brought, and cuts the next one, of a text
 * that has grown since, at that.  So this remembers which nodes are being read that way.  A text
 * that would be cut has to be refused with EINVAL, on which sendfile(2) tells programs to use
 * read(2), and they do. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Splices Splices; /* thread-safe */

/* @max: open files; more are refused. */
Splices *splices_new(unsigned max);
void splices_free(Splices *splices);

/* The open file @handle of @node brings a text of @len bytes.  False if it has to be refused. */
bool splices_begin(Splices *splices, uint64_t handle, uint64_t node, size_t len);
/* True if splices_begin() was true for @handle. */
bool splices_has(Splices *splices, uint64_t handle);
/* @handle is closed.  True if the kernel has to forget what size it knows of @node. */
bool splices_end(Splices *splices, uint64_t handle, uint64_t node);
/* What the kernel takes for the size of @node; false if it may be told any. */
bool splices_size(Splices *splices, uint64_t node, size_t *ret);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Splices, splices_free)
