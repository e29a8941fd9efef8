/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The virtual files: a row each. */

#pragma once

#include "fs/view/view.h"

/* A row may stand for many files: each "%u" in its path is a number, at most PROC_NUMBERS of them.
 * "cpu%u" and "node%u" stand for the CPUs and memory nodes that a container is shown, and the file
 * needs NEED_CPUS or NEED_NODES; other directories with "%u" are those that the kernel has. */
typedef struct {
    const char *path; /* below the mount and below "/" alike: "proc/meminfo" */
    unsigned needs;   /* OR of SnapshotNeeds */
    void (*render)(const View *view, GString *out); /* appends the whole text.  [pure] */
    /* How long the text can get in the life of a container, whatever its numbers, quotas and CPUs
     * become.  NULL: nobody knows, or blanks at its end would mislead those who read it.  [pure] */
    size_t (*longest)(const View *view);
} ProcFile;

extern const ProcFile proc_files[];
extern const unsigned proc_files_n;

#define PROC_NUMBERS 2
typedef struct {
    unsigned of[PROC_NUMBERS]; /* 0 where the path has none */
} ProcNumbers;

/* @path with @numbers; the caller frees. */
char *proc_path(const char *path, const ProcNumbers *numbers);
/* What the first number of @path counts: NEED_CPUS, NEED_NODES, or 0 if there is none. */
unsigned proc_path_counts(const char *path);

/* The row of the file @path, and the numbers in it: of "sys/devices/system/cpu/cpu3/online" 3. NULL
 * if there is no such file. */
const ProcFile *proc_file_match(const char *path, ProcNumbers *ret);
/* Its place in proc_files; proc_files_n if it is not from there. */
unsigned proc_file_number(const ProcFile *file);

void meminfo_render(const View *view, GString *out);
void cpuinfo_render(const View *view, GString *out);
void loadavg_render(const View *view, GString *out);
void stat_render(const View *view, GString *out);
void uptime_render(const View *view, GString *out);
void swaps_render(const View *view, GString *out);
void diskstats_render(const View *view, GString *out);
void vmstat_render(const View *view, GString *out);
void slabinfo_render(const View *view, GString *out);

/* ProcFile.longest */
size_t meminfo_longest(const View *view);
size_t cpuinfo_longest(const View *view);
size_t loadavg_longest(const View *view);
size_t stat_longest(const View *view);
size_t uptime_longest(const View *view);
size_t swaps_longest(const View *view);
size_t pressure_longest(const View *view);

/* cpu, io, memory */
void pressure_render(const View *view, GString *out);
void pressure_irq_render(const View *view, GString *out);
