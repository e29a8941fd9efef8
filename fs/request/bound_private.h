/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to the bound tree: what its ops share, and which file has which. */

#pragma once

#include "fs/request/bound.h"
#include "fs/request/tree.h"

#include <time.h>

#define BOUND_PAGE 4096u /* bytes: the smallest page there is; no file here is longer */

struct Bound {
    BoundConfig config;
    gpointer connection;
    bool is_kept; /* bound_keep(): there may have been a life before */
    Tree *tree;
    uint64_t jiffy_nsec;
    struct timespec started; /* the only time that directories show */
};

/* What a node is: a file or directory of a registered container.  A node id is the number that was
 * registered, and below it what tree_inode() says; so it is never another container's. */
typedef struct {
    Registered *registered; /* owned; NULL: the root, in which the containers are */
    TreePlace place;        /* the tree's root is the container's own directory */
} BoundPlace;

void bound_place_clear(BoundPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BoundPlace, bound_place_clear)

/* 0, or what the kernel is told: ESTALE if the container is not registered any more. */
int bound_find(const Bound *bound, uint64_t node, BoundPlace *ret);
uint64_t bound_node(const BoundPlace *place);

/* How long the file is said to be from now on; 0 if it has no place here: it may be longer than a
 * page, or the configuration wants it hidden or the host's. */
size_t bound_size(const Bound *bound, const BoundPlace *place);
/* True if the file is here, or a file below the directory could be. */
bool bound_has(const Bound *bound, const BoundPlace *place);

/* The text of the file, of this tick; the caller clears @ret.  READ_ERROR_GONE if its container has
 * ended or does not exist yet. */
bool bound_text(const Bound *bound, const BoundPlace *place, Text *ret, GError **error);

/* The time of the file whose text is @text: another one makes the kernel drop the page it has.  The
 * same as before if it has none; then it is given @text (a request less). */
uint64_t bound_time(const Bound *bound, const BoundPlace *place, const Text *text);

/* What that was last; 0: nobody has asked. */
uint64_t bound_time_told(const BoundPlace *place);

/* bound_names.c */
void bound_lookup(fuse_req_t req, fuse_ino_t parent, const char *name);
void bound_getattr(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi);
void bound_readdir(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset,
                   struct fuse_file_info *fi);

/* bound_files.c */
void bound_open(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi);
void bound_read(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset,
                struct fuse_file_info *fi);
