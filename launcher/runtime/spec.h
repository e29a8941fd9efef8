/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A container's config.json (OCI runtime-spec, config.md and config-linux.md): what must be known
 * of it, and what is added.  [pure] */

#pragma once

#include "launcher/json_read.h"
#include "launcher/own_mounts.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define SPEC_ERROR (spec_error_quark())
GQuark spec_error_quark(void);
/* It is none of ours to inject, and why not; or it is no configuration at all. */
typedef enum { SPEC_ERROR_SKIP, SPEC_ERROR_MALFORMED } SpecError;

typedef enum {
    SPEC_PID_OWN,  /* a pid namespace of its own */
    SPEC_PID_HOST, /* the runtime's */
    SPEC_PID_PATH, /* that of a file */
} SpecPid;
/* *ret_path is borrowed. */
SpecPid spec_pid_namespace(json_object *spec, const char **ret_path);

/* All that it mounts.  The caller frees. */
OwnMounts *spec_own_mounts(json_object *spec);

/* False and SPEC_ERROR_SKIP if nothing can be mounted over its /proc. */
bool spec_has_proc(json_object *spec, const OwnMounts *own, GError **error);

typedef enum {
    SPEC_CLOCK_NONE,
    SPEC_CLOCK_OFFSET,    /* in the namespace that it has (Docker from 29.5) */
    SPEC_CLOCK_NAMESPACE, /* in one that was added */
} SpecClock;

/* Takes out again what an earlier call of us has added, as spec_note() says: a bundle may be used
 * twice.  False if there is nothing.  @hook is the program of our hook; NULL: there is none. */
bool spec_take_back(json_object *spec, const char *tree, const char *hook);
/* Notes as annotation ownproc.dev/runtime what was added. */
bool spec_note(json_object *spec, SpecClock clock);

/* Adds a read-only bind of @tree/@file at /@file unless @own, what it mounts itself, covers that.
 */
bool spec_add_file(json_object *spec, const OwnMounts *own, const char *tree, const char *file);
/* Adds a createContainer hook; @args begin with the program's name. */
bool spec_add_hook(json_object *spec, const char *path, const char *const *args);
/* Sets its boot clock back by @boottime_nsec, in a time namespace of its own; none if it has
 * offsets or is to join a namespace. */
SpecClock spec_add_clock(json_object *spec, uint64_t boottime_nsec);

/* The text of @spec, borrowed from it. */
const char *spec_text(json_object *spec);
