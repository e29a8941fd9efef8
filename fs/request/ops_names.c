/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/ops_private.h"

#include "fs/failure.h"
#include "fs/request/listing.h"
#include "fs/serve_names.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define DIRECTORY_TIMEOUT 3600.0 /* seconds; a directory's attributes never change */
#define OWN_ENTRY_TIMEOUT 0.0    /* the same name is another node for another container, or none */

static off_t
file_size(const Ops *ops, const TreePlace *place, uint64_t node, Asker *asker)
{
    size_t known = sizes_get(ops->sizes, node);
    g_auto(Text) text = {0};

    if (known == 0 && asker && place->entry->file != &tree_metrics &&
        tree_is_everybodys(place->entry) && ops_text(ops, place, asker, &text, NULL))
        known = sizes_fit(ops->sizes, node, g_bytes_get_size(text.bytes));
    return ops_size(known);
}

/* The kernel gives slabinfo to root alone: it tells who attacks the kernel's memory where to aim.
 */
static bool
is_roots(const ProcFile *file)
{
    return file == &tree_metrics || (file->needs & NEED_SLABINFO) != 0;
}

static mode_t
entry_mode(const TreeEntry *entry)
{
    if (!entry->file)
        return S_IFDIR | 0555;
    return S_IFREG | (is_roots(entry->file) ? 0400 : 0444);
}

/* 1, as other file systems have it, tells programs like find(1) that directories are not counted.
 */
static nlink_t
entry_links(const TreeEntry *entry)
{
    return entry->file || entry->is_varied ? 1 : 2 + entry->n_dirs;
}

/* All but the size of a file. */
static struct stat
place_stat(const Ops *ops, const TreePlace *place)
{
    const TreeEntry *entry = place->entry;
    struct stat st = {
        .st_ino = tree_inode(place),
        .st_mode = entry_mode(entry),
        .st_nlink = entry_links(entry),
        .st_blksize = 4096,
        .st_atim = ops->started,
        .st_mtim = ops->started,
        .st_ctim = ops->started,
    };

    return st;
}

/* What @asker, NULL if nobody knows him, is told of @node.  Returns how long it is valid, in
 * seconds; @error is set if the text that the kernel may have of it is no more. */
static double
node_stat(const Ops *ops, uint64_t node, Asker *asker, struct stat *ret, GError **error)
{
    const TreePlace place = tree_find(ops->tree, node);
    double timeout = place.entry->file ? OPS_ATTR_TIMEOUT : DIRECTORY_TIMEOUT;

    *ret = place_stat(ops, &place);
    if (place.entry->file && ops_may_have_page(ops, &place, node))
        timeout = ops_page_stat(ops, node, asker, ret, error);
    else if (place.entry->file)
        ret->st_size = file_size(ops, &place, node, asker);
    return timeout;
}

static double
entry_timeout(const TreeEntry *entry)
{
    return !entry->file && tree_is_everybodys(entry) ? DIRECTORY_TIMEOUT : OWN_ENTRY_TIMEOUT;
}

/* True if what is there, or which node it is, depends on who looks. */
static bool
is_askers(const TreeEntry *entry)
{
    return entry->file ? entry->file != &tree_metrics : !tree_is_everybodys(entry);
}

static bool
is_there(const Ops *ops, const TreePlace *place, const Asker *asker)
{
    const TreeEntry *entry = place->entry;
    const ServePlace asked = {entry->path, place->numbers};

    if (entry->file && serve_hides(ops->config.server, entry->file, asker))
        return false;
    return tree_is_everybodys(entry) ||
           serve_has(ops->config.server, &asked, entry->is_kernels, asker);
}

/* In no pid namespace but ours: an engine, in whatever cgroup its service is. */
static bool
is_outside(const Asker *asker)
{
    return !asker || asker->reader.init_dir < 0;
}

void
ops_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    const Ops *ops = fuse_req_userdata(req);
    const TreePlace dir = tree_find(ops->tree, parent);
    g_autoptr(Asker) asker = NULL;
    TreePlace place = {.entry = NULL};
    struct fuse_entry_param answer = {0};

    if (dir.entry)
        place = tree_child(ops->tree, &dir, name);
    /* Whoever is not known finds what all find.  As he is now: a node lasts. */
    if (place.entry && is_askers(place.entry))
        asker = askers_identify(ops->config.server->askers, fuse_req_ctx(req)->pid,
                                ops->config.now(), NULL);
    if (!place.entry || !is_there(ops, &place, asker)) {
        (void)fuse_reply_err(req, ENOENT);
        return;
    }
    answer.ino = tree_node(&place, asker_number(asker));
    if (ops->settled && is_askers(place.entry))
        answer.ino =
            settled_node(ops->settled, &(Look){tree_inode(&place), answer.ino, ops->config.now(),
                                               fuse_req_ctx(req)->pid, is_outside(asker)});
    answer.attr_timeout = node_stat(ops, answer.ino, asker, &answer.attr, NULL);
    answer.entry_timeout = entry_timeout(place.entry);
    (void)fuse_reply_entry(req, &answer);
}

