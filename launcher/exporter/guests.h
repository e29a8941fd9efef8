/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who is connected.  A client that sends slowly could stay as long as it likes; so whoever has been
 * there longest goes when there are too many. */

#pragma once

#include <stdbool.h>

#define GUESTS_MAX 16

/* @fd is connected; @guest is what it is called.  If there are too many the oldest is cut off,
 * which its server sees as the end of the connection. */
void guests_add(const void *guest, int fd);

/* Before its fd is closed. */
void guests_remove(const void *guest);
