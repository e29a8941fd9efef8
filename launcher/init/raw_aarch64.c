/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/init/raw.h"

/* The kernel starts with argc at the stack pointer (arch/arm64/include/asm/processor.h). */
__asm__(".globl _start\n"
        "_start:\n"
        "mov x29, xzr\n"
        "mov x30, xzr\n"
        "mov x0, sp\n"
        "and sp, x0, #-16\n"
        "bl raw_start\n");

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
