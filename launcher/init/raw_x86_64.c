/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/init/raw.h"

#include <signal.h>
#include <stddef.h>

void raw_start(long *stack) __attribute__((noreturn, used));
void *memset(void *at, int byte, size_t n);
void *memcpy(void *restrict to, const void *restrict from, size_t n);

/* The kernel starts with argc at the stack pointer (System V ABI, AMD64 supplement, 3.4.1). */
__asm__(".globl _start\n"
        "_start:\n"
        "xor %ebp, %ebp\n"
        "mov %rsp, %rdi\n"
        "and $-16, %rsp\n"
        "call raw_start\n");

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
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = 0;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
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
