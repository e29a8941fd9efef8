/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What `ownproc doctor` found, and how it is printed.  [pure] */

#pragma once

#include <glib.h>

typedef enum {
    FINDING_GOOD,
    FINDING_NOTE,    /* could be otherwise, and need not be */
    FINDING_BAD,     /* there is something to do */
    FINDING_UNKNOWN, /* it could not be looked at */
} FindingState;

typedef struct {
    const char *check; /* "daemon" */
    FindingState state;
    char *result;       /* one sentence */
    const char *advice; /* one more; NULL: there is nothing to do */
} Finding;

/* An array of Finding; the caller unrefs. */
GPtrArray *findings_new(void);
void findings_add(GPtrArray *findings, const Finding *finding, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

void findings_text(const GPtrArray *findings, GString *out);
void findings_json(const GPtrArray *findings, GString *out);
/* 0: all is well; 1: there is something to do; 125: it is not, but not everything could be looked
 * at. */
int findings_exit_code(const GPtrArray *findings);
