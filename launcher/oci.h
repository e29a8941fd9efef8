/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an OCI runtime tells its hooks: the state (runtime-spec, runtime.md) and, in the bundle, the
 * configuration (config.md).  [pure] */

#pragma once

#include "launcher/json_read.h"
#include "launcher/wish.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
    char *id;
    pid_t pid;    /* 0: not told */
    char *bundle; /* absolute */
    char *root;   /* crun tells it, runc does not: NULL */
} OciState;

typedef struct {
    char *root;    /* as it stands there: absolute, or from the bundle */
    Wish wish;     /* oci_wish() */
    bool unmasked; /* oci_is_unmasked() */
} OciConfig;

/* READ_ERROR_MALFORMED: it is no JSON, or lacks what it must have. */
bool oci_state_parse(const char *text, size_t len, OciState *ret, GError **error);
bool oci_config_parse(const char *text, size_t len, OciConfig *ret, GError **error);

/* True if @config, a whole config.json, masks no path: then containers inside this one may mount a
 * procfs of their own, which the kernel refuses where one is partly covered. */
bool oci_is_unmasked(json_object *config);

/* What its annotation says.  A state has the same ones (runtime.md, "State"). */
Wish oci_wish(json_object *config);

/* The absolute path of the root directory.  The caller frees. */
char *oci_root(const OciState *state, const OciConfig *config);

void oci_state_clear(OciState *state);
void oci_config_clear(OciConfig *config);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OciState, oci_state_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OciConfig, oci_config_clear)
