/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The containers that were looked at, each with a number of its own.  Nodes and texts belong to
 * such a number: paths are used again (docker restart), and no single cgroup tells two containers
 * apart that share it and differ elsewhere.  Bounded: the one unused longest makes room, and comes
 * back as another.  Thread-safe under a lock of its own, never held across I/O. */

#pragma once

#include "common/cgroup_layout.h"
#include "common/cgroup_paths.h"
#include "fs/shared_cpu.h"
#include "fs/survive/shelf.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Containers Containers;

#define CONTAINER_NUMBER_MAX ((UINT64_C(1) << 40) - 1) /* as fs/request/tree.h has room for it */
#define CONTAINER_FILES 16 /* the first rows of proc_files; no other has a known longest text */

/* Shared; all but the counters and @known never changes. */
typedef struct {
    uint64_t number;           /* from 1; never given to another while the machine is up */
    uint64_t id;               /* cgroup_container_id() */
    CgroupPaths paths;         /* the container's root cgroup in each hierarchy */
    uint64_t reads, snapshots; /* how often it was served, and for how many of these numbers were
                                  gathered; atomic */
    /* How long the text of a file can get (ProcFile.longest), once anybody has asked; atomic.  It
     * is what the first one was told to the end: the length of a text that the kernel caches must
     * never change (fs/request/sizes.h). */
    uint32_t longest[CONTAINER_FILES];
    CgroupsKnown known; /* where @paths lead */
} Container;

/* Numbers begin above @first.  @layout is borrowed. */
Containers *containers_new(const CgroupLayout *layout, unsigned max, uint64_t first);
void containers_free(Containers *containers);

/* From then on they are kept on @shelf (borrowed), and those that are there already go on.  To be
 * called before anybody enters. */
void containers_keep(Containers *containers, Shelf *shelf);

/* The container whose cgroups are @paths, a new one if these are new.  The caller unrefs.
 * READ_ERROR_GONE if its cgroup was removed. */
Container *containers_enter(Containers *containers, const CgroupPaths *paths, GError **error);
/* The caller unrefs; NULL if there is none (any more). */
Container *containers_find(Containers *containers, uint64_t number);
/* Keeps what was told of the container's files, before anybody is told. */
void containers_told(Containers *containers, const Container *container);
/* All of them, those used last first; the caller unrefs the array, which owns references. */
GPtrArray *containers_list(Containers *containers);

/* What files of one of them share in a tick; borrowed. */
Cache *containers_cpus(const Containers *containers);

/* READ_ERROR_GONE if its cgroup was removed, also if another has taken its paths since. */
bool container_is_there(const CgroupLayout *layout, const Container *container, GError **error);

/* The same for who has read in @tick where the container's paths led: that is no other's if it was
 * the container's before. */
bool container_is_there_in(const CgroupLayout *layout, Container *container, uint64_t tick,
                           GError **error);

/* One without paths, which is in no table.  The caller unrefs. */
Container *container_new(uint64_t number);
Container *container_ref(Container *container);
void container_unref(Container *container);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Container, container_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Containers, containers_free)
