/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the kernel may keep of a file, so that it need not ask for each read(2): the text of a node
 * whose length never changes and which fits a page.  It is that of the node's container, of this
 * tick, whoever has it made: a page is shown to everybody who has the node open through it. */

#include "fs/request/ops_private.h"

#include "common/clock.h"
#include "common/error.h"
#include "fs/metrics.h"
#include "fs/request/answers.h"

#include <errno.h>

bool
ops_may_have_page(const Ops *ops, const TreePlace *place, uint64_t node)
{
    const Tick *tick = ops->config.server->sources.tick;

    return tick && tick->length > 0 && place->entry->file->longest &&
           tree_node_container(node) != 0;
}

/* A text that was made for one reader alone, or by the kernel for all, is of no tick or no known
 * length. */
static bool
has_page(const Text *text)
{
    size_t len;
    const char *bytes = g_bytes_get_data(text->bytes, &len);

    return text->tick != 0 && text->longest <= OPS_PAGE_LEN && len > 0 && len <= text->longest &&
           bytes[len - 1] == '\n';
}

/* How much is left of @tick, microseconds. */
static uint64_t
time_left(const Ops *ops, uint64_t tick)
{
    return tick_left(ops->config.server->sources.tick, tick, ops->config.now());
}

/* The text of @node's container; the caller clears @ret. */
static bool
page_text(const Ops *ops, uint64_t node, Text *ret, GError **error)
{
    const TreePlace place = tree_find(ops->tree, node);
    g_autoptr(Container) container =
        containers_find(ops->config.server->containers, tree_node_container(node));
    g_autoptr(Asker) anybody = NULL;

    if (!container) {
        g_set_error(error, READ_ERROR, READ_ERROR_GONE, "nobody knows the container any more");
        return false;
    }
    anybody = asker_new(container, pages_offset(ops->pages, node));
    return ops_text(ops, &place, anybody, ret, error);
}

double
ops_page_stat(const Ops *ops, uint64_t node, Asker *asker, struct stat *st, GError **error)
{
    const TreePlace place = tree_find(ops->tree, node);
    g_auto(Text) text = {0};
    bool is_own = asker_number(asker) == tree_node_container(node);

    if (!(is_own ? ops_text(ops, &place, asker, &text, error)
                 : page_text(ops, node, &text, error))) {
        st->st_size = ops_size(sizes_get(ops->sizes, node));
        return 0.0; /* it may be there the next time */
    }
    if (!has_page(&text)) {
        pages_fill(ops->pages, node, 0); /* what was good before need not be now */
        st->st_size = (off_t)sizes_fit(ops->sizes, node, g_bytes_get_size(text.bytes));
        return OPS_ATTR_TIMEOUT;
    }
    sizes_tell(ops->sizes, node, text.longest);
    st->st_size = (off_t)text.longest;
    st->st_mtim = st->st_ctim = answers_time(text.serial);
    return jiffies_timeout(time_left(ops, text.tick), jiffies_since_nsec(), ops->jiffy_nsec);
}

/* Whether the text of @place, which @asker is of, may stay in the node's page. */
static bool
may_keep_text(const Ops *ops, const TreePlace *place, uint64_t node, Asker *asker)
{
    size_t told = sizes_get(ops->sizes, node);
    g_auto(Text) text = {0};

    return ops_text(ops, place, asker, &text, NULL) && has_page(&text) &&
           (told == 0 || told == text.longest); /* else he is told why when he reads */
}

/* Whether @asker, who is of the node's container, may be shown what is in its page, and is not to
 * be in the way of others who may not. */
static bool
opens_page(const Ops *ops, const TreePlace *place, uint64_t node, Asker *asker, bool *ret_keep)
{
    const unsigned needs = place->entry->file->needs;
    int64_t offset = 0;
    uint64_t filled;

    if (((needs & NEED_CPU_TIME) &&
         !asker_boottime_offset(ops->config.server->sources.readers, asker, &offset, NULL)) ||
        ((needs & NEED_CPUINFO) && asker_is_linux32(asker)) ||
        !pages_open(ops->pages, node, offset, &filled))
        return false;
    /* What filled it in this tick was found good then. */
    *ret_keep = filled != 0 && filled == asker->tick && time_left(ops, filled) > 0;
    if (*ret_keep)
        (void)__atomic_add_fetch(&asker->container->reads, 1, __ATOMIC_RELAXED);
    if (*ret_keep || may_keep_text(ops, place, node, asker))
        return true;
    pages_close(ops->pages, node);
    return false;
}

OpenKind
ops_open_kind(const Ops *ops, const TreePlace *place, uint64_t node, Asker *asker, bool *ret_keep)
{
    uint64_t container = tree_node_container(node);

    *ret_keep = false;
    if (container == 0)
        return OPEN_ASKED; /* the host's, whose page nobody fills, or nobody's */
    if (asker_number(asker) != container) {
        pages_open_other(ops->pages, node);
        return OPEN_OTHER;
    }
    if (!ops_may_have_page(ops, place, node))
        return OPEN_ASKED;
    return opens_page(ops, place, node, asker, ret_keep) ? OPEN_PAGE : OPEN_ALONE;
}

void
ops_close(const Ops *ops, uint64_t node, OpenKind kind)
{
    if (kind == OPEN_PAGE)
        pages_close(ops->pages, node);
    else if (kind == OPEN_OTHER)
        pages_close_other(ops->pages, node);
}

bool
ops_fills_page(const struct fuse_file_info *fi)
{
    return fi->lock_owner == 0;
}

void
ops_fill(const Ops *ops, uint64_t node, const Text *text)
{
    uint64_t end = tick_end(ops->config.server->sources.tick, text->tick);

    pages_fill(ops->pages, node, text->tick);
    /* Who has had it open since before somebody else came must be answered, but nobody else. */
    if (pages_has_others(ops->pages, node))
        end = text->tick;
    if (ops->config.expiry)
        expiry_add(ops->config.expiry, ops->connection, node, end);
}

void
ops_read_page(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *fi)
{
    const Ops *ops = fuse_req_userdata(req);
    const ProcFile *file = tree_find(ops->tree, node).entry->file;
    uint64_t start = clock_monotonic_nsec();
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) page = NULL;
    g_auto(Text) text = {0};

    if (!page_text(ops, node, &text, &error)) {
        answers_problem(req, answers_errno(req, error, file));
        return;
    }
    page = has_page(&text) ? sizes_pad(text.bytes, text.longest) : NULL;
    if (!page) {
        (void)fuse_reply_err(req, EIO);
        return;
    }
    metrics_served(proc_file_number(file), clock_monotonic_nsec() - start);
    if (ops_fills_page(fi))
        ops_fill(ops, node, &text);
    answers_slice(req, page, size, offset);
}
