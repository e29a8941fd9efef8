/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What there is to do without a C library on every architecture alike. */

#include "launcher/init/raw.h"

#include <signal.h>
#include <stddef.h>

void raw_start(long *stack) __attribute__((noreturn, used));
void *memset(void *at, int byte, size_t n);
void *memcpy(void *restrict to, const void *restrict from, size_t n);

/* Called by _start of raw_x86_64.c or raw_aarch64.c with what the kernel put on the stack. */
void
raw_start(long *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);

    raw_exit(raw_main(argc, argv, argv + argc + 1));
}

long
raw_fork(void)
{
    return raw_call(SYS_clone, SIGCHLD, 0, 0, 0);
}

void
raw_exit(int code)
{
    for (;;)
        raw_call(SYS_exit_group, code, 0, 0, 0);
}

/* The compiler may call these two without being asked to.  Byte by byte, and so that it does not
 * find a memset in memset. */
void *
memset(void *at, int byte, size_t n)
{
    for (volatile unsigned char *p = at; n > 0; n--)
        *p++ = (unsigned char)byte;
    return at;
}

void *
memcpy(void *restrict to, const void *restrict from, size_t n)
{
    const unsigned char *source = from;

    for (volatile unsigned char *p = to; n > 0; n--)
        *p++ = *source++;
    return to;
}
