/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A time namespace in which the machine was booted just now: sysinfo(2), CLOCK_BOOTTIME,
 * /proc/uptime and the start times in /proc/PID/stat then agree, by the kernel's own hand. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Makes it for the children of this process; this process stays where it is.  *ret_offset is what
 * the kernel adds to CLOCK_BOOTTIME there, in microseconds. */
bool timens_unshare(int64_t *ret_offset, GError **error);
