/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many containers were given the files, by which way, and how many were not: counted by
 * programs that live for a moment (a hook, a runtime wrapper), so kept in a file, RUN_DIR/tally. It
 * is gone with a reboot, as counters are. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
    TALLY_ATTACH,  /* ownproc attach, detach, repair */
    TALLY_HOOK,    /* the OCI hook */
    TALLY_RUNTIME, /* ownproc-runc */
    TALLY_NRI,     /* ownproc-nri */
    TALLY_ROUTES,
} TallyRoute;

typedef enum {
    TALLY_INJECTED, /* a container was given its files */
    TALLY_REPAIRED, /* a container whose files were dead was given new ones */
    TALLY_SKIPPED,  /* a rule says that it is to have none */
    TALLY_FAILED,   /* it was to have them, and has not */
    TALLY_DETACHED, /* they were taken out again */
    TALLY_OUTCOMES,
} TallyOutcome;

typedef struct {
    uint64_t counts[TALLY_ROUTES][TALLY_OUTCOMES];
} Tally;

/* "attach", "injected": as the file and the metrics name them. */
const char *tally_route_name(TallyRoute route);
const char *tally_outcome_name(TallyOutcome outcome);

/* Adds @count to the file in @run_dir, under a lock.  Whoever counts has something else to do: what
 * fails here is nobody's failure, and a lock that is held for long is not waited for. */
void tally_add(const char *run_dir, TallyRoute route, TallyOutcome outcome, unsigned count);

/* Reads the file of @run_dir; one that is not there is all zero.  READ_ERROR_MALFORMED,
 * READ_ERROR_IO. */
bool tally_read(const char *run_dir, Tally *ret, GError **error);
