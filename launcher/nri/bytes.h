/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Numbers as both framings write them.  [pure] */

#pragma once

#include <glib.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t
bytes_get_u32(const uint8_t *data)
{
    uint32_t number;

    memcpy(&number, data, sizeof(number));
    return GUINT32_FROM_BE(number);
}

static inline void
bytes_put_u32(GByteArray *out, uint32_t number)
{
    uint32_t swapped = GUINT32_TO_BE(number);

    g_byte_array_append(out, (const guint8 *)&swapped, sizeof(swapped));
}
