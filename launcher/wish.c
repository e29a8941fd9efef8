/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/wish.h"

#include <string.h>

Wish
wish_of(const char *value)
{
    if (!value)
        return WISH_NONE;
    if (strcmp(value, "true") == 0)
        return WISH_YES;
    return strcmp(value, "false") == 0 ? WISH_NO : WISH_UNKNOWN;
}
