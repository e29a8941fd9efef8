/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Why a container was not started, as the exit code that says so (docker-run(1), "Exit Status"). */

#pragma once

#include <glib.h>

typedef enum {
    LAUNCH_ERROR_USAGE = 2,            /* the command line makes no sense */
    LAUNCH_ERROR_FAILED = 125,         /* the launcher could not do its part */
    LAUNCH_ERROR_NOT_EXECUTABLE = 126, /* the command is there and cannot be executed */
    LAUNCH_ERROR_NOT_FOUND = 127,      /* the command is not there */
} LaunchError;

#define LAUNCH_ERROR (launch_error_quark())
GQuark launch_error_quark(void);

/* Sets @error to LAUNCH_ERROR_FAILED; the message is @format, ": " and strerror(@errsv). */
void launch_error_set_errno(GError **error, int errsv, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The exit code for @error, whatever its domain. */
int launch_error_exit_code(const GError *error);
