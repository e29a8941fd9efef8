/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/bound_private.h"

#include "fs/request/jiffies.h"

#include <errno.h>
#include <sys/stat.h>

#define FOR_EVER 3600.0 /* seconds; what is below a container's directory stays as it is */

/* Different for all that is here, and small enough for 32-bit programs. */
#define INODE_NUMBER_SHIFT 8u
#define INODE_NUMBER_MASK 0xffffffu

static ino_t
inode_of(const BoundPlace *place)
{
    uint64_t number = place->registered ? place->registered->number : 0;

    return (number & INODE_NUMBER_MASK) << INODE_NUMBER_SHIFT | place->place.entry->number;
}

static mode_t
mode_of(const BoundPlace *place)
{
    if (!place->registered)
        return S_IFDIR | 0700; /* who may go in there sees every container */
    return place->place.entry->file ? S_IFREG | 0444 : S_IFDIR | 0555;
}

static struct stat
stat_of(const Bound *bound, const BoundPlace *place)
{
    struct stat st = {
        .st_ino = inode_of(place),
        .st_mode = mode_of(place),
        .st_nlink = 1,
        .st_blksize = BOUND_PAGE,
        .st_atim = bound->started,
        .st_mtim = bound->started,
        .st_ctim = bound->started,
    };

    if (place->place.entry->file)
        st.st_size = (off_t)bound_size(bound, place);
    return st;
}

/* In @parent; false if there is no such name. */
static bool
find_child(const Bound *bound, const BoundPlace *parent, const char *name, BoundPlace *ret)
{
    if (!parent->registered) {
        *ret =
            (BoundPlace){registry_find_name(bound->config.server->registry, name), parent->place};
        /* A dead one has left when it was looked at. */
        return ret->registered &&
               registry_look(bound->config.server->registry, ret->registered) != REGISTERED_DEAD;
    }
    *ret = (BoundPlace){registered_ref(parent->registered),
                        tree_child(bound->tree, &parent->place, name)};
    return ret->place.entry && bound_has(bound, ret);
}

/* A container's directory is found anew each time: mounts hold what they were made of, and a name
 * is given again.  No text is made for whoever only looks for a file to bind it: the first who
 * wants to know more asks. */
void
bound_lookup(fuse_req_t req, fuse_ino_t node, const char *name)
{
    const Bound *bound = fuse_req_userdata(req);
    g_auto(BoundPlace) parent = {0}, child = {0};
    struct fuse_entry_param answer = {0};
    int problem = bound_find(bound, node, &parent);

    if (problem == 0 && !find_child(bound, &parent, name, &child))
        problem = ENOENT;
    if (problem != 0) {
        (void)fuse_reply_err(req, problem);
        return;
    }
    answer.ino = bound_node(&child);
    answer.attr = stat_of(bound, &child);
    answer.attr_timeout = child.place.entry->file ? 0 : FOR_EVER;
    answer.entry_timeout = parent.registered ? FOR_EVER : 0;
    (void)fuse_reply_entry(req, &answer);
}

/* A new text has another time, on which the kernel drops the page it has. */
static struct timespec
time_of(const Text *text)
{
    return (struct timespec){.tv_sec = (time_t)(text->serial / G_USEC_PER_SEC),
                             .tv_nsec = (long)(text->serial % G_USEC_PER_SEC) * 1000};
}

/* The time of a file is that of its text.  Where there is none yet, or it cannot be made, nothing
 * is said for longer than this moment, and who reads is told why.  False if the container has
 * ended. */
static bool
file_times(const Bound *bound, const BoundPlace *place, struct stat *st, double *ret_timeout)
{
    const Tick *tick = bound->config.server->sources.tick;
    g_auto(Text) text = {0};

    *ret_timeout = 0;
    if (!bound_text(bound, place, &text, NULL))
        return registry_look(bound->config.server->registry, place->registered) != REGISTERED_DEAD;
    st->st_mtim = st->st_ctim = time_of(&text);
    if (tick && text.tick != 0)
        *ret_timeout =
            jiffies_timeout(tick_left(tick, text.tick, bound->config.now()), bound->jiffy_nsec);
    return true;
}

