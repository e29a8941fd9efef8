/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The texts made last, one of each container and file.  In the tick it was made in a text is
 * everybody's who is told the same (common/tick.h); for a second it is there for when a source
 * fails (fs/failure.h), for ten for when whoever makes texts does (texts_recall()).  Bounded in
 * number and bytes, the oldest makes room; thread-safe under a lock of its own.  Time is
 * CLOCK_BOOTTIME in microseconds. */

#pragma once

#include "fs/proc/files.h"
#include "fs/survive/shelf.h"

#define TEXTS_USEC (1 * G_USEC_PER_SEC)         /* so old a text may be when it is served */
#define TEXTS_RECALL_USEC (10 * G_USEC_PER_SEC) /* so long it is there at least */
#define TEXTS_KEEP_USEC (1 * G_USEC_PER_SEC)    /* what does not count is kept so often at most */

typedef struct Texts Texts;

/* All that a text depends on. */
typedef struct {
    uint64_t container;      /* Container.number */
    int64_t boottime_offset; /* of the reader's time namespace, where the file tells time; else 0 */
    const ProcFile *file;
    ProcNumbers numbers;
} TextsKey;

typedef struct {
    GBytes *bytes;
    uint64_t tick;   /* it was made in; 0: it is nobody else's */
    uint64_t serial; /* greater than that of any text put before; never 0 */
    size_t longest;  /* Container.longest, the same for all texts of the file; 0: nobody knows */
} Text;

Texts *texts_new(unsigned max_texts, size_t max_bytes);
void texts_free(Texts *texts);

/* From then on serials grow over the lives of the daemon, whatever happens to its clock: @shelf
 * (borrowed) knows one that is greater than all.  And texts are kept there, once a second each, or
 * whenever one is put if it is of a file that counts: those of the life before are there.  To be
 * called before anything is put. */
void texts_keep(Texts *texts, Shelf *shelf, uint64_t now);

/* Sets text->serial; takes a reference of its own. */
void texts_put(Texts *texts, const TextsKey *key, uint64_t now, Text *text);
/* False if there is none, or one that is too old.  The caller clears @ret. */
bool texts_get(Texts *texts, const TextsKey *key, uint64_t now, Text *ret);

/* The last one however old it is, and how old, while nobody makes any. */
bool texts_recall(Texts *texts, const TextsKey *key, uint64_t now, Text *ret, uint64_t *ret_age);

/* So that two who ask at once have it made once.  True: the caller makes the text of @key, and
 * calls texts_made() in the end.  False: somebody else does, and has ended, or it takes him too
 * long to wait for: he may be stuck.  Either way the text may be there now. */
bool texts_make(Texts *texts, const TextsKey *key);
void texts_made(Texts *texts, const TextsKey *key);

void texts_use(Texts *texts, unsigned *ret_texts, size_t *ret_bytes);

void text_clear(Text *text);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Text, text_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Texts, texts_free)
