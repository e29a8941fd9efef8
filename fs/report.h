/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Gathers what the daemon can tell about itself. */

#pragma once

#include "fs/metrics_text.h"
#include "fs/serve.h"

/* What the counters and the parts of @server say.  The caller clears @ret. */
void report_take(const Server *server, MetricsReport *ret);

/* What metrics_share() must be the same for: rows may be others in another program. */
uint64_t report_layout(void);
