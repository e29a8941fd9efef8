/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/listing.h"

#include <glib.h>

#define SIZE_MAX_BYTES 65536u /* what glibc asks for is half of it */

Listing
listing_begin(fuse_req_t req, size_t size)
{
    size_t len = MIN(size, SIZE_MAX_BYTES);

    return (Listing){.req = req, .buf = g_malloc(len), .size = len};
}

bool
listing_add(Listing *listing, const char *name, const struct stat *st, off_t next)
{
    size_t left = listing->size - listing->used;
    size_t n = fuse_add_direntry(listing->req, listing->buf + listing->used, left, name, st, next);

    if (n > left)
        return false;
    listing->used += n;
    return true;
}

void
listing_reply(Listing *listing)
{
    (void)fuse_reply_buf(listing->req, listing->buf, listing->used);
    g_clear_pointer(&listing->buf, g_free);
}
