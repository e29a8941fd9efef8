/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is kept of a text for the next life of the daemon (fs/survive/shelf.h).  [pure] */

#pragma once

#include "fs/survive/record.h"
#include "fs/texts.h"

typedef struct {
    TextsKey key;
    uint64_t put; /* when */
    Text text;    /* of no tick: what was shared is found out anew */
} TextRecord;

void text_record_write(const TextRecord *record, RecordWriter *writer);
/* The caller clears ret->text.  False if the record is none. */
bool text_record_read(const void *data, size_t len, TextRecord *ret);
