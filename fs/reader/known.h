/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to fs/reader: a process that is looked at again and again.  What was opened below its
 * directory is this very process's for as long as it is open, and fails once it has ended; so who
 * asks again is looked at anew for a third of the system calls.  Kept is the way to look, and what
 * a process cannot change in its life.  What was seen is not, but what follows from it: where the
 * texts are the same they need not be parsed again. */

#pragma once

#include "common/cache.h"
#include "common/cgroup_paths.h"

#include <glib.h>
#include <sys/types.h>

typedef struct Readers Readers;
typedef struct Process Process;

/* What was made of two texts of /proc/PID/cgroup, and will be again. */
typedef struct {
    char *own, *inits; /* @inits: NULL if none counts */
    CgroupPaths container;
} KnownCgroups;

/* Shared; what is not private never changes. */
struct Process {
    pid_t pid;
    int dir;         /* /proc/PID, O_PATH */
    uint64_t pid_ns; /* his for life (setns(2) is for his children); 0: it cannot be told */
    Process *init;   /* of that namespace; NULL: it is the daemon's, or none can be seen.  Owned */
    bool is_init;    /* of its namespace: then @init is NULL */
    /* private */
    bool is_kept;   /* in procfs: in a recorded machine a file may be replaced under its name */
    int cgroup;     /* its file of that name; -1: not needed yet; atomic */
    int task;       /* its directory of that name; likewise */
    bool was_alive; /* when that was last asked; atomic */
    GMutex lock;    /* guards all below */
    KnownCgroups learnt;
    unsigned level; /* known_number(); 0: not asked yet */
    uint64_t number;
};

/* By number: threads that asked, and inits (known_init_find()). */
extern const CacheKind known_threads, known_inits;

/* Opens /proc/@pid; the caller unrefs.  READ_ERROR_GONE. */
Process *known_open(const Readers *readers, pid_t pid, GError **error);
Process *known_ref(Process *process);
void known_unref(Process *process);

/* The text of its /proc/PID/cgroup as it is now; the caller frees. */
char *known_cgroup_text(Process *process, GError **error);

/* How deep its pid namespace is nested, and its number there, which it has for life; both 0 if that
 * cannot be told. */
void known_number(Process *process, unsigned *ret_level, uint64_t *ret_number);

/* Whether that very process has not been reaped. */
bool known_is_alive(Process *process);

/* Copies what was made of @own and @inits (may be NULL) when @process was last looked at.  False if
 * they were others then. */
bool known_recall(Process *process, const char *own, const char *inits, CgroupPaths *ret);
/* Copies all, if @process was looked at before. */
void known_learn(Process *process, const char *own, const char *inits,
                 const CgroupPaths *container);

/* Rule 3: the init of the pid namespace @process is in; the caller unrefs.  NULL if there is none
 * that can be seen. */
Process *known_init_find(Readers *readers, const Process *process);

/* The thread @tid, who may have asked before; the caller unrefs.  READ_ERROR_GONE.  That an older
 * one has ended which had the number is seen when it is looked at: then known_forget(). */
Process *known_thread(Readers *readers, pid_t tid, GError **error);
void known_forget(Readers *readers, pid_t tid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Process, known_unref)
