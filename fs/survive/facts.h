/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Single numbers that must not be lost: where counting goes on. */

#pragma once

#include "fs/survive/shelf.h"

#include <time.h>

/* The numbers are part of the layout: never change one. */
typedef enum {
    FACT_STARTED = 1,    /* when the first life began: CLOCK_REALTIME, nanoseconds */
    FACT_SERIAL = 2,     /* no text's was greater */
    FACT_CONTAINER = 3,  /* the last number that was given to a container */
    FACT_REGISTERED = 4, /* the same of those with a name */
    FACT_HANDLE = 5,     /* no open file's was greater */
} Fact;

/* 0 if it was never set, or is lost. */
uint64_t facts_get(Shelf *shelf, Fact fact);
void facts_set(Shelf *shelf, Fact fact, uint64_t value);

/* When the first life began: @now, if this is it. */
struct timespec facts_started(Shelf *shelf, struct timespec now);
