/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/init/raw.h"

#include <signal.h>
#include <stddef.h>

void raw_start(long *stack) __attribute__((noreturn, used));
void *memset(void *at, int byte, size_t n);
void *memcpy(void *restrict to, const void *restrict from, size_t n);

/* The kernel starts with argc at the stack pointer (arch/arm64/include/asm/processor.h). */
__asm__(".globl _start\n"
        "_start:\n"
        "mov x29, xzr\n"
        "mov x30, xzr\n"
        "mov x0, sp\n"
        "and sp, x0, #-16\n"
        "bl raw_start\n");

void
raw_start(long *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);

    raw_exit(raw_main(argc, argv, argv + argc + 1));
}

long
raw_call(long number, long a, long b, long c, long d)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = 0;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
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
