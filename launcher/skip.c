/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/skip.h"

#include <stddef.h>

const char *
skip_reason(const SkipFacts *facts, const SkipRules *rules)
{
    if (facts->wish == WISH_NO)
        return "its annotation " WISH_ANNOTATION " says so";
    if (facts->wish == WISH_YES)
        return NULL;
    if (facts->host_pids && !rules->host_pids)
        return "it shares the host's pid namespace";
    if (facts->unmasked && !rules->unmasked)
        return "its /proc is unmasked, and containers in it could not mount theirs any more";
    return NULL;
}
