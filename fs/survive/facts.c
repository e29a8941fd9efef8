/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/survive/facts.h"

#include "fs/survive/record.h"

#define VERSION 1
#define VALUE_MAX ((uint64_t)INT64_MAX) /* nobody counts as far */
#define NSEC_PER_SEC UINT64_C(1000000000)

typedef struct {
    Fact fact;
    uint64_t value;
} Wanted;

/* A ShelfVisit. */
static bool
visit(uint64_t key, const void *data, size_t len, void *user)
{
    RecordReader reader = record_read(data, len, VERSION);
    uint64_t value = record_take_max(&reader, VALUE_MAX);
    Wanted *wanted = user;

    if (!record_is_whole(&reader))
        return false;
    if (key == wanted->fact)
        wanted->value = value;
    return true;
}

uint64_t
facts_get(Shelf *shelf, Fact fact)
{
    Wanted wanted = {fact, 0};

    shelf_foreach(shelf, SHELF_FACT, visit, &wanted);
    return wanted.value;
}

void
facts_set(Shelf *shelf, Fact fact, uint64_t value)
{
    const uint64_t words[] = {VERSION, value};

    (void)shelf_put(shelf, (ShelfKey){SHELF_FACT, fact}, words, sizeof words);
}

struct timespec
facts_started(Shelf *shelf, struct timespec now)
{
    uint64_t first = facts_get(shelf, FACT_STARTED);

    if (first == 0) {
        facts_set(shelf, FACT_STARTED, (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec);
        return now;
    }
    return (struct timespec){.tv_sec = (time_t)(first / NSEC_PER_SEC),
                             .tv_nsec = (long)(first % NSEC_PER_SEC)};
}
