/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/keeper/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE_MAX_BYTES 512

/* One write(2) a line, so that those of several processes stay whole. */
__attribute__((format(printf, 2, 0))) static void
log_line(int priority, const char *format, va_list args)
{
    char line[LINE_MAX_BYTES];
    int errsv = errno, head, len;
    ssize_t n;

    /* The journal takes the priority from the beginning of a line (sd-daemon(3)). */
    head = getenv("JOURNAL_STREAM") ? snprintf(line, sizeof line, "<%d>ownprocd: ", priority)
                                    : snprintf(line, sizeof line, "ownprocd: ");
    errno = errsv; /* for "%m" */
    len = vsnprintf(line + head, sizeof line - (size_t)head - 1, format, args);
    len = len < 0 ? 0 : len;
    len = len + head > (int)sizeof line - 2 ? (int)sizeof line - 2 : len + head;
    line[len++] = '\n';
    n = write(STDERR_FILENO, line, (size_t)len);
    (void)n; /* nobody to tell */
    errno = errsv;
}

void
keeper_log(int priority, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_line(priority, format, args);
    va_end(args);
}

int
keeper_fail(int code, const char *format, ...)
{
    va_list args;

    errno = code;
    va_start(args, format);
    log_line(LOG_ERR, format, args);
    va_end(args);
    errno = code;
    return -1;
}
