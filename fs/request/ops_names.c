/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/ops_private.h"

#include <errno.h>
#include <sys/stat.h>

#define DIRECTORY_TIMEOUT 3600.0 /* seconds; directories never change */
#define FILE_ATTR_TIMEOUT 1.0
#define FILE_ENTRY_TIMEOUT 0.0 /* the same name is another node for another container */
#define SIZE_UNKNOWN 4096

/* st_size.  Never the kernel's own 0: there sendfile(2), which busybox's cat uses, would stop
 * before it began. */
static off_t
file_size(const Ops *ops, const ProcFile *file, uint64_t node, pid_t tid)
{
    size_t known = sizes_get(ops->sizes, node);
    g_autoptr(GBytes) text = NULL;

    if (known == 0 && file != &tree_metrics)
        text = ops_make_text(ops, file, tid, NULL);
    if (text)
        known = sizes_fit(ops->sizes, node, g_bytes_get_size(text));
    return known > 0 ? (off_t)known : SIZE_UNKNOWN;
}

static mode_t
entry_mode(const TreeEntry *entry)
{
    if (!entry->file)
        return S_IFDIR | 0555;
    return S_IFREG | (entry->file == &tree_metrics ? 0400 : 0444);
}

static struct stat
entry_stat(const Ops *ops, const TreeEntry *entry, uint64_t node, pid_t tid)
{
    struct stat st = {
        .st_ino = node,
        .st_mode = entry_mode(entry),
        .st_nlink = entry->file ? 1 : 2 + entry->n_dirs,
        .st_size = entry->file ? file_size(ops, entry->file, node, tid) : 0,
        .st_blksize = 4096,
        .st_atim = ops->started,
        .st_mtim = ops->started,
        .st_ctim = ops->started,
    };

    return st;
}

/* The node @tid gets for @entry: that of his own container, or the one for whoever is not known. */
static uint64_t
node_for(const Ops *ops, const TreeEntry *entry, pid_t tid)
{
    uint64_t container = 0;

    if (entry->file && entry->file != &tree_metrics)
        (void)serve_container_id(ops->config.server, tid, &container, NULL);
    return tree_node(entry, container);
}

void
ops_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    const Ops *ops = fuse_req_userdata(req);
    pid_t tid = fuse_req_ctx(req)->pid;
    const TreeEntry *dir = tree_find(ops->tree, parent);
    const TreeEntry *entry = dir ? tree_child(ops->tree, dir, name) : NULL;
    struct fuse_entry_param answer = {0};

    if (!entry || (entry->file && serve_hides(ops->config.server, entry->file, tid))) {
        (void)fuse_reply_err(req, ENOENT);
        return;
    }
    answer.ino = node_for(ops, entry, tid);
    answer.attr = entry_stat(ops, entry, answer.ino, tid);
    answer.attr_timeout = entry->file ? FILE_ATTR_TIMEOUT : DIRECTORY_TIMEOUT;
    answer.entry_timeout = entry->file ? FILE_ENTRY_TIMEOUT : DIRECTORY_TIMEOUT;
    (void)fuse_reply_entry(req, &answer);
}

void
ops_getattr(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
    const Ops *ops = fuse_req_userdata(req);
    const TreeEntry *entry = tree_find(ops->tree, node);
    struct stat st;

    (void)fi;
    if (!entry) {
        (void)fuse_reply_err(req, ENOENT);
        return;
    }
    st = entry_stat(ops, entry, node, fuse_req_ctx(req)->pid);
    (void)fuse_reply_attr(req, &st, entry->file ? FILE_ATTR_TIMEOUT : DIRECTORY_TIMEOUT);
}

/* A listing under way.  Offsets: 1 and 2 follow the dots, 2 + number an entry. */
typedef struct {
    fuse_req_t req;
    char *buf;
    size_t size, used;
} Listing;

/* False if it does not fit any more. */
static bool
list(Listing *listing, const char *name, const struct stat *st, off_t next)
{
    size_t n = fuse_add_direntry(listing->req, listing->buf + listing->used,
                                 listing->size - listing->used, name, st, next);

    if (n > listing->size - listing->used)
        return false;
    listing->used += n;
    return true;
}

static void
list_from(Listing *listing, const Ops *ops, const TreeEntry *dir, off_t offset)
{
    const TreeEntry *up = tree_parent(ops->tree, dir), *entry = NULL;
    pid_t tid = fuse_req_ctx(listing->req)->pid;
    struct stat st = {.st_mode = S_IFDIR, .st_ino = dir->number};

    if (offset < 1 && !list(listing, ".", &st, 1))
        return;
    st.st_ino = up->number;
    if (offset < 2 && !list(listing, "..", &st, 2))
        return;
    entry = tree_next(ops->tree, dir, offset > 2 ? (unsigned)(offset - 2) : 0);
    for (; entry; entry = tree_next(ops->tree, dir, entry->number)) {
        if (entry->file && serve_hides(ops->config.server, entry->file, tid))
            continue;
        st.st_ino = node_for(ops, entry, tid);
        st.st_mode = entry->file ? S_IFREG : S_IFDIR;
        if (!list(listing, entry->name, &st, 2 + entry->number))
            return;
    }
}

void
ops_readdir(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *fi)
{
    const Ops *ops = fuse_req_userdata(req);
    const TreeEntry *dir = tree_find(ops->tree, node);
    Listing listing = {.req = req, .size = MIN(size, 65536u)};
    g_autofree char *buf = NULL;

    (void)fi;
    if (!dir || dir->file || offset < 0) {
        (void)fuse_reply_err(req, dir ? ENOTDIR : ENOENT);
        return;
    }
    buf = g_malloc(listing.size);
    listing.buf = buf;
    list_from(&listing, ops, dir, offset);
    (void)fuse_reply_buf(req, listing.buf, listing.used);
}
