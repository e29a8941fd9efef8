/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What can go wrong when a number is read from the system: one code for each thing a caller does
 * differently.  The message is for people and names the object. */

#pragma once

#include <glib.h>

typedef enum {
    READ_ERROR_GONE,      /* it does not exist (any more): process ended, cgroup removed */
    READ_ERROR_MALFORMED, /* it was read, but its text is not what the kernel documents */
    READ_ERROR_IO,    /* it could not be read: EIO, EACCES, EMFILE, larger than IO_READ_MAX … */
    READ_ERROR_LATER, /* nobody reads anything now; somebody else will */
    READ_ERROR_STRANGER, /* nobody can say whose numbers to show (reader not visible here) */
} ReadError;

#define READ_ERROR (read_error_quark())
GQuark read_error_quark(void);

/* Sets @error from an errno value: ENOENT, ESRCH, ENOTDIR and ENODEV (a removed cgroup) become
 * READ_ERROR_GONE, the rest READ_ERROR_IO.  The message is @format, ": " and strerror. */
void read_error_set_errno(GError **error, int errsv, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Has @end called, which may not return, wherever this process finds out that it has no file
 * descriptor or no memory left (EMFILE, ENOMEM): before anything is told of that.  For a process
 * after which another one answers, which has both. */
void read_error_on_exhaustion(void (*end)(void));
/* Who finds that out without an errno says so. */
void read_error_exhausted(void);
