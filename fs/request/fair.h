/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whose turn it is.  Of the requests that wait, the next is the first one of the container that was
 * served longest ago: so a container waits for one request of each other at most, however many
 * these have sent.  [pure]; not thread-safe. */

#pragma once

#include <glib.h>
#include <stdint.h>

typedef struct Fair Fair;

/* @free_request is for those that are never taken. */
Fair *fair_new(GDestroyNotify free_request);
void fair_free(Fair *fair);

unsigned fair_waiting(const Fair *fair);

/* Both take over @request. */
void fair_put(Fair *fair, uint64_t container, gpointer request);
/* It comes before all others, and is nobody's turn: for what costs next to nothing. */
void fair_put_first(Fair *fair, gpointer request);

/* The caller frees; NULL if none waits. */
gpointer fair_take(Fair *fair);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fair, fair_free)
