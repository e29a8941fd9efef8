/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to fs/reader: what /proc tells about one process, all of it below an fd of its directory,
 * so that it is this very process or READ_ERROR_GONE. */

#pragma once

#include "common/cgroup_paths.h"

#include <stdint.h>
#include <sys/types.h>

/* Opens /proc/@tid, O_PATH.  READ_ERROR_GONE. */
int process_open(int root_fd, pid_t tid, GError **error);

bool process_cgroup(int dir, CgroupPaths *ret, GError **error);

/* The number of the namespace whose link is @name ("ns/pid"); 0 if it cannot be read. */
uint64_t process_namespace(int dir, const char *name);

/* Parts of /proc/PID/status. */
typedef struct {
    pid_t parent;    /* PPid; 0: none that is visible here */
    uint64_t number; /* the last of NSpid: its pid in its own pid namespace; 0: not told */
    unsigned level;  /* how many of them there are: how deep that namespace is nested, from 1 */
} ProcessStatus;

/* Parts of /proc/PID/stat. */
typedef struct {
    bool exiting;        /* it has begun to: v1 then shows it in the root cgroup */
    uint64_t start_usec; /* when it started, on CLOCK_BOOTTIME */
} ProcessStat;

bool process_status(int dir, ProcessStatus *ret, GError **error);
bool process_stat(int dir, ProcessStat *ret, GError **error);

/* Parsers.  [pure]  READ_ERROR_MALFORMED. */
bool process_namespace_parse(const char *link, size_t len, uint64_t *ret);
bool process_status_parse(const char *text, size_t len, ProcessStatus *ret, GError **error);
bool process_stat_parse(const char *text, size_t len, ProcessStat *ret, GError **error);
/* What /proc/PID/timens_offsets adds to CLOCK_BOOTTIME, microseconds. */
bool process_boottime_offset_parse(const char *text, size_t len, int64_t *ret, GError **error);
