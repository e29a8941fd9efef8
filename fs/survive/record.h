/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is in a record of fs/survive/shelf.h: words of 64 bits, the first of which is the version of
 * its layout.  Texts are a word that says how long they are, and their bytes, filled up with zeros
 * to whole words.  Written and read in the same order.  Nothing that is read is believed: a reader
 * that was once told what cannot be is not all right to its end, and gives zeros.  [pure], but for
 * record_keep(). */

#pragma once

#include "common/cgroup_paths.h"
#include "common/cpuset.h"
#include "fs/survive/shelf.h"

#include <stdint.h>

#define RECORD_WORDS 128

/* Needs no initial value; record_begin() is the first that is called with it. */
typedef struct {
    uint64_t first[RECORD_WORDS]; /* most records need no more */
    uint64_t *more;               /* all words, once these are too few.  Owned */
    size_t n, room;               /* words */
} RecordWriter;

void record_begin(RecordWriter *writer, uint64_t version);
void record_write(RecordWriter *writer, uint64_t word);
void record_write_many(RecordWriter *writer, const uint64_t *words, size_t n);
void record_write_bytes(RecordWriter *writer, const void *bytes, size_t len);
void record_write_paths(RecordWriter *writer, const CgroupPaths *paths);
void record_write_cpus(RecordWriter *writer, const CpuSet *set);
/* All that was written, valid until more is. */
const void *record_bytes(const RecordWriter *writer, size_t *ret_len);
/* shelf_put() of that. */
void record_keep(const RecordWriter *writer, Shelf *shelf, ShelfKey key);
void record_writer_clear(RecordWriter *writer);

typedef struct {
    const uint64_t *words; /* borrowed */
    size_t left;
    bool ok;
} RecordReader;

/* @data is aligned to 8 and borrowed. */
RecordReader record_read(const void *data, size_t len, uint64_t version);
uint64_t record_take(RecordReader *reader);
/* The same, and not all right if it is more than @max. */
uint64_t record_take_max(RecordReader *reader, uint64_t max);
/* @ret has room for @n; zeros if there are fewer. */
void record_take_many(RecordReader *reader, uint64_t *ret, size_t n);
/* Borrowed from the record; NULL if it is not all right, or longer than @max. */
const void *record_take_bytes(RecordReader *reader, size_t max, size_t *ret_len);
/* A text without NUL; NULL if it is not all right.  The caller frees. */
char *record_take_text(RecordReader *reader, size_t max);
/* Each begins with '/' and has no component "..".  The caller clears @ret. */
void record_take_paths(RecordReader *reader, CgroupPaths *ret);
void record_take_cpus(RecordReader *reader, CpuSet *ret);
/* True if all was right.  What a later program has added at the end is passed over. */
bool record_is_whole(const RecordReader *reader);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RecordWriter, record_writer_clear)
