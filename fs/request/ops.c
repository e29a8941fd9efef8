/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/ops_private.h"

#define SIZES_MAX 4096 /* nodes */

Ops *
ops_new(const OpsConfig *config)
{
    Ops *ops = g_new0(Ops, 1);

    ops->config = *config;
    ops->tree = tree_new(proc_files, proc_files_n);
    ops->texts = open_texts_new(config->max_text_bytes);
    ops->sizes = sizes_new(SIZES_MAX);
    (void)clock_gettime(CLOCK_REALTIME, &ops->started); /* cannot fail for this clock */
    return ops;
}

void
ops_free(Ops *ops)
{
    if (!ops)
        return;
    sizes_free(ops->sizes);
    open_texts_free(ops->texts);
    tree_free(ops->tree);
    g_free(ops);
}

Asker *
ops_asker(const Ops *ops, fuse_req_t req, GError **error)
{
    return askers_recall(ops->config.server->askers, fuse_req_ctx(req)->pid, ops->config.now(),
                         error);
}

bool
ops_text(const Ops *ops, const TreePlace *place, Asker *asker, Text *ret, GError **error)
{
    const ProcName name = {place->entry->file, place->numbers};

    return serve_text(ops->config.server, &name, asker, ops->config.now(), ret, error);
}

static void
ops_init(void *userdata, struct fuse_conn_info *conn)
{
    (void)userdata;
    /* Pages the kernel may hold are dropped at each open; times, which never change, say nothing
     * about them. */
    conn->want &= ~(unsigned)FUSE_CAP_AUTO_INVAL_DATA;
}

const struct fuse_lowlevel_ops ops_table = {
    .init = ops_init,
    .lookup = ops_lookup,
    .getattr = ops_getattr,
    .readdir = ops_readdir,
    .open = ops_open,
    .read = ops_read,
    .release = ops_release,
};
