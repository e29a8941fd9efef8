/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sets of CPUs or of memory nodes, written as cpuset(7) "List format": "0-3,8".  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPUSET_MAX 8192 /* CONFIG_NR_CPUS never exceeds it */

/* A plain value; {0} is the empty set. */
typedef struct {
    uint64_t bits[CPUSET_MAX / 64];
} CpuSet;

/* Parses a list, one newline at the end allowed; "" is the empty set.  READ_ERROR_MALFORMED. */
bool cpuset_parse(const char *text, size_t len, CpuSet *ret, GError **error);
/* The same for cpuset(7) "Mask format": "ff,ffffffff". */
bool cpuset_parse_mask(const char *text, size_t len, CpuSet *ret, GError **error);
/* Appends the list without a newline. */
void cpuset_print(const CpuSet *set, GString *out);
/* Appends the mask for a machine of @n_cpus without a newline. */
void cpuset_print_mask(const CpuSet *set, unsigned n_cpus, GString *out);

void cpuset_add(CpuSet *set, unsigned cpu);
bool cpuset_has(const CpuSet *set, unsigned cpu);
unsigned cpuset_count(const CpuSet *set);
void cpuset_and(CpuSet *set, const CpuSet *other);
/* The smallest member that is >= @from, or -1. */
int cpuset_next(const CpuSet *set, unsigned from);
/* The @n smallest members. */
CpuSet cpuset_first(const CpuSet *set, unsigned n);
/* The member that has @n smaller ones, or -1. */
int cpuset_nth(const CpuSet *set, unsigned n);
/* @set as it is named where the members of @shown are called 0, 1, 2 …: others are left out. */
CpuSet cpuset_renumber(const CpuSet *set, const CpuSet *shown);
