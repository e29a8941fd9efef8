/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One batch: some threads read files again and again for a while. */

#pragma once

#include "tests/bench/histogram.h"

#include <stdbool.h>

#define BATCH_FILES 16
#define BATCH_PATH 512
#define BATCH_READERS 256

typedef enum {
    BATCH_OPEN,  /* open, read to the end, close */
    BATCH_PREAD, /* one pread of all of it, on an fd that is kept */
} BatchOperation;

typedef struct {
    char paths[BATCH_FILES][BATCH_PATH]; /* each reader takes them in turn */
    unsigned n_paths;
    BatchOperation operation;
    unsigned readers;
    unsigned msec;       /* for so long … */
    unsigned reads;      /* … or for so many reads of each reader; 0: no such limit */
    unsigned pause_usec; /* before each read */
} Batch;

typedef struct {
    Histogram times;
    uint64_t nsec;  /* from the first read to the last */
    uint64_t reads; /* with those before the clock began */
} BatchResult;

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t batch_now(void);

/* Opens @path, reads it to its end and closes it.  Exits if that cannot be done. */
void batch_read_file(const char *path);

/* Each reader reads each file once before the clock begins.  Exits if a file cannot be read. */
void batch_run(const Batch *batch, BatchResult *ret);
