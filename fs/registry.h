/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The containers that somebody has named: what stands below the bound tree (fs/request/bound.h).
 * One may be named before its cgroup exists: it is pending until somebody looks and finds it.  It
 * is dead once its cgroup is gone, and stays dead though another is made under the same path.
 * Nobody tells of that: each registration, each list and each failed read is the occasion to look.
 * Bounded; thread-safe under a lock of its own, never held across I/O. */

#pragma once

#include "fs/containers.h"

typedef struct Registry Registry;

#define REGISTRY_NAME_MAX 128 /* bytes */

typedef enum {
    REGISTRY_ERROR_EXISTS, /* another container has the name */
    REGISTRY_ERROR_FULL,   /* there are as many as there may be */
} RegistryError;

#define REGISTRY_ERROR (registry_error_quark())
GQuark registry_error_quark(void);

typedef enum { REGISTERED_PENDING, REGISTERED_LIVE, REGISTERED_DEAD } RegisteredState;

/* Shared; what is not said to change never does. */
typedef struct {
    uint64_t number; /* from 1; never given to another while the machine is up */
    char *name;
    CgroupPaths paths;       /* the container's root cgroup in each hierarchy */
    int64_t boottime_offset; /* of its time namespace, microseconds (time_namespaces(7)) */
    /* What its files are said to be long, once anybody has asked; 0: nobody has.  Atomic. */
    uint32_t sizes[CONTAINER_FILES];
    /* What time they were said to be of last; 0: none was said.  Atomic. */
    uint64_t times[CONTAINER_FILES];
    /* private: guarded by the registry's lock */
    RegisteredState state;
    Container *container; /* NULL: pending */
    GList by_look;        /* its data is this, or NULL: not in the registry any more */
} Registered;

/* Borrows @layout and @containers.  Numbers begin above @first. */
Registry *registry_new(const CgroupLayout *layout, Containers *containers, unsigned max,
                       uint64_t first);
void registry_free(Registry *registry);

/* From then on they are kept on @shelf (borrowed), and those that are there already go on.  To be
 * called when the containers are kept, and before anybody is registered. */
void registry_keep(Registry *registry, Shelf *shelf);

/* 1 to REGISTRY_NAME_MAX letters of ASCII, digits, '.', '_' and '-', the first not '.'.  [pure] */
bool registry_name_is_valid(const char *name);

/* What is to be registered; copied. */
typedef struct {
    const char *name;
    const CgroupPaths *paths;
    int64_t boottime_offset;
} Registration;

/* The one that has the name already if it is the very same, else a new one.  The caller unrefs.
 * REGISTRY_ERROR. */
Registered *registry_add(Registry *registry, const Registration *what, GError **error);
/* False if nobody has that name.  What is bound from it is dead from now on. */
bool registry_remove(Registry *registry, const char *name);

/* The caller unrefs; NULL if there is none (any more). */
Registered *registry_find(Registry *registry, uint64_t number);
Registered *registry_find_name(Registry *registry, const char *name);
/* Those that are not dead, looked at now, by their numbers; the caller unrefs the array, which owns
 * references. */
GPtrArray *registry_list(Registry *registry);
/* The same without a look, in no order. */
GPtrArray *registry_all(Registry *registry);
unsigned registry_size(Registry *registry);

/* Looks whether its cgroup is there.  One that is dead is not in the registry any more. */
RegisteredState registry_look(Registry *registry, Registered *registered);
/* Its container as it was found; the caller unrefs.  READ_ERROR_GONE if it is pending or dead. */
Container *registry_container(Registry *registry, Registered *registered, GError **error);

/* Keeps what was told of its files, before anybody is told. */
void registry_told(Registry *registry, Registered *registered);

/* A pending one that is in no registry, and without a name yet.  The caller unrefs. */
Registered *registered_new(uint64_t number);
Registered *registered_ref(Registered *registered);
void registered_unref(Registered *registered);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Registered, registered_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Registry, registry_free)
