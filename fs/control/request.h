/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is asked over the control socket: a word, lines "key=value", an empty line
 * (docs/PROTOCOL.md).  [pure] */

#pragma once

#include "common/cgroup_paths.h"

#include <stdint.h>
#include <sys/types.h>

#define CONTROL_REQUEST_MAX 16384u /* bytes, with its empty line */

/* Why a request is refused: the code is an errno value, the message is for people. */
#define CONTROL_REFUSAL (control_refusal_quark())
GQuark control_refusal_quark(void);

typedef enum { CONTROL_REGISTER, CONTROL_UNREGISTER, CONTROL_LIST, CONTROL_VIEW } ControlVerb;

typedef struct {
    ControlVerb verb;
    char *id;            /* NULL: not given */
    pid_t pid;           /* 0: not given */
    char *cgroup;        /* in all hierarchies; NULL: not given */
    CgroupPaths cgroups; /* in those that were named; NULL where not */
    bool has_offset;
    int64_t boottime_offset; /* microseconds */
    char *file;              /* NULL: not given */
} ControlRequest;

/* True if @text has the empty line that ends a request. */
bool control_request_is_whole(const char *text, size_t len);
/* CONTROL_REFUSAL.  What it lets through is complete: each verb has what it needs and nothing else,
 * paths are absolute and without "." or "..". */
bool control_request_parse(const char *text, size_t len, ControlRequest *ret, GError **error);
void control_request_clear(ControlRequest *request);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ControlRequest, control_request_clear)
