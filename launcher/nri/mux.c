/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/mux.h"

#include "launcher/nri/bytes.h"

#include <string.h>

bool
mux_read(MuxReader *reader, const uint8_t **data, size_t *len, MuxPiece *ret)
{
    size_t n;

    while (reader->left == 0 && *len > 0) {
        if (reader->have == sizeof(reader->header))
            reader->have = 0; /* the frame before has ended */
        n = MIN(*len, sizeof(reader->header) - reader->have);
        memcpy(reader->header + reader->have, *data, n);
        reader->have += (unsigned)n;
        *data += n;
        *len -= n;
        if (reader->have == sizeof(reader->header))
            reader->left = bytes_get_u32(reader->header + 4);
    }
    n = MIN(*len, reader->left);
    if (n == 0)
        return false;
    *ret = (MuxPiece){bytes_get_u32(reader->header), *data, n};
    reader->left -= (uint32_t)n;
    *data += n;
    *len -= n;
    return true;
}

bool
mux_is_midway(const MuxReader *reader)
{
    return reader->left > 0 || (reader->have > 0 && reader->have < sizeof(reader->header));
}

void
mux_write(GByteArray *out, uint32_t connection, const uint8_t *data, size_t len)
{
    while (len > 0) {
        size_t n = MIN(len, MUX_FRAME_MAX);

        bytes_put_u32(out, connection);
        bytes_put_u32(out, (uint32_t)n);
        g_byte_array_append(out, data, (guint)n);
        data += n;
        len -= n;
    }
}
