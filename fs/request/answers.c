/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/answers.h"

#include "fs/request/intake.h"

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
