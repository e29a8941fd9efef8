/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/answers.h"

#include "common/error.h"
#include "fs/failure.h"
#include "fs/request/intake.h"

#define LATER (-1) /* no errno */

static _Thread_local bool was_left;

void
answers_slice(fuse_req_t req, GBytes *text, size_t size, off_t offset)
{
    size_t len, from;
    const char *bytes = g_bytes_get_data(text, &len);

    from = MIN((uint64_t)offset, len);
    (void)fuse_reply_buf(req, bytes + from, MIN(size, len - from));
}

struct timespec
answers_time(uint64_t serial)
{
    return (struct timespec){.tv_sec = (time_t)(serial / G_USEC_PER_SEC),
                             .tv_nsec = (long)(serial % G_USEC_PER_SEC) * 1000};
}

int
answers_errno(fuse_req_t req, const GError *error, const ProcFile *file)
{
    if (g_error_matches(error, READ_ERROR, READ_ERROR_LATER))
        return LATER;
    return failure_errno(error, file, fuse_req_ctx(req)->pid);
}

void
answers_problem(fuse_req_t req, int problem)
{
    was_left = problem == LATER;
    if (was_left)
        fuse_reply_none(req); /* which sends nothing */
    else
        (void)fuse_reply_err(req, problem);
}

void
answers_begin(void)
{
    was_left = false;
}

bool
answers_was_left(void)
{
    return was_left;
}
