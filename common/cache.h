/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What was found out about a namespace, a cgroup or a file, by its number.  Bounded:
 * the entry unused longest makes room, and one unused for too long is dropped, because a value may
 * hold a file descriptor that keeps something dead alive.  Thread-safe, under a lock of its own;
 * values are freed outside of it.  Time is CLOCK_MONOTONIC in microseconds. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Cache Cache;

#define CACHE_FOR_EVER UINT64_MAX

typedef struct {
    uint64_t max_idle_usec; /* or CACHE_FOR_EVER */
    GDestroyNotify value_free;
    /* Makes *ret from a value, under the lock: it must not wait. */
    bool (*value_copy)(const void *value, void *ret);
} CacheKind;

/* Of at most @max entries; @kind is borrowed. */
Cache *cache_new(const CacheKind *kind, unsigned max);
void cache_free(Cache *cache);

/* Copies the value of @key to @ret; false if there is none. */
bool cache_get(Cache *cache, uint64_t key, uint64_t now, void *ret);
/* Takes over @value, in place of an older one. */
void cache_put(Cache *cache, uint64_t key, uint64_t now, void *value);
void cache_drop(Cache *cache, uint64_t key);

/* How often cache_get() found what it was asked for, and how many entries there are. */
typedef struct {
    uint64_t hits, misses;
    unsigned entries;
} CacheUse;

void cache_use(Cache *cache, CacheUse *ret);
/* The key of the entry unused longest, which then counts as used; false if there is none. */
bool cache_oldest(Cache *cache, uint64_t now, uint64_t *ret_key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Cache, cache_free)
