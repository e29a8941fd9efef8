/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the threads of each container are doing, and how that was on average.  A container enters
 * when it is asked for the first time.  Its averages begin when they are read for the first time;
 * from then on one thread takes a sample every 5 s for as long as the container lives, whether
 * anybody reads or not.  While no such container lives the thread sleeps, without a timer. */

#pragma once

#include "fs/source/snapshot.h"
#include "fs/survive/shelf.h"
#include "fs/view/load_view.h"

typedef struct Loads Loads; /* thread-safe; no I/O is done under its lock */

/* @sources is copied, what it points to borrowed.  The container read longest ago is forgotten for
 * one that is too many. */
Loads *loads_new(const Sources *sources, unsigned max_containers);
/* Ends the thread, when nobody asks any more: averages stay as they are. */
void loads_stop(Loads *loads);
void loads_free(Loads *loads);

/* From then on they are kept on @shelf (borrowed), each before it is shown.  Those that are there
 * already go on as if nobody had been away.  To be called before anybody asks. */
void loads_keep(Loads *loads, Shelf *shelf);

/* What the threads of the reader's container are doing, not older than about a second; with
 * NEED_LOAD in @needs its averages, too.  @now is CLOCK_BOOTTIME in microseconds. */
bool loads_read(Loads *loads, const Reader *reader, unsigned needs, uint64_t now, LoadView *ret,
                GError **error);

/* What the thread does: takes a sample of every container with averages, and lets these go on by
 * @periods.  Forgets the containers whose cgroups are gone. */
void loads_advance(Loads *loads, uint64_t now, uint64_t periods);

/* How many containers have averages, and how many are known. */
unsigned loads_averaged(Loads *loads);
unsigned loads_size(Loads *loads);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Loads, loads_free)
