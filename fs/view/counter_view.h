/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A counter that never goes back, whatever the kernel's own does.  [pure] */

#pragma once

#include <stdint.h>

typedef struct {
    uint64_t shown;
    uint64_t last; /* the kernel's, at the last look */
} CounterView;

/* The first look shows what the kernel says, later ones what came to it since.  A counter that went
 * back has been reset: counting goes on from there. */
void counter_view_advance(CounterView *view, uint64_t now);
