/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A container as a runtime describes it: what there is to decide by.  [pure] */

#pragma once

#include "launcher/nri/nri.pb-c.h"
#include "launcher/wish.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* As the runtime writes it. */
typedef struct {
    char *destination, *type, *source;
} SubjectMount;

/* Owned.  Texts are never NULL. */
typedef struct {
    char *id;
    char *name;      /* "namespace/pod/container", for people */
    char *namespace; /* "" where the runtime knows no pods */
    char *handler;   /* which of the runtime's runtimes; "" is its default */
    char *cgroups_path;
    pid_t pid; /* 0: it has none, or we are not told */
    bool running;
    bool host_pids;      /* it shares the host's pid namespace, as far as this message tells */
    char *joined_pids;   /* file of the pid namespace that it joins, a pod's; NULL: none */
    bool user_namespace; /* it has a user namespace of its own */
    bool writable_sys;   /* its /sys can be written to: it is privileged */
    Wish wish;           /* the container's own, else its pod's */
    GPtrArray *mounts;   /* of SubjectMount */
} Subject;

/* @pod may be NULL.  NULL if @container has no id. */
Subject *subject_new(const Nri__Pod *pod, const Nri__Container *container);
void subject_free(Subject *subject);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Subject, subject_free)
