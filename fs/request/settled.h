/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which node a name leads to.  Each container has a node of its own for a file, and the kernel
 * keeps one node for a name: when it is told another it takes the one it had out of the directory,
 * and whoever has just resolved the name in order to mount the file is told ENOENT
 * (linux:fs/dcache.c, d_set_mounted()).  So a name leads where it did
 *   - for a moment after each look: where many look at once, a kernel since 6.16 takes out even
 *     what it has just put in (it compares the epoch of an entry before that is set), and so must
 *     not have to put in more than the first;
 *   - while somebody mounts what he found: until his thread looks for another or ends, or so much
 *     time is over that he does not any more;
 * and then to the looker's own node.  Somebody else's node shows everybody his own numbers, too; it
 * only is no faster than a question to us. */

#pragma once

#include "fs/survive/shelf.h"

#include <sys/types.h>

typedef struct Settled Settled; /* thread-safe */

/* A mount(2) has ended before, even one that waits for many others on a slow machine. */
#define SETTLED_USEC 2000000
#define SETTLED_MOMENT_USEC 200000
/* Outside of containers engines only look whether the file is there, a moment before the container
 * itself does. */
#define SETTLED_OUTSIDE_USEC 20000

/* Whether the thread of that number lives. */
typedef bool (*SettledLives)(pid_t thread, void *data);

/* Remembers @max names, and as many looks; if there are too many it forgets those of the dead, and
 * all if these are few.  @data is borrowed. */
Settled *settled_new(unsigned max, SettledLives lives, void *data);
void settled_free(Settled *settled);

/* From then on where names lead is kept on @shelf (borrowed).  One that is there already is held
 * for as long as a look at @now: whoever had looked may be mounting.  To be called before anybody
 * looks. */
void settled_keep(Settled *settled, Shelf *shelf, uint64_t now);

typedef struct {
    uint64_t name;   /* unique */
    uint64_t own;    /* the looker's own node */
    uint64_t now;    /* microseconds */
    pid_t thread;    /* who looks; 0 if it has no number here */
    bool is_outside; /* in no container's pid namespace */
} Look;

/* Which node he is told. */
uint64_t settled_node(Settled *settled, const Look *look);

/* How many looks hold a name. */
unsigned settled_size(Settled *settled);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settled, settled_free)
