/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which containers are given the files, and which files: ownproc-nri.conf.  [pure] */

#pragma once

#include "launcher/nri/subject.h"
#include "launcher/own_mounts.h"
#include "launcher/skip.h"

typedef enum {
    POLICY_MOUNT, /* with the container's own mounts, before it starts */
    POLICY_LATER, /* once it runs, when it can be seen whether its /proc is masked */
    POLICY_SKIP,
} PolicyVerdict;

/* Owned; lists end with NULL. */
typedef struct {
    char **namespaces, **except_namespaces; /* globs */
    char **except_handlers;                 /* globs */
    char **files;                           /* globs: "proc/meminfo", "sys/" and a star */
    SkipRules rules;
    bool attach;          /* to those that run, by a program: */
    char *program;        /* ownproc */
    char *tree, *run_dir; /* the daemon's */
    char **sockets;       /* runtimes to connect to */
} Policy;

Policy *policy_new(void); /* the defaults */
Policy *policy_copy(const Policy *policy);
void policy_free(Policy *policy);

/* Reads the group [ownproc-nri] of @text over what @policy says.  On failure, which is what stands
 * there and why it cannot be, @policy is as it was. */
bool policy_read(Policy *policy, const char *text, GError **error);

/* What @subject mounts itself: ours are there already when a container is met again.  The caller
 * frees. */
OwnMounts *policy_own_mounts(const Policy *policy, const Subject *subject);

/* @ret_reason, a literal, is why it is skipped or given the files later; may be NULL. */
PolicyVerdict policy_decide(const Policy *policy, const Subject *subject, const char **ret_reason);

/* True if @file ("proc/meminfo") is wanted, and runc lets it be mounted. */
bool policy_mounts_file(const Policy *policy, const char *file);

/* Which files a container is given. */
typedef struct {
    const Policy *policy;
    const OwnMounts *own; /* what it mounts itself */
    GString *left;        /* gets what is left alone for it */
} PolicyChoice;
/* True if @file is, by @choice, a PolicyChoice: for binds_of(). */
bool policy_chooses(const void *choice, const char *file);

/* True if @subject has the files though its /proc may be unmasked: ownproc attach is not asked. */
bool policy_is_forced(const Policy *policy, const Subject *subject);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Policy, policy_free)
