/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The answer to one READDIR: as many names as fit. */

#pragma once

#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <sys/stat.h>

/* The first entries of each directory; the offsets of all others are its own, from
 * LISTING_OTHERS on. */
#define LISTING_DOT 1
#define LISTING_DOT_DOT 2
#define LISTING_OTHERS 3

typedef struct {
    fuse_req_t req;
    char *buf;
    size_t size, used;
} Listing;

/* @size as the kernel asks for it; listing_reply() ends it. */
Listing listing_begin(fuse_req_t req, size_t size);

/* @next is what the kernel says to go on after it.  False if it does not fit any more. */
bool listing_add(Listing *listing, const char *name, const struct stat *st, off_t next);

/* Answers with what there is. */
void listing_reply(Listing *listing);
