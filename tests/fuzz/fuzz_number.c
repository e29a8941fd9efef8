/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A number that is read prints as the text it was read from, leading zeros apart. */

#include "common/number.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    uint64_t value;

    if (number_parse(text, size, &value, NULL)) {
        g_autofree char *printed = g_strdup_printf("%" G_GUINT64_FORMAT, value);
        size_t len = strlen(printed);

        g_assert(len <= size || value == 0);
        g_assert(memcmp(text + size - len, printed, len) == 0);
    }
    (void)number_parse_or_max(text, size, &value, NULL);
    return 0;
}
