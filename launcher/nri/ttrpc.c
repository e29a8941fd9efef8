/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/ttrpc.h"

#include "launcher/nri/bytes.h"

#define HEADER_BYTES 10u

gssize
ttrpc_read(const uint8_t *data, size_t len, TtrpcFrame *ret)
{
    uint32_t body;

    if (len < HEADER_BYTES)
        return 0;
    body = bytes_get_u32(data);
    if (body > TTRPC_MESSAGE_MAX)
        return -1;
    if (len - HEADER_BYTES < body)
        return 0;
    *ret = (TtrpcFrame){bytes_get_u32(data + 4), data[8], data + HEADER_BYTES, body};
    return (gssize)(HEADER_BYTES + body);
}

void
ttrpc_write(GByteArray *out, const TtrpcFrame *frame)
{
    const guint8 type_and_flags[] = {frame->type, 0};

    bytes_put_u32(out, (uint32_t)frame->len);
    bytes_put_u32(out, frame->stream);
    g_byte_array_append(out, type_and_flags, sizeof(type_and_flags));
    g_byte_array_append(out, frame->data, (guint)frame->len);
}
