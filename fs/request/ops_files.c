/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/ops_private.h"

#include "fs/metrics.h"

#include <errno.h>
#include <fcntl.h>

void
ops_open(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
    const Ops *ops = fuse_req_userdata(req);
    const TreeEntry *entry = tree_find(ops->tree, node);

    if (!entry || !entry->file) {
        (void)fuse_reply_err(req, entry ? EISDIR : ENOENT);
        return;
    }
    /* Not even root's CAP_DAC_OVERRIDE makes these files writable.  O_TRUNC would set the size the
     * kernel knows to 0. */
    if ((fi->flags & O_ACCMODE) != O_RDONLY || (fi->flags & O_TRUNC)) {
        (void)fuse_reply_err(req, EACCES);
        return;
    }
    fi->direct_io = 1; /* every read(2) asks us, with the reader's own thread id */
    fi->fh = open_texts_handle(ops->texts);
    if (fuse_reply_open(req, fi) != 0)
        open_texts_drop(ops->texts, fi->fh); /* interrupted: no release will come */
}

/* One open is one text, made for whoever reads at offset 0, and anew each time that is read: so
 * does the kernel's seq_file, and top, which keeps its files open, relies on it.  @again: what
 * there is goes on. */
static GBytes *
text_at(const Ops *ops, const ProcFile *file, fuse_req_t req, uint64_t handle, bool again)
{
    pid_t tid = fuse_req_ctx(req)->pid;
    g_autoptr(GError) error = NULL;
    GBytes *text = again ? open_texts_get(ops->texts, handle) : NULL;

    if (text)
        return text;
    text = ops_make_text(ops, file, tid, &error);
    if (!text) {
        (void)fuse_reply_err(req, serve_errno(error, file, tid));
        return NULL;
    }
    metrics_count(METRIC_READS);
    open_texts_put(ops->texts, handle, text);
    return text;
}

/* Pages are the node's, so only the container whose node it is may fill them: somebody else's would
 * be shown to it. */
static bool
may_fill_pages(const Ops *ops, fuse_req_t req, uint64_t node)
{
    uint64_t container;

    return serve_container_id(ops->config.server, fuse_req_ctx(req)->pid, &container, NULL) &&
           container == tree_node_container(node);
}

/* Whether it is sendfile, splice or mmap that reads: read(2) of a FOPEN_DIRECT_IO file always names
 * its lock owner (linux:fs/fuse/file.c, fuse_direct_io). */
static bool
fills_pages(const struct fuse_file_info *fi)
{
    return fi->lock_owner == 0;
}

void
ops_read(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *fi)
{
    const Ops *ops = fuse_req_userdata(req);
    const TreeEntry *entry = tree_find(ops->tree, node);
    bool pages = fills_pages(fi);
    g_autoptr(GBytes) text = NULL;
    const char *bytes;
    size_t len, from;

    if (!entry || !entry->file || offset < 0) {
        (void)fuse_reply_err(req, !entry ? ENOENT : !entry->file ? EISDIR : EINVAL);
        return;
    }
    if (pages && !may_fill_pages(ops, req, node)) {
        (void)fuse_reply_err(req, EINVAL);
        return;
    }
    text = text_at(ops, entry->file, req, fi->fh,
                   offset > 0 || (pages && splices_has(ops->splices, fi->fh)));
    if (!text)
        return;
    bytes = g_bytes_get_data(text, &len);
    if (pages && !splices_begin(ops->splices, fi->fh, node, len)) {
        (void)fuse_reply_err(req, EINVAL);
        return;
    }
    from = MIN((uint64_t)offset, len);
    (void)fuse_reply_buf(req, bytes + from, MIN(size, len - from));
}

void
ops_release(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
    const Ops *ops = fuse_req_userdata(req);

    open_texts_drop(ops->texts, fi->fh);
    /* The next open shall ask for the size again.  Without a range this drops no pages and waits
     * for nobody. */
    if (splices_end(ops->splices, fi->fh, node))
        (void)fuse_lowlevel_notify_inval_inode(ops->se, node, -1, 0);
    (void)fuse_reply_err(req, 0);
}
