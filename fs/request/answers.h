/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What both trees answer with alike. */

#pragma once

#include "fs/proc/files.h"

#include <fuse_lowlevel.h>
#include <glib.h>
#include <time.h>

/* Answers a read of @size bytes from @offset on, which is not negative: what there is of them. */
void answers_slice(fuse_req_t req, GBytes *text, size_t size, off_t offset);

/* When a file is said to have changed whose text has @serial (Text.serial): each new one at another
 * time, on which the kernel drops the page it has. */
struct timespec answers_time(uint64_t serial);

/* What went wrong with @file, for answers_problem(): failure_errno(), or that it can be answered
 * later. */
int answers_errno(fuse_req_t req, const GError *error, const ProcFile *file);
/* Answers with an errno; or leaves @req open, for a process that comes after this one. */
void answers_problem(fuse_req_t req, int problem);

/* Around whatever this thread answers: whether it was left open. */
void answers_begin(void);
bool answers_was_left(void);
