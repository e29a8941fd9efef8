/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What scout.c says to its child, scout_child.c.  Over a SOCK_SEQPACKET socket: a question is the
 * header and two texts, each with its NUL; an answer is the header with the same serial, then texts
 * with their NULs: the files, or why there are none. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define SCOUT_PACKET_MAX (64u << 10)

typedef enum {
    SCOUT_LOOK,
    SCOUT_FORGET,
    SCOUT_FOUND,
    SCOUT_NOTHING,
} ScoutWord;

typedef struct {
    uint32_t serial;
    uint32_t word; /* ScoutWord */
} ScoutHeader;

/* Answers what comes over @fd until nobody is at its other end. */
void scout_serve(int fd, const char *tree, const char *run_dir) G_GNUC_NORETURN;
