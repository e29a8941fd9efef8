/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever answers at the socket: a body lies in the answer, and what a record says is said again.
 */

#include "launcher/control_text.h"
#include "launcher/ps_print.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void
check_value(gpointer key, gpointer value, gpointer records)
{
    GString *line = control_request("");
    g_autoptr(GPtrArray) again = NULL;
    (void)records;

    control_add(line, key, value);
    again = control_records(line->str + 1, line->len - 1, NULL);
    g_assert(again && again->len == 1);
    g_assert(g_str_equal(g_hash_table_lookup(again->pdata[0], key), value));
    g_string_free(line, TRUE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    g_autoptr(GPtrArray) records = NULL;
    g_autoptr(GString) printed = g_string_new(NULL);
    const char *body;
    size_t len;

    body = control_body(text, size, &len, NULL);
    if (!body)
        return 0;
    g_assert(body > text && body + len == text + size);
    records = control_records(body, len, NULL);
    if (!records)
        return 0;
    for (guint i = 0; i < records->len; i++)
        g_hash_table_foreach(records->pdata[i], check_value, NULL);
    ps_print_table(records, printed);
    ps_print_json(records, printed);
    g_assert(g_utf8_validate(strstr(printed->str, "["), -1, NULL));
    return 0;
}
