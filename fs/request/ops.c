/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/ops_private.h"

#define TEXT_FIRST 4096 /* bytes; most texts fit */
#define SIZES_MAX 4096  /* nodes */

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

GBytes *
ops_make_text(const Ops *ops, const TreePlace *place, pid_t tid, GError **error)
{
    const ProcName name = {place->entry->file, place->numbers};
    g_autoptr(GString) text = g_string_sized_new(TEXT_FIRST);

    if (!serve(ops->config.server, &name, tid, ops->config.now(), text, error))
        return NULL;
    return g_string_free_to_bytes(g_steal_pointer(&text));
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
