/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which thread of a connection waits for requests.  One leads: it alone is in read(2), answers, and
 * waits again.  Were two in there, the kernel would wake them by turns, each of them cold.
 *
 * The others follow: they sleep, and look now and then whether the leader is stuck in an answer.
 * Then one of them leads.  While the leader waits for a request they sleep without a timer. */

#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Lead Lead; /* thread-safe */

#define LEAD_MAX 8 /* threads */

/* So often followers look, while there is something to answer. */
#define LEAD_LOOK_USEC 2000
/* Who answers one request for so long is stuck. */
#define LEAD_STUCK_USEC 1000

/* NULL with errno if no timer can be had. */
Lead *lead_new(void);
void lead_free(Lead *lead);

/* The number of the thread that calls it, from 0; it leads, whoever did before. */
unsigned lead_enter(Lead *lead);

bool lead_is(const Lead *lead, unsigned number);

/* The thread @number begins to answer a request, and is done with it. */
void lead_begin(Lead *lead, unsigned number);
void lead_end(Lead *lead, unsigned number);

/* Whether there is another thread than the one that calls it, which is answering, and that is not
 * stuck. */
bool lead_has_other(const Lead *lead);

/* Of one who follows: sleeps until it is time to look.  False if a signal came. */
bool lead_follow(Lead *lead);
/* Makes @number the leader if the one who leads is stuck; false if not. */
bool lead_take_over(Lead *lead, unsigned number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lead, lead_free)
