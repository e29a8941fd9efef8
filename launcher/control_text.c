/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/control_text.h"

#include "common/control_value.h"
#include "common/lines.h"

#include <string.h>

#define SHOWN_MAX 80 /* of a line that makes no sense */

// clang-format off
G_DEFINE_QUARK(ownproc-control-error, control_error)
// clang-format on

GString *
control_request(const char *word)
{
    GString *request = g_string_new(word);

    return g_string_append_c(request, '\n');
}

void
control_add(GString *request, const char *key, const char *value)
{
    g_string_append_printf(request, "%s=", key);
    control_value_append(request, value);
    g_string_append_c(request, '\n');
}

void
control_end(GString *request)
{
    g_string_append_c(request, '\n');
}

static void
set_malformed(GError **error, Span line)
{
    g_autofree char *text = g_strndup(line.text, MIN(line.len, SHOWN_MAX));
    g_autofree char *shown = g_strescape(text, NULL);

    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_PROTOCOL, "not an answer of the daemon: '%s'",
                shown);
}

/* "error ENOENT there is no container x" */
static void
set_refusal(GError **error, Span line)
{
    static const struct {
        const char *name;
        ControlError code;
    } errors[] = {{"EPERM", CONTROL_ERROR_FORBIDDEN},
                  {"ENOENT", CONTROL_ERROR_NO_SUCH},
                  {"ESRCH", CONTROL_ERROR_NO_SUCH},
                  {"ESTALE", CONTROL_ERROR_NO_SUCH}};
    Span rest = line, word, name;
    g_autofree char *sentence = NULL, *shown = NULL;
    ControlError code = CONTROL_ERROR_REFUSED;

    if (!span_next_field(&rest, ' ', &word) || !span_equals(word, "error") ||
        !span_next_field(&rest, ' ', &name) || name.len == 0) {
        set_malformed(error, line);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(errors); i++)
        if (span_equals(name, errors[i].name))
            code = errors[i].code;
    sentence = span_dup(rest.len > 0 ? rest : name);
    shown = g_strescape(sentence, "\"\\"); /* for a terminal */
    g_set_error_literal(error, CONTROL_ERROR, (int)code, shown);
}

const char *
control_body(const char *text, size_t len, size_t *ret_len, GError **error)
{
    LineIter lines = lines_of(text, len);
    Span line;

    if (!memchr(text, '\n', len) || !lines_next(&lines, &line)) {
        set_malformed(error, (Span){text, len});
        return NULL;
    }
    if (!span_equals(line, "ok")) {
        set_refusal(error, line);
        return NULL;
    }
    *ret_len = (size_t)(lines.end - lines.next);
    return lines.next;
}

static GHashTable *
record_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static bool
record_take(GHashTable *record, Span line)
{
    Span rest = line, key;
    char *value;

    if (memchr(line.text, '\0', line.len) || !span_next_field(&rest, '=', &key) || !rest.text ||
        key.len == 0)
        return false;
    value = control_value_decode(rest);
    if (!value)
        return false;
    g_hash_table_replace(record, span_dup(key), value);
    return true;
}

GPtrArray *
control_records(const char *body, size_t len, GError **error)
{
    g_autoptr(GPtrArray) records =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_hash_table_unref);
    GHashTable *record = NULL; /* of the array */
    LineIter lines = lines_of(body, len);
    Span line;

    while (lines_next(&lines, &line)) {
        if (line.len == 0) {
            record = NULL;
            continue;
        }
        if (!record) {
            record = record_new();
            g_ptr_array_add(records, record);
        }
        if (!record_take(record, line)) {
            set_malformed(error, line);
            return NULL;
        }
    }
    return g_steal_pointer(&records);
}
