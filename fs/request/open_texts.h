/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The text of each open file, so that one open is one consistent text however small the pieces are
 * in which it is read.  Bounded: of more texts than fit, the one unused longest is forgotten, and
 * whoever goes on reading it gets the rest of a new one. */

#pragma once

#include "fs/survive/shelf.h"

typedef struct OpenTexts OpenTexts; /* thread-safe */

OpenTexts *open_texts_new(size_t max_bytes);
void open_texts_free(OpenTexts *texts);

/* From then on they are kept on @shelf (borrowed), each before it is given out; those that are
 * there already go on, and no file that was opened before has the handle of another.  Who closed
 * his file while nobody was there may not be heard of: a text of an earlier life is forgotten, too,
 * when it was not used for OPEN_TEXTS_USEC.  To be called before any file is opened. */
#define OPEN_TEXTS_USEC (600 * G_USEC_PER_SEC)
void open_texts_keep(OpenTexts *texts, Shelf *shelf);

/* A number for a file just opened.  It costs nothing until a text is put. */
uint64_t open_texts_handle(OpenTexts *texts);

/* The caller unrefs; NULL if there is none. */
GBytes *open_texts_get(OpenTexts *texts, uint64_t handle);
/* Replaces what was there; takes a reference of its own. */
void open_texts_put(OpenTexts *texts, uint64_t handle, GBytes *text);
void open_texts_drop(OpenTexts *texts, uint64_t handle);

/* How many texts there are, and how many bytes in them. */
unsigned open_texts_use(OpenTexts *texts, size_t *ret_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OpenTexts, open_texts_free)
