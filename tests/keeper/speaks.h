/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Before everything else in a program that knows other versions of the protocol than the keeper:
 * SPEAKS_FROM to SPEAKS_TO. */

#pragma once

#include "fs/keeper/protocol.h"

#undef PROTOCOL_MIN
#undef PROTOCOL_MAX
#define PROTOCOL_MIN SPEAKS_FROM
#define PROTOCOL_MAX SPEAKS_TO
