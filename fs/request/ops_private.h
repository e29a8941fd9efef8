/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to the ops: what they share, and which file has which. */

#pragma once

#include "fs/request/jiffies.h"
#include "fs/request/open_texts.h"
#include "fs/request/ops.h"
#include "fs/request/pages.h"
#include "fs/request/settled.h"
#include "fs/request/sizes.h"
#include "fs/request/tree.h"

#include <time.h>

struct Ops {
    OpsConfig config;
    Tree *tree;
    OpenTexts *texts;
    Sizes *sizes;
    Pages *pages;
    Settled *settled;    /* NULL: a name leads everybody to his own node */
    gpointer connection; /* borrowed: ops_connect() */
    bool is_kept;        /* ops_keep(): there may have been a life before */
    uint64_t jiffy_nsec;
    struct timespec started; /* the time of all that has none of its own */
};

/* ops_keep.c: takes the pages away that the life before may have filled; once notifications can be
 * sent. */
void ops_drop_pages(const Ops *ops);

/* Who sent @req, or NULL: as of this tick.  The caller unrefs. */
Asker *ops_asker(const Ops *ops, fuse_req_t req, GError **error);
/* The text of @place, a file, for @asker; the caller clears @ret. */
bool ops_text(const Ops *ops, const TreePlace *place, Asker *asker, Text *ret, GError **error);

/* ops_metrics.c: the daemon's own numbers, for root of the host alone: a container's root, even one
 * with the host's user ids, must not see what others do. */
bool ops_may_read_metrics(const Ops *ops, fuse_req_t req);
GBytes *ops_make_metrics(const Ops *ops); /* the caller unrefs */

/* ops_names.c: what is there */
void ops_lookup(fuse_req_t req, fuse_ino_t parent, const char *name);
void ops_getattr(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi);
void ops_readdir(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset,
                 struct fuse_file_info *fi);

/* Lookups are not counted: a node's number says all, and what is remembered of it is found out
 * anew. */
void ops_forget(fuse_req_t req, fuse_ino_t node, uint64_t n);
void ops_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets);

/* ops_pages.c: what the kernel may keep */
#define OPS_PAGE_LEN 4096u    /* the smallest page there is */
#define OPS_ATTR_TIMEOUT 1.0  /* seconds; of a file that has no page */
#define OPS_SIZE_UNKNOWN 4096 /* what sysfs says of every file */

/* st_size of a file whose length is @known, or 0.  Never the kernel's own 0: there sendfile(2),
 * which busybox's cat uses, would stop before it began. */
static inline off_t
ops_size(size_t known)
{
    return known > 0 ? (off_t)known : OPS_SIZE_UNKNOWN;
}

/* How a file is open; the lower bits of its handle. */
typedef enum {
    OPEN_ASKED, /* each read(2) asks us and has the numbers of whoever reads; the page, which
                   sendfile(2) reads, is for the node's container */
    OPEN_ALONE, /* the same, but the page is not for this file */
    OPEN_OTHER, /* the same for somebody who must not see the page */
    OPEN_PAGE,  /* read(2), too, reads the page: the numbers are the node's container's */
} OpenKind;
#define OPEN_KIND_BITS 2
#define OPEN_KIND(handle) ((OpenKind)((handle) & ((1u << OPEN_KIND_BITS) - 1)))

/* True if the kernel may keep the text of @node, a file, for those who read(2). */
bool ops_may_have_page(const Ops *ops, const TreePlace *place, uint64_t node);
/* Takes the attributes of such a node from the text of its container, if that can be had: @asker's
 * own if it is his, else he may be NULL.  Returns how long they are valid, in seconds. */
double ops_page_stat(const Ops *ops, uint64_t node, Asker *asker, struct stat *st, GError **error);
/* How @asker, NULL if nobody knows him, opens @node, which is @place's; to be ended with
 * ops_close(). @ret_keep is true if what the page has is of this tick. */
OpenKind ops_open_kind(const Ops *ops, const TreePlace *place, uint64_t node, Asker *asker,
                       bool *ret_keep);
void ops_close(const Ops *ops, uint64_t node, OpenKind kind);
/* Answers a read of a file that is open through its page. */
void ops_read_page(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset,
                   struct fuse_file_info *fi);
/* True if a read is to fill the page: one that asks us past it always names its lock owner
 * (linux:fs/fuse/file.c, fuse_direct_io). */
bool ops_fills_page(const struct fuse_file_info *fi);
/* The page of @node is about to be filled with @text. */
void ops_fill(const Ops *ops, uint64_t node, const Text *text);

/* ops_files.c: what is in it */
void ops_open(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi);
void ops_read(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset,
              struct fuse_file_info *fi);
void ops_release(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi);
