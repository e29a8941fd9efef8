/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who asks: the thread, and the container that it shows itself in.  Identifying a thread costs more
 * system calls than all else, so for one tick (common/tick.h) it is remembered who it was.  That
 * never decides what lasts longer: a node is bound to its container by a fresh look. */

#pragma once

#include "common/tick.h"
#include "fs/containers.h"
#include "fs/reader/reader.h"

typedef struct Askers Askers; /* thread-safe */

/* Shared; what is not private never changes. */
typedef struct {
    Reader reader;
    Container *container; /* NULL: the host, and he sees what it sees.  Owned */
    uint64_t tick;        /* he was looked at in */
    bool is_anybody;      /* private: asker_new() */
    /* private: found out when it is needed; atomic */
    int64_t boottime_offset;
    bool offset_known;
    int linux32; /* -1: not yet asked */
} Asker;

/* What is given is borrowed.  @tick may be NULL: nobody is remembered. */
typedef struct {
    Readers *readers;
    Containers *containers;
    Tick *tick;
} AskersConfig;

Askers *askers_new(const AskersConfig *config);
void askers_free(Askers *askers);

/* The thread @tid as it is now (CLOCK_BOOTTIME @now, microseconds).  The caller unrefs.  NULL and
 * READ_ERROR_STRANGER, _GONE, … as reader_identify(). */
Asker *askers_identify(Askers *askers, pid_t tid, uint64_t now, GError **error);
/* The same, or as it was earlier in this tick, if it was in a container then.  It is that very
 * thread in any case. */
Asker *askers_recall(Askers *askers, pid_t tid, uint64_t now, GError **error);

/* Nobody in particular in @container, with the time namespace of @boottime_offset. */
Asker *asker_new(Container *container, int64_t boottime_offset);

/* reader_boottime_offset() and reader_is_linux32(), once. */
bool asker_boottime_offset(Readers *readers, Asker *asker, int64_t *ret_usec, GError **error);
bool asker_is_linux32(Asker *asker);

/* The number of his container, 0 for the host's and for nobody (NULL). */
uint64_t asker_number(const Asker *asker);

void asker_unref(Asker *asker);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Asker, asker_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Askers, askers_free)
