/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One line of /proc/PID/mountinfo (proc(5)).  [pure] */

#pragma once

#include "common/lines.h"

/* Types of file systems that put files over those of /proc. */
#define MOUNT_LINE_OWNPROC "fuse.ownproc"
#define MOUNT_LINE_LXCFS "fuse.lxcfs"

/* Pieces of the line as they stand there: blanks and the like in them are written as octal numbers.
 */
typedef struct {
    Span id;     /* the mount's alone while it lasts */
    Span parent; /* the id of the mount that it is on */
    Span device; /* of its file system: "0:57" */
    Span root;   /* what of the file system it shows */
    Span point;  /* where it is mounted */
    Span shared; /* "shared:12" if it is in a peer group (mount_namespaces(7)); else empty */
    Span type;   /* MOUNT_LINE_OWNPROC */
    Span super_options;
} MountLine;

/* False if @line is none of the kernel's. */
bool mount_line_parse(Span line, MountLine *ret);

/* @root or @point of a line as a path; the caller frees. */
char *mount_line_path(Span escaped);
