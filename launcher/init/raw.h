/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* System calls and program start without a C library: all that init needs.  meson chooses the
 * implementation by architecture: raw_bare.c and raw_x86_64.c or raw_aarch64.c, or raw_libc.c
 * anywhere else. */

#pragma once

#include <sys/syscall.h>

#define RAW_close SYS_close
#define RAW_execve SYS_execve
#define RAW_fcntl SYS_fcntl
#define RAW_kill SYS_kill
#define RAW_ppoll SYS_ppoll
#define RAW_prctl SYS_prctl
#define RAW_read SYS_read
#define RAW_rt_sigprocmask SYS_rt_sigprocmask
#define RAW_setsid SYS_setsid
#define RAW_signalfd4 SYS_signalfd4
#define RAW_wait4 SYS_wait4
#define RAW_write SYS_write

/* The result, or minus errno.  The fifth and later arguments are 0. */
long raw_call(long number, long a, long b, long c, long d);
long raw_fork(void);
void raw_exit(int code) __attribute__((noreturn));

/* The program; called with the process's arguments, its result is the exit code. */
int raw_main(int argc, char **argv, char **envp);
