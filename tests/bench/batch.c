/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/bench/batch.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_BYTES (1 << 16)

typedef struct {
    const Batch *batch;
    pthread_barrier_t *begin; /* borrowed; of all readers */
    pthread_t thread;
    char *buffer;
    int fds[BATCH_FILES]; /* BATCH_PREAD: kept */
    Histogram times;
    uint64_t reads, start, end;
} BatchReader;

uint64_t
batch_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void
give_up(const char *path)
{
    perror(path);
    exit(1);
}

static void
read_with(const char *path, char *buffer)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    while ((n = read(fd, buffer, BUFFER_BYTES)) > 0)
        ;
    if (fd < 0 || n < 0)
        give_up(path);
    (void)close(fd);
}

void
batch_read_file(const char *path)
{
    static char buffer[BUFFER_BYTES];

    read_with(path, buffer);
}

static void
reader_read(BatchReader *reader, unsigned file)
{
    const char *path = reader->batch->paths[file];

    if (reader->batch->operation == BATCH_OPEN)
        read_with(path, reader->buffer);
    else if (pread(reader->fds[file], reader->buffer, BUFFER_BYTES, 0) <= 0)
        give_up(path);
    reader->reads++;
}

static void
reader_prepare(BatchReader *reader)
{
    const Batch *batch = reader->batch;

    reader->buffer = malloc(BUFFER_BYTES);
    if (!reader->buffer)
        give_up("malloc");
    for (unsigned i = 0; i < batch->n_paths; i++) {
        reader->fds[i] =
            batch->operation == BATCH_PREAD ? open(batch->paths[i], O_RDONLY | O_CLOEXEC) : -1;
        reader_read(reader, i);
    }
}

static void *
reader_run(void *data)
{
    BatchReader *reader = data;
    const Batch *batch = reader->batch;
    uint64_t start, deadline;

    reader_prepare(reader);
    (void)pthread_barrier_wait(reader->begin);
    reader->start = reader->end = batch_now();
    deadline = reader->start + (uint64_t)batch->msec * 1000000;
    for (unsigned i = 0; reader->end < deadline && (batch->reads == 0 || i < batch->reads); i++) {
        if (batch->pause_usec > 0)
            (void)usleep(batch->pause_usec);
        start = batch_now();
        reader_read(reader, i % batch->n_paths);
        reader->end = batch_now();
        histogram_add(&reader->times, reader->end - start);
    }
    for (unsigned i = 0; i < batch->n_paths; i++)
        if (reader->fds[i] >= 0)
            (void)close(reader->fds[i]);
    free(reader->buffer);
    return NULL;
}

void
batch_run(const Batch *batch, BatchResult *ret)
{
    BatchReader *readers = calloc(batch->readers, sizeof *readers);
    uint64_t start = UINT64_MAX, end = 0;
    pthread_barrier_t begin;

    if (!readers || pthread_barrier_init(&begin, NULL, batch->readers) != 0)
        give_up("the readers");
    for (unsigned i = 0; i < batch->readers; i++) {
        readers[i].batch = batch;
        readers[i].begin = &begin;
        if (pthread_create(&readers[i].thread, NULL, reader_run, &readers[i]) != 0)
            give_up("pthread_create");
    }
    memset(ret, 0, sizeof *ret);
    for (unsigned i = 0; i < batch->readers; i++) {
        (void)pthread_join(readers[i].thread, NULL);
        histogram_merge(&ret->times, &readers[i].times);
        ret->reads += readers[i].reads;
        start = readers[i].start < start ? readers[i].start : start;
        end = readers[i].end > end ? readers[i].end : end;
    }
    ret->nsec = end - start;
    (void)pthread_barrier_destroy(&begin);
    free(readers);
}
