/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The connection to one runtime: it is made again and again, at longer intervals, because a runtime
 * may come, go and come again.  Nothing here waits. */

#pragma once

#include "launcher/nri/injector.h"

typedef struct Link Link;

/* How the runtime shall know us. */
typedef struct {
    const char *name;
    const char *index; /* two digits */
} LinkIdentity;

/* To the runtime that listens at @socket.  All is borrowed. */
Link *link_new(const char *socket, const LinkIdentity *identity, Injector *injector);
/* To the runtime that has started us, over @fd, which is taken over: there is only this one. */
Link *link_new_inherited(int fd, const LinkIdentity *identity, Injector *injector);
void link_free(Link *link);

/* Connects if it is time to, takes what came, sends what can be sent. */
void link_step(Link *link);
/* Appends what to poll for (struct pollfd); returns for how long at most, milliseconds, -1: for
 * ever. */
int link_poll(const Link *link, GArray *fds);

/* True if an inherited connection has ended. */
bool link_is_over(const Link *link);
/* True if the runtime has told us of its containers. */
bool link_is_up(const Link *link);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Link, link_free)
