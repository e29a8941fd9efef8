/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A running container's place in the daemon's bound tree. */

#pragma once

#include "launcher/attach/process.h"

#include <stdbool.h>

typedef struct {
    char *id;    /* what it is registered as, or would be.  Owned */
    char *path;  /* its directory in the bound tree; NULL: it is not registered.  Owned */
    bool is_new; /* nobody had registered it before */
} Enrolment;

/* Registers the container of @process as @preferred (NULL: what its engine calls it), or, if
 * another has that name, as one made of the number of its mount namespace and its start.  Without a
 * daemon that takes registrations @ret->path is NULL and all is well.  LAUNCH_ERROR_FAILED if it is
 * in no container, or has ended. */
bool enroll(const char *run_dir, const Process *process, const char *preferred, Enrolment *ret,
            GError **error);

/* Takes back what enroll() was the first to say. */
void enroll_undo(const char *run_dir, const Enrolment *enrolment);
void enroll_end(const char *run_dir, const char *id);

void enrolment_clear(Enrolment *enrolment);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Enrolment, enrolment_clear)
