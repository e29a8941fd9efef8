/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the programs of this folder share.  Each checks one invariant of the files below the
 * directory that is its only argument: /proc, or what the daemon serves in its place.  It prints
 * what it saw and exits with 1 if the invariant does not hold. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The text of a file, read by read(2) to its end. */
typedef struct {
    char *text; /* NUL-terminated; the caller frees */
    size_t length;
} ProcText;

/* Opens @name below @directory for reading; exits if that fails. */
int proc_open(const char *directory, const char *name);

/* Reads an open file from offset 0 by pread(2). */
ProcText proc_read_fd(int fd);

/* Opens, reads, closes. */
ProcText proc_read(const char *directory, const char *name);

/* The value of "Key: value kB" in meminfo's text, in kB; exits if there is no such line. */
uint64_t meminfo_get(const char *text, const char *key);

/* The numbers of stat's line @key ("cpu", "cpu1", "ctxt"), at most @max; returns how many, 0 if
 * there is no such line. */
size_t stat_get(const char *text, const char *key, uint64_t *values, size_t max);

/* The two numbers of uptime, in hundredths of a second. */
void uptime_get(const char *text, uint64_t *ret_uptime, uint64_t *ret_idle);

/* How many lines "cpuN" stat has. */
unsigned stat_count_cpus(const char *text);

/* Marks each number of a list such as "0-3,5" in @has, which has room for @max, and returns how
 * many there are; exits if there is a larger one. */
unsigned list_expand(const char *list, bool *has, size_t max);

/* Milliseconds of the monotonic clock. */
uint64_t now_msec(void);

/* Prints what is wrong and exits with 1. */
_Noreturn void __attribute__((format(printf, 1, 2))) proc_fail(const char *format, ...);

/* A macro, so that the compiler knows what holds behind it. */
#define expect(holds, ...) ((holds) ? (void)0 : proc_fail(__VA_ARGS__))

/* The directory given on the command line; exits if there is none. */
const char *directory_argument(int argc, char **argv);

/* Columns of the lines "cpu" and "cpuN". */
enum { CPU_USER, CPU_NICE, CPU_SYSTEM, CPU_IDLE, CPU_IOWAIT, CPU_N_COLUMNS = 10 };
