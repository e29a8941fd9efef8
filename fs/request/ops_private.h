/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to the ops: what they share, and which file has which. */

#pragma once

#include "fs/request/open_texts.h"
#include "fs/request/ops.h"
#include "fs/request/sizes.h"
#include "fs/request/tree.h"

#include <time.h>

struct Ops {
    OpsConfig config;
    Tree *tree;
    OpenTexts *texts;
    Sizes *sizes;
    struct timespec started; /* the only time the files show: they have no history */
};

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

/* ops_files.c: what is in it */
void ops_open(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi);
void ops_read(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset,
              struct fuse_file_info *fi);
void ops_release(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi);
