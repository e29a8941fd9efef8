/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/bound_private.h"

#include "common/clock.h"
#include "common/log.h"
#include "fs/metrics.h"
#include "fs/request/answers.h"
#include "fs/request/sizes.h"

#include <errno.h>

/* Once said it holds for the connection: the kernel opens by itself, and keeps the pages. */
void
bound_open(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
    (void)node;
    (void)fi;
    (void)fuse_reply_err(req, ENOSYS);
}

/* CPUs were plugged in, and the numbers have grown into all the room there was. */
static int
outgrown(const BoundPlace *place)
{
    log_limited(G_LOG_LEVEL_WARNING, "outgrown", "%s of %s has outgrown its size",
                place->place.entry->path, place->registered->name);
    return EIO;
}

/* Pages must not outlive the tick of what is in them. */
static uint64_t
end_of(const Bound *bound, const Text *text)
{
    return tick_end(bound->config.server->sources.tick, text->tick);
}

/* True if the page of the file holds nothing older than @text. */
static bool
push(const Bound *bound, const BoundPlace *place, const Text *text)
{
    size_t size = bound_size(bound, place);
    g_autoptr(GBytes) page = size > 0 ? sizes_pad(text->bytes, size) : NULL;

    return page && expiry_push(bound->config.expiry, bound->connection, bound_node(place),
                               end_of(bound, text), page);
}

static uint64_t *
time_told(const BoundPlace *place)
{
    return &place->registered->times[proc_file_number(place->place.entry->file)];
}

uint64_t
bound_time_told(const BoundPlace *place)
{
    return __atomic_load_n(time_told(place), __ATOMIC_RELAXED);
}

uint64_t
bound_time(const Bound *bound, const BoundPlace *place, const Text *text)
{
    uint64_t told = bound_time_told(place);

    /* What the kernel has from before the first time nobody knows. */
    if (told != 0 && text->tick != 0 && bound->config.expiry && push(bound, place, text))
        return told;
    __atomic_store_n(time_told(place), text->serial, __ATOMIC_RELAXED);
    return text->serial;
}

/* The text as long as the file is said to be.  0, or what is answers_problem()'s. */
static int
make_page(fuse_req_t req, const BoundPlace *place, GBytes **ret)
{
    const Bound *bound = fuse_req_userdata(req);
    const ProcFile *file = place->place.entry->file;
    size_t size = bound_size(bound, place);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) page = NULL;
    uint64_t start = clock_monotonic_nsec();
    g_auto(Text) text = {0};

    if (size == 0)
        return ENOENT;
    if (!bound_text(bound, place, &text, &error)) {
        (void)registry_look(bound->config.server->registry, place->registered);
        return answers_errno(req, error, file);
    }
    metrics_served(proc_file_number(file), clock_monotonic_nsec() - start);
    page = sizes_pad(text.bytes, size);
    if (!page)
        return outgrown(place);
    *ret = bound->config.expiry ? expiry_fill(bound->config.expiry, bound->connection,
                                              bound_node(place), end_of(bound, &text), page)
                                : g_bytes_ref(page);
    return 0;
}

/* Whoever it is that reads, it is the container's text. */
void
bound_read(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *fi)
{
    const Bound *bound = fuse_req_userdata(req);
    g_auto(BoundPlace) place = {0};
    g_autoptr(GBytes) page = NULL;
    int problem = bound_find(bound, node, &place);

    (void)fi;
    if (problem == 0 && (!place.place.entry->file || offset < 0))
        problem = place.place.entry->file ? EINVAL : EISDIR;
    if (problem == 0)
        problem = make_page(req, &place, &page);
    if (problem != 0)
        answers_problem(req, problem);
    else
        answers_slice(req, page, size, offset);
}
