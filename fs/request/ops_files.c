/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/ops_private.h"

#include "common/clock.h"
#include "fs/metrics.h"
#include "fs/request/answers.h"

#include <errno.h>
#include <fcntl.h>

static void
drop_text(const Ops *ops, uint64_t handle)
{
    if (OPEN_KIND(handle) != OPEN_PAGE) /* has no text of its own */
        open_texts_drop(ops->texts, handle);
}

void
ops_open(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
    const Ops *ops = fuse_req_userdata(req);
    const TreePlace place = tree_find(ops->tree, node);
    const TreeEntry *entry = place.entry;
    g_autoptr(Asker) asker = NULL;
    OpenKind kind;
    bool keep;

    if (!entry || !entry->file) {
        (void)fuse_reply_err(req, entry ? EISDIR : ENOENT);
        return;
    }
    asker = ops_asker(ops, req, NULL);
    if (serve_hides(ops->config.server, entry->file, asker)) {
        (void)fuse_reply_err(req, ENOENT); /* it was bound before anybody knew for whom */
        return;
    }
    /* Not even root's CAP_DAC_OVERRIDE makes these files writable.  O_TRUNC would set the size the
     * kernel knows to 0. */
    if ((fi->flags & O_ACCMODE) != O_RDONLY || (fi->flags & O_TRUNC) ||
        (entry->file == &tree_metrics && !ops_may_read_metrics(ops, req))) {
        (void)fuse_reply_err(req, EACCES);
        return;
    }
    kind = ops_open_kind(ops, &place, node, asker, &keep);
    fi->direct_io = kind != OPEN_PAGE; /* every read(2) asks us, with the reader's own thread id */
    fi->keep_cache = keep;
    fi->fh = (kind == OPEN_PAGE ? 0 : open_texts_handle(ops->texts)) << OPEN_KIND_BITS | kind;
    if (fuse_reply_open(req, fi) != 0)
        ops_close(ops, node, kind); /* interrupted: no release will come */
}

/* Both make the text for whoever asks; if that fails the request is answered.  The caller frees. */
static GBytes *
new_metrics(const Ops *ops, fuse_req_t req)
{
    if (ops_may_read_metrics(ops, req))
        return ops_make_metrics(ops);
    (void)fuse_reply_err(req, EACCES); /* root's open file was inherited */
    return NULL;
}

static bool
new_text(const Ops *ops, const TreePlace *place, fuse_req_t req, Text *ret)
{
    const ProcFile *file = place->entry->file;
    g_autoptr(GError) error = NULL;
    uint64_t start = clock_monotonic_nsec();
    g_autoptr(Asker) asker = ops_asker(ops, req, &error);

    if (!asker || !ops_text(ops, place, asker, ret, &error)) {
        answers_problem(req, answers_errno(req, error, file));
        return false;
    }
    metrics_served(proc_file_number(file), clock_monotonic_nsec() - start);
    return true;
}

/* One open is one text, made for whoever reads at offset 0, and anew each time that is read: so
 * does the kernel's seq_file, and top, which keeps its files open, relies on it. */
static GBytes *
text_at(const Ops *ops, const TreePlace *place, fuse_req_t req, uint64_t handle, off_t offset)
{
    GBytes *bytes = offset > 0 ? open_texts_get(ops->texts, handle) : NULL;
    Text text = {0};

    if (bytes)
        return bytes;
    if (place->entry->file == &tree_metrics)
        text.bytes = new_metrics(ops, req);
    else if (!new_text(ops, place, req, &text))
        return NULL;
    if (text.bytes)
        open_texts_put(ops->texts, handle, text.bytes);
    return text.bytes;
}

/* Pages are the node's, so only the container whose node it is may fill them: somebody else's text
 * would be shown to it.  Nobody fills those of the host's node: engines bind it into containers. */
static bool
is_of_its_container(const Ops *ops, fuse_req_t req, uint64_t node)
{
    g_autoptr(Asker) asker = ops_asker(ops, req, NULL);

    return asker_number(asker) != 0 && asker_number(asker) == tree_node_container(node);
}

/* What cannot be right is refused with EINVAL, on which sendfile(2) tells programs to use read(2),
 * and they do: somebody else's node, or one that somebody else has open; a text that has outgrown
 * its size; one of several pages, of which each could be of another time. */
static void
fill_page(fuse_req_t req, const TreePlace *place, uint64_t node, off_t offset)
{
    const Ops *ops = fuse_req_userdata(req);
    size_t size = sizes_get(ops->sizes, node);
    g_autoptr(GBytes) page = NULL;
    g_auto(Text) text = {0};

    if (offset > 0 || size == 0 || size > OPS_PAGE_LEN || pages_has_others(ops->pages, node) ||
        !is_of_its_container(ops, req, node)) {
        (void)fuse_reply_err(req, EINVAL);
        return;
    }
    if (!new_text(ops, place, req, &text))
        return;
    page = sizes_pad(text.bytes, size);
    if (page) {
        ops_fill(ops, node, &text);
        answers_slice(req, page, OPS_PAGE_LEN, 0);
    } else {
        (void)fuse_reply_err(req, EINVAL);
    }
    (void)sizes_fit(ops->sizes, node, g_bytes_get_size(text.bytes));
}

void
ops_read(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *fi)
{
    const Ops *ops = fuse_req_userdata(req);
    const TreePlace place = tree_find(ops->tree, node);
    const TreeEntry *entry = place.entry;
    g_autoptr(GBytes) text = NULL;

    if (!entry || !entry->file || offset < 0) {
        (void)fuse_reply_err(req, !entry ? ENOENT : !entry->file ? EISDIR : EINVAL);
        return;
    }
    if (OPEN_KIND(fi->fh) == OPEN_PAGE && ops_may_have_page(ops, &place, node)) {
        ops_read_page(req, node, size, offset, fi);
    } else if (ops_fills_page(fi)) {
        if (OPEN_KIND(fi->fh) == OPEN_ASKED)
            fill_page(req, &place, node, offset);
        else
            (void)fuse_reply_err(req, EINVAL);
    } else if ((text = text_at(ops, &place, req, fi->fh, offset)) != NULL) {
        answers_slice(req, text, size, offset);
    }
}

void
ops_release(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
    const Ops *ops = fuse_req_userdata(req);

    /* Whoever dies before the answer is followed by one who does this again, and after it by one
     * who does not: a text may be dropped twice, but of the open files one too many is better than
     * one too few. */
    drop_text(ops, fi->fh);
    (void)fuse_reply_err(req, 0);
    ops_close(ops, node, OPEN_KIND(fi->fh));
}
