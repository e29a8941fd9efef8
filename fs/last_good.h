/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The texts that were served last, for when a source fails: of each container and file one, for a
 * second.  Bounded in number and bytes, the oldest makes room; thread-safe under a lock of its own.
 * Time is CLOCK_BOOTTIME in microseconds. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAST_GOOD_USEC (1 * G_USEC_PER_SEC)        /* so old a text may be when it is served */
#define LAST_GOOD_RENEW_USEC (G_USEC_PER_SEC / 10) /* so often one is renewed */

typedef struct LastGood LastGood;

/* Where a text belongs: @name is the container's paths and the file's, @container the number of its
 * cgroup, because a path is used again for another container. */
typedef struct {
    const char *name;
    uint64_t container;
} LastGoodKey;

LastGood *last_good_new(unsigned max_texts, size_t max_bytes);
void last_good_free(LastGood *texts);

/* True if there is none of @name, or an old one: asked at each read, so that a busy file is copied
 * ten times a second and not at each. */
bool last_good_wants(LastGood *texts, const char *name, uint64_t now);
/* Takes a reference of its own. */
void last_good_put(LastGood *texts, const LastGoodKey *key, uint64_t now, GBytes *text);
/* The caller unrefs; NULL if there is none, or one that is too old or of another container. */
GBytes *last_good_get(LastGood *texts, const LastGoodKey *key, uint64_t now);

void last_good_use(LastGood *texts, unsigned *ret_texts, size_t *ret_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LastGood, last_good_free)
