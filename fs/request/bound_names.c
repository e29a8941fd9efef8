/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/bound_private.h"

#include "fs/request/answers.h"
#include "fs/request/jiffies.h"
#include "fs/request/listing.h"

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
    uint64_t told;
    int problem = bound_find(bound, node, &parent);

    if (problem == 0 && !find_child(bound, &parent, name, &child))
        problem = ENOENT;
    if (problem != 0) {
        (void)fuse_reply_err(req, problem);
        return;
    }
    answer.ino = bound_node(&child);
    answer.attr = stat_of(bound, &child);
    if (child.place.entry->file && (told = bound_time_told(&child)) != 0)
        answer.attr.st_mtim = answer.attr.st_ctim = answers_time(told);
    answer.attr_timeout = child.place.entry->file ? 0 : FOR_EVER;
    answer.entry_timeout = parent.registered ? FOR_EVER : 0;
    (void)fuse_reply_entry(req, &answer);
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
    st->st_mtim = st->st_ctim = answers_time(bound_time(bound, place, &text));
    *ret_timeout = jiffies_timeout(tick_left(tick, text.tick, bound->config.now()),
                                   jiffies_since_nsec(), bound->jiffy_nsec);
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

/* The offset of what has the number n is LISTING_OTHERS + n. */
typedef struct {
    const Bound *bound;
    off_t offset;
    Listing listing;
} Names;

/* True if what has the number @number was told in an earlier piece. */
static bool
is_told(const Names *names, uint64_t number)
{
    return names->offset >= LISTING_OTHERS && (uint64_t)(names->offset - LISTING_OTHERS) >= number;
}

/* False if it does not fit any more. */
static bool
list(Names *names, const BoundPlace *place, const char *name, off_t next)
{
    const struct stat st = {.st_ino = inode_of(place), .st_mode = mode_of(place)};

    return listing_add(&names->listing, name, &st, next);
}

static void
list_containers(Names *names, const BoundPlace *root)
{
    g_autoptr(GPtrArray) all = registry_list(names->bound->config.server->registry);

    for (guint i = 0; i < all->len; i++) {
        Registered *registered = all->pdata[i];
        const BoundPlace place = {registered, root->place}; /* borrows */

        if (!is_told(names, registered->number) &&
            !list(names, &place, registered->name, LISTING_OTHERS + (off_t)registered->number))
            return;
    }
}

static void
list_files(Names *names, const BoundPlace *dir)
{
    const Tree *tree = names->bound->tree;
    const TreeEntry *entry = NULL;

    while ((entry = tree_next(tree, dir->place.entry, entry ? entry->number : 0)) != NULL) {
        const BoundPlace place = {dir->registered, {.entry = entry}}; /* borrows */

        if (!is_told(names, entry->number) && bound_has(names->bound, &place) &&
            !list(names, &place, entry->name, LISTING_OTHERS + (off_t)entry->number))
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
list_directory(Names *names, const BoundPlace *dir)
{
    const BoundPlace up = parent_of(names->bound, dir); /* borrows */

    if ((names->offset < LISTING_DOT && !list(names, dir, ".", LISTING_DOT)) ||
        (names->offset < LISTING_DOT_DOT && !list(names, &up, "..", LISTING_DOT_DOT)))
        return;
    if (dir->registered)
        list_files(names, dir);
    else
        list_containers(names, dir);
}

void
bound_readdir(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *fi)
{
    const Bound *bound = fuse_req_userdata(req);
    Names names = {.bound = bound, .offset = offset};
    g_auto(BoundPlace) dir = {0};
    int problem = bound_find(bound, node, &dir);

    (void)fi;
    if (problem == 0 && (dir.place.entry->file || offset < 0))
        problem = ENOTDIR;
    if (problem != 0) {
        (void)fuse_reply_err(req, problem);
        return;
    }
    names.listing = listing_begin(req, size);
    list_directory(&names, &dir);
    listing_reply(&names.listing);
}
