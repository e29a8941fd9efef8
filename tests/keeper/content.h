/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the worker serves and the readers expect. */

#pragma once

#include <stddef.h>

#define CONTENT_SIZE 20000u

static inline char
content_at(size_t i)
{
    return (char)('a' + (i * 7 + i / 64) % 26);
}
