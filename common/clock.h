/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What time it is. */

#pragma once

#include <stdint.h>

/* Since the machine booted, microseconds: of uptime, of ticks, of whatever is kept. */
uint64_t clock_boottime(void);

/* For how long something took, nanoseconds. */
uint64_t clock_monotonic_nsec(void);
