/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who asks?  From a thread id to the container it belongs to.  First match wins:
 *
 * 1. bound: everything served here was made for one container (config.bound);
 * 2. cgroup namespace: not the daemon's own, then its root is the container;
 * 3. pid namespace: not the daemon's own, then the cgroup of that namespace's init;
 * 4. the reader's own cgroup.
 *
 * Nothing forks, holds a lock across I/O, or looks at a process twice by number: everything about
 * one process is read below one directory fd of /proc/TID, which fails once that very process has
 * ended. */

#pragma once

#include "common/cgroup_layout.h"
#include "common/cgroup_paths.h"
#include "fs/survive/shelf.h"

#include <stdint.h>
#include <sys/types.h>

/* Reads /proc/PID/cgroup (@pid_dir_fd is /proc/PID) as a member of that process's cgroup namespace.
 * NULL and an error if the namespace cannot be entered. */
typedef char *(*ReaderLookInside)(int pid_dir_fd, size_t *ret_len, GError **error);

typedef struct {
    int root_fd;                  /* "/" or a recorded machine; borrowed */
    const CgroupLayout *layout;   /* borrowed */
    ReaderLookInside look_inside; /* reader_look_inside; a recorded machine reads a file */
    /* What a member of that namespace sees of the daemon: reader_look_back.  NULL in a recorded
     * machine, where nobody moves while he is looked at. */
    ReaderLookInside look_back;
    const CgroupPaths *bound; /* rule 1; NULL: whoever reads.  Borrowed */
} ReadersConfig;

/* Identifies readers; remembers namespaces, boundedly, under a lock of its own.  Thread-safe. */
typedef struct Readers Readers;

Readers *readers_new(const ReadersConfig *config, GError **error);
void readers_free(Readers *readers);

/* From then on when containers were born is kept on @shelf (borrowed), before anybody is told, and
 * what is there already still holds.  To be called before anybody asks. */
void readers_keep(Readers *readers, Shelf *shelf);

typedef struct {
    pid_t tid;             /* as the daemon's pid namespace numbers it */
    int pid_dir;           /* /proc/TID; -1 if bound.  Borrowed from @process, as @init_dir is */
    CgroupPaths container; /* the container's root cgroup in each hierarchy */
    struct CgroupsKnown
        *known;   /* where these lead; borrowed from who knows the container, or NULL */
    bool is_host; /* rule 4 ended at the root of every hierarchy: he sees what the host sees */
    int init_dir; /* /proc/PID of his pid namespace's init; -1 if that is the daemon's namespace */
    struct Process *process; /* private: fs/reader/known.h */
} Reader;

/* As he is now; who asked a moment ago costs less.  READ_ERROR_STRANGER if @tid is 0: the reader is
 * not visible in the daemon's pid namespace. READ_ERROR_GONE if he has ended. */
bool reader_identify(Readers *readers, pid_t tid, Reader *ret, GError **error);
void reader_clear(Reader *reader);

/* That he who was identified has not ended, so that @tid is nobody else's.  True if bound. */
bool reader_is_alive(const Reader *reader);

/* When the container was born, in microseconds of the host's CLOCK_BOOTTIME: the start of its pid
 * namespace's init if that lives in the container, else of the oldest process of its cgroups; 0 if
 * its cpuacct cgroup is the root (then its times are the host's).  Constant for a container once
 * told. */
bool reader_born(Readers *readers, const Reader *reader, uint64_t *ret_usec, GError **error);
/* The same for whoever knows the number (st_ino) of that cgroup, which is not looked up again. */
bool reader_born_in(Readers *readers, const Reader *reader, uint64_t id, uint64_t *ret_usec,
                    GError **error);

/* What the reader's time namespace adds to CLOCK_BOOTTIME, microseconds (time_namespaces(7)); 0 if
 * he is in the daemon's. */
bool reader_boottime_offset(Readers *readers, const Reader *reader, int64_t *ret_usec,
                            GError **error);

/* How deep the reader's pid namespace is nested, and his number there; both 0 if bound, or if the
 * kernel does not tell. */
void reader_number(const Reader *reader, unsigned *ret_level, uint64_t *ret_number);

/* True if the process @tid with the effective user @uid is root of the host: in no other pid or
 * user namespace than the daemon.  Cgroups do not count: a service of the host has its own. */
bool reader_is_host_root(const Readers *readers, pid_t tid, uid_t uid);

/* How much is remembered of what, and how often that helped. */
#define READERS_CACHES 4

typedef struct {
    const char *name; /* static */
    uint64_t hits, misses;
    unsigned entries;
} ReadersCache;

void readers_caches(Readers *readers, ReadersCache ret[READERS_CACHES]);

/* True if he runs under PER_LINUX32 (personality(2)): some architectures write another cpuinfo
 * then. False where it cannot be read. */
bool reader_is_linux32(const Reader *reader);

/* ReaderLookInside by a thread of its own, the one place that enters a namespace: setns(2) with
 * CLONE_NEWCGROUP is per thread. */
char *reader_look_inside(int pid_dir_fd, size_t *ret_len, GError **error);
/* The same of the daemon's own /proc/self/cgroup. */
char *reader_look_back(int pid_dir_fd, size_t *ret_len, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, reader_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Readers, readers_free)
