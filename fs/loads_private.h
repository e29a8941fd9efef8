/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to fs/loads*.c. */

#pragma once

#include "fs/loads.h"
#include "fs/source/tasks.h"

typedef struct {
    uint64_t id;           /* tasks_id(); the key */
    CgroupPaths container; /* constant */

    /* Guarded by Loads.lock: */
    TaskSample sample;
    uint64_t sampled; /* when */
    bool averaged;
    LoadView view; /* its averages */
    uint64_t due;  /* when these go on; what Loads.next was when it was kept */
    GList by_use;  /* link in Loads.by_use; data is the load */
} Load;

struct Loads {
    Sources sources;
    unsigned max;
    Shelf *shelf; /* NULL: nothing is kept */

    GMutex lock;       /* guards all below, nothing that could wait is done under it */
    GHashTable *by_id; /* owns a reference to each load */
    GQueue by_use;     /* used last comes first */
    unsigned n_averaged;
    GThread *thread; /* NULL until averages are read for the first time */
    GCond changed;   /* n_averaged or stop */
    gint64 next;     /* when the averages go on, CLOCK_MONOTONIC; of no meaning if there are none */
    bool stop;
};

/* One that is in no table.  The caller unrefs. */
Load *load_new(uint64_t id);
void load_unref(gpointer load);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Load, load_unref)

/* Under the lock. */
void load_enter(Loads *loads, Load *load); /* takes over @load */
void load_forget(Loads *loads, Load *load);
void load_keep(Loads *loads, Load *load); /* loads_kept.c */
void loads_start(Loads *loads);           /* there is something for the thread to do */

/* Not under the lock: */

/* Two threads may do this for one container at once: the later sample stays. */
bool load_sample(Loads *loads, Load *load, uint64_t now, unsigned *n_asked, GError **error);

/* A GThreadFunc, of Loads.thread. */
gpointer loads_run(gpointer loads);
