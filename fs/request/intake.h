/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Requests of one connection, in the order in which they are to be answered.
 *
 * The kernel hands them out in the order they came, so a container whose 64 threads all ask keeps
 * others waiting for 64 answers.  When nobody is free to take the next one at once, all that wait
 * are taken out of the kernel's queue, and the next is whose turn it is (fs/request/fair.h). */

#pragma once

#include "fs/request/slots.h"

#include <fuse_lowlevel.h>
#include <glib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Intake Intake;           /* thread-safe */
typedef struct IntakePlace IntakePlace; /* of one thread that takes requests */

#define INTAKE_PLACES_MAX SLOTS_PLACES

/* What an init operation must set max_write to: the kernel wants to read(2) into buffers that have
 * room for a WRITE.  (There is nothing to write to.) */
#define INTAKE_MAX_WRITE 4096

/* What an init operation should set max_background to: beyond it the kernel keeps page reads and
 * RELEASEs of all containers in a queue of its own, in the order they came (its default is 12). */
#define INTAKE_BACKGROUND_MAX 1024

/* Sent to a thread that is in read(2) while there are requests for it; it needs a handler. */
#define INTAKE_SIGWAKE SIGUSR1

/* Whose requests for @node are; what is about the same number has its turns together. */
typedef uint64_t (*IntakeWhose)(void *data, uint64_t node);

/* All is borrowed. */
typedef struct {
    IntakeWhose whose; /* given @data; NULL: all take their turn as they come */
    void *data;
    SlotsConfig slots;
} IntakeConfig;

/* NULL with errno if a timer or memory cannot be had.  @se must not get requests but from here, and
 * its max_write must be INTAKE_MAX_WRITE. */
Intake *intake_new(struct fuse_session *se, const IntakeConfig *config);
void intake_free(Intake *intake);

/* For the thread that calls it; it lasts as long as @intake. */
IntakePlace *intake_enter(Intake *intake);

/* Waits for the next request; it is @place's until the next call.  Its size is 0 if there is none
 * yet (a signal came).  False once the connection has ended. */
bool intake_next(IntakePlace *place, struct fuse_buf *ret);

/* What @place was given last is not answered, and is left to another process. */
void intake_leave(IntakePlace *place);
/* What it was given last is done with, and no more will be asked for. */
void intake_end(IntakePlace *place);
/* Before anybody enters: slots_take_up(). */
void intake_take_up(Intake *intake);

/* Whether who answers may wait for an answer to another request: another thread would take that
 * before long, and nothing waits now: what does may be the very one. */
bool intake_can_wait(const Intake *intake);

/* What was agreed upon with the kernel about the connection. */
TableNegotiated *intake_negotiated(const Intake *intake);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Intake, intake_free)