void
ops_getattr(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
    const Ops *ops = fuse_req_userdata(req);
    const TreePlace place = tree_find(ops->tree, node);
    bool is_page = fi && OPEN_KIND(fi->fh) == OPEN_PAGE;
    g_autoptr(GError) error = NULL;
    g_autoptr(Asker) asker = NULL;
    struct stat st;
    double timeout;

    if (!place.entry) {
        (void)fuse_reply_err(req, ENOENT);
        return;
    }
    /* A page is its container's whoever reads it. */
    if (is_askers(place.entry) && !is_page)
        asker = ops_asker(ops, req, NULL);
    timeout = node_stat(ops, node, asker, &st, &error);
    if (error && is_page)
        (void)fuse_reply_err(req, failure_errno(error, place.entry->file, fuse_req_ctx(req)->pid));
    else
        (void)fuse_reply_attr(req, &st, timeout);
}

void
ops_forget(fuse_req_t req, fuse_ino_t node, uint64_t n)
{
    const Ops *ops = fuse_req_userdata(req);

    (void)n;
    pages_forget(ops->pages, node);
    sizes_forget(ops->sizes, node);
    fuse_reply_none(req);
}

void
ops_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
    const Ops *ops = fuse_req_userdata(req);

    for (size_t i = 0; i < count; i++) {
        pages_forget(ops->pages, forgets[i].ino);
        sizes_forget(ops->sizes, forgets[i].ino);
    }
    fuse_reply_none(req);
}

/* The offset of the entry called so is LISTING_OTHERS + (entry << OFFSET_SHIFT | number). */
#define OFFSET_SHIFT 13
G_STATIC_ASSERT(1 << OFFSET_SHIFT == CPUSET_MAX);

typedef struct {
    const Ops *ops;
    const Asker *asker; /* NULL: nobody knows him */
    Listing listing;
} Names;

/* False if it does not fit any more. */
static bool
list(Names *names, const TreePlace *place, const char *name, off_t next)
{
    const struct stat st = {.st_ino = tree_inode(place), .st_mode = entry_mode(place->entry)};

    return listing_add(&names->listing, name, &st, next);
}

static off_t
offset_after(const TreeEntry *entry, unsigned number)
{
    return LISTING_OTHERS + ((off_t)entry->number << OFFSET_SHIFT | number);
}

/* From @from on all that @entry, whose name has "%u", stands for. */
static bool
list_many(Names *names, const TreePlace *dir, const TreeEntry *entry, unsigned from)
{
    const ServePlace asked = {entry->path, dir->numbers};
    CpuSet numbers = serve_numbers(names->ops->config.server, &asked, names->asker);
    TreePlace place;

    for (int i = cpuset_next(&numbers, from); i >= 0; i = cpuset_next(&numbers, (unsigned)i + 1)) {
        g_autofree char *name = NULL;

        if (!tree_place(dir, entry, (unsigned)i, &place))
            continue;
        name = g_strdup_printf("%.*s%d", (int)strcspn(entry->name, "%"), entry->name, i);
        if (!list(names, &place, name, offset_after(entry, (unsigned)i)))
            return false;
    }
    return true;
}

static bool
list_entry(Names *names, const TreePlace *dir, const TreeEntry *entry, unsigned from)
{
    TreePlace place = {entry, dir->numbers};

    if (entry->is_many)
        return list_many(names, dir, entry, from);
    return from > 0 || !is_there(names->ops, &place, names->asker) ||
           list(names, &place, entry->name, offset_after(entry, 0));
}

static void
list_from(Names *names, const TreePlace *dir, off_t offset)
{
    const Tree *tree = names->ops->tree;
    const TreePlace up = tree_parent(tree, dir);
    uint64_t after = offset < LISTING_OTHERS ? 0 : (uint64_t)(offset - LISTING_OTHERS) + 1;
    unsigned first = (unsigned)MIN(after >> OFFSET_SHIFT, UINT_MAX);
    unsigned from = (unsigned)(after % (1u << OFFSET_SHIFT));
    const TreeEntry *entry;

    if ((offset < LISTING_DOT && !list(names, dir, ".", LISTING_DOT)) ||
        (offset < LISTING_DOT_DOT && !list(names, &up, "..", LISTING_DOT_DOT)))
        return;
    entry = tree_next(tree, dir->entry, first > 0 ? first - 1 : 0);
    for (; entry; entry = tree_next(tree, dir->entry, entry->number))
        if (!list_entry(names, dir, entry, entry->number == first ? from : 0))
            return;
}

void
ops_readdir(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *fi)
{
    const Ops *ops = fuse_req_userdata(req);
    const TreePlace dir = tree_find(ops->tree, node);
    g_autoptr(Asker) asker = NULL;
    Names names = {.ops = ops};

    (void)fi;
    if (!dir.entry || dir.entry->file || offset < 0) {
        (void)fuse_reply_err(req, dir.entry ? ENOTDIR : ENOENT);
        return;
    }
    names.asker = asker = ops_asker(ops, req, NULL);
    names.listing = listing_begin(req, size);
    list_from(&names, &dir, offset);
    listing_reply(&names.listing);
}
