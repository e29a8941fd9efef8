/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/lives.h"

#include "common/fd.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE (16 << 20)

Lives *
lives_new(void)
{
    Lives *lives = g_new0(Lives, 1);

    lives->fd = memfd_create("lives", MFD_CLOEXEC);
    g_assert(lives->fd >= 0 && ftruncate(lives->fd, SIZE) == 0);
    lives->shelf = shelf_open(lives->fd, NULL);
    g_assert(lives->shelf);
    return lives;
}

void
lives_next(Lives *lives)
{
    shelf_close(lives->shelf);
    lives->shelf = shelf_open(lives->fd, NULL);
    g_assert(lives->shelf);
}

void
lives_free(Lives *lives)
{
    shelf_close(lives->shelf);
    fd_clear(&lives->fd);
    g_free(lives);
}

static bool
count(uint64_t key, const void *data, size_t len, void *user)
{
    (void)key;
    (void)data;
    (void)len;
    ++*(unsigned *)user;
    return true;
}

unsigned
lives_count(const Lives *lives, ShelfKind kind)
{
    unsigned n = 0;

    shelf_foreach(lives->shelf, kind, count, &n);
    return n;
}

void
lives_put_nonsense(const Lives *lives, ShelfKind kind, uint64_t key)
{
    static const char nonsense[] = "this is not what it should be at all";

    g_assert(shelf_put(lives->shelf, (ShelfKey){kind, key}, nonsense, strlen(nonsense)));
}