void
bound_getattr(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
    const Bound *bound = fuse_req_userdata(req);
    g_auto(BoundPlace) place = {0};
    double timeout = FOR_EVER;
    struct stat st;
    int problem = bound_find(bound, node, &place);

    (void)fi;
    if (problem == 0) {
        st = stat_of(bound, &place);
        if (place.place.entry->file && !file_times(bound, &place, &st, &timeout))
            problem = ESTALE;
    }
    if (problem != 0)
        (void)fuse_reply_err(req, problem);
    else
        (void)fuse_reply_attr(req, &st, timeout);
}

/* A listing under way.  Offsets: 1 and 2 follow the dots, OFFSET_FIRST + n what has the number n.
 */
#define OFFSET_FIRST 3

typedef struct {
    const Bound *bound;
    fuse_req_t req;
    char *buf;
    size_t size, used;
    off_t offset;
} Listing;

/* True if what has the number @number was told in an earlier piece. */
static bool
is_told(const Listing *listing, uint64_t number)
{
    return listing->offset >= OFFSET_FIRST && (uint64_t)(listing->offset - OFFSET_FIRST) >= number;
}

/* False if it does not fit any more. */
static bool
list(Listing *listing, const BoundPlace *place, const char *name, off_t next)
{
    const struct stat st = {.st_ino = inode_of(place), .st_mode = mode_of(place)};
    size_t n = fuse_add_direntry(listing->req, listing->buf + listing->used,
                                 listing->size - listing->used, name, &st, next);

    if (n > listing->size - listing->used)
        return false;
    listing->used += n;
    return true;
}

static void
list_containers(Listing *listing, const BoundPlace *root)
{
    g_autoptr(GPtrArray) all = registry_list(listing->bound->config.server->registry);

    for (guint i = 0; i < all->len; i++) {
        Registered *registered = all->pdata[i];
        const BoundPlace place = {registered, root->place}; /* borrows */

        if (!is_told(listing, registered->number) &&
            !list(listing, &place, registered->name, OFFSET_FIRST + (off_t)registered->number))
            return;
    }
}

static void
list_files(Listing *listing, const BoundPlace *dir)
{
    const Tree *tree = listing->bound->tree;
    const TreeEntry *entry = NULL;

    while ((entry = tree_next(tree, dir->place.entry, entry ? entry->number : 0)) != NULL) {
        const BoundPlace place = {dir->registered, {.entry = entry}}; /* borrows */

        if (!is_told(listing, entry->number) && bound_has(listing->bound, &place) &&
            !list(listing, &place, entry->name, OFFSET_FIRST + (off_t)entry->number))
            return;
    }
}

/* What is above a container's own directory is the root. */
static BoundPlace
parent_of(const Bound *bound, const BoundPlace *dir)
{
    bool is_top = dir->place.entry->number == TREE_ROOT;

    return (BoundPlace){is_top ? NULL : dir->registered, tree_parent(bound->tree, &dir->place)};
}

static void
list_directory(Listing *listing, const BoundPlace *dir)
{
    const BoundPlace up = parent_of(listing->bound, dir); /* borrows */

    if ((listing->offset < 1 && !list(listing, dir, ".", 1)) ||
        (listing->offset < 2 && !list(listing, &up, "..", 2)))
        return;
    if (dir->registered)
        list_files(listing, dir);
    else
        list_containers(listing, dir);
}

void
bound_readdir(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *fi)
{
    const Bound *bound = fuse_req_userdata(req);
    Listing listing = {bound, req, NULL, MIN(size, 65536u), 0, offset};
    g_autofree char *buf = NULL;
    g_auto(BoundPlace) dir = {0};
    int problem = bound_find(bound, node, &dir);

    (void)fi;
    if (problem == 0 && (dir.place.entry->file || offset < 0))
        problem = ENOTDIR;
    if (problem != 0) {
        (void)fuse_reply_err(req, problem);
        return;
    }
    buf = listing.buf = g_malloc(listing.size);
    list_directory(&listing, &dir);
    (void)fuse_reply_buf(req, listing.buf, listing.used);
}
