/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/answers.h"
#include "fs/request/ops_private.h"
#include "fs/summary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define SIZES_MAX 4096 /* nodes */
#define PAGES_MAX 4096 /* nodes that nobody has open */
#define NAMES_MAX 4096
#define DIRECTORIES UINT64_MAX /* no container's number */

static bool
lives(pid_t thread, void *data)
{
    const Ops *ops = data;
    char path[32];

    (void)snprintf(path, sizeof path, "proc/%d", (int)thread);
    return faccessat(ops->config.server->sources.root_fd, path, F_OK, 0) == 0 || errno != ENOENT;
}

Ops *
ops_new(const OpsConfig *config)
{
    Ops *ops = g_new0(Ops, 1);

    ops->config = *config;
    ops->tree = tree_new(proc_files, proc_files_n);
    ops->texts = open_texts_new(config->max_text_bytes);
    ops->sizes = sizes_new(SIZES_MAX);
    ops->pages = pages_new(PAGES_MAX);
    ops->settled = config->names_settle ? settled_new(NAMES_MAX, lives, ops) : NULL;
    ops->jiffy_nsec = jiffies_length_nsec();
    (void)clock_gettime(CLOCK_REALTIME, &ops->started); /* cannot fail for this clock */
    return ops;
}

void
ops_free(Ops *ops)
{
    if (!ops)
        return;
    settled_free(ops->settled);
    pages_free(ops->pages);
    sizes_free(ops->sizes);
    open_texts_free(ops->texts);
    tree_free(ops->tree);
    g_free(ops);
}

void
ops_connect(Ops *ops, gpointer connection)
{
    ops->connection = connection;
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

uint64_t
ops_whose(void *data, uint64_t node)
{
    const Ops *ops = data;
    const TreeEntry *entry = tree_find(ops->tree, node).entry;

    return entry && entry->file ? tree_node_container(node) : DIRECTORIES;
}

char *
ops_describe(const Ops *ops, uint64_t node)
{
    const Server *server = ops->config.server;
    const TreeEntry *entry = tree_find(ops->tree, node).entry;
    g_autoptr(Container) container = containers_find(server->containers, tree_node_container(node));

    return g_strdup_printf("%s of %s", entry ? entry->path : "nothing",
                           container ? summary_path(server, &container->paths) : "the host");
}

static void
ops_init(void *userdata, struct fuse_conn_info *conn)
{
    (void)conn;
    ops_drop_pages(userdata);
}

const struct fuse_lowlevel_ops ops_table = {
    .init = ops_init,
    .lookup = ops_lookup,
    .forget = ops_forget,
    .forget_multi = ops_forget_multi,
    .getattr = ops_getattr,
    .readdir = ops_readdir,
    .open = ops_open,
    .read = ops_read,
    .release = ops_release,
};
