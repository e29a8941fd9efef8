/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/ps_print.h"

#include "common/number.h"
#include "launcher/json.h"

#include <string.h>

typedef enum {
    KIND_TEXT,
    KIND_NUMBER,
    KIND_SIZE, /* bytes, or "max" */
    KIND_FLAG, /* "yes" or "no" */
} Kind;

typedef struct {
    const char *key;
    const char *heading; /* NULL: not in the table */
    Kind kind;
} Column;

static const Column columns[] = {
    {"id", "ID", KIND_TEXT},
    {"name", NULL, KIND_TEXT},
    {"pid", "PID", KIND_NUMBER},
    {"state", NULL, KIND_TEXT},
    {"registered", NULL, KIND_FLAG},
    {"cpus", "CPUS", KIND_NUMBER},
    {"memory_used", "MEMORY", KIND_SIZE},
    {"memory_limit", "LIMIT", KIND_SIZE},
    {"swap_used", "SWAP", KIND_SIZE},
    {"swap_limit", "LIMIT", KIND_SIZE},
    {"reads", "READS", KIND_NUMBER},
    {"snapshots", NULL, KIND_NUMBER},
    {"cgroup", "CGROUP", KIND_TEXT},
};

/* As free -h: 512B, 1.5Gi, 64Mi. */
static char *
size_text(uint64_t bytes)
{
    static const char *const units[] = {"B", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    uint64_t unit = 1;
    size_t i = 0;
    uint64_t tenths;

    while (i + 1 < G_N_ELEMENTS(units) && bytes / unit >= 1024) {
        unit *= 1024;
        i++;
    }
    tenths = number_mul_div(bytes, 10, unit);
    if (tenths >= 100 || tenths % 10 == 0)
        return g_strdup_printf("%" G_GUINT64_FORMAT "%s", tenths / 10, units[i]);
    return g_strdup_printf("%" G_GUINT64_FORMAT ".%u%s", tenths / 10, (unsigned)(tenths % 10),
                           units[i]);
}

static bool
is_number(const char *value, uint64_t *ret)
{
    return value && number_parse(value, strlen(value), ret, NULL);
}

/* Safe for a terminal, whatever a cgroup is called. */
static char *
cell_text(const Column *column, const char *value)
{
    uint64_t number;

    if (column->kind == KIND_SIZE)
        return is_number(value, &number) ? size_text(number) : g_strdup("-");
    return value && *value ? g_strescape(value, "\"\\") : g_strdup("-");
}

/* [0] are the headings. */
static GPtrArray *
table_rows(const GPtrArray *records)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);

    for (guint row = 0; row <= records->len; row++) {
        GPtrArray *cells = g_ptr_array_new();

        for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
            if (columns[i].heading)
                g_ptr_array_add(
                    cells, row == 0
                               ? g_strdup(columns[i].heading)
                               : cell_text(&columns[i], g_hash_table_lookup(records->pdata[row - 1],
                                                                            columns[i].key)));
        g_ptr_array_add(cells, NULL);
        g_ptr_array_add(rows, g_ptr_array_free(cells, FALSE));
    }
    return rows;
}

static int
column_width(const GPtrArray *rows, size_t cell)
{
    size_t width = 0;

    for (guint row = 0; row < rows->len; row++)
        width = MAX(width, strlen(((char **)rows->pdata[row])[cell]));
    return (int)MIN(width, 256); /* of the longest names */
}

void
ps_print_table(const GPtrArray *records, GString *out)
{
    g_autoptr(GPtrArray) rows = table_rows(records);
    int widths[G_N_ELEMENTS(columns)] = {0};

    for (size_t cell = 0; ((char **)rows->pdata[0])[cell]; cell++)
        widths[cell] = column_width(rows, cell);
    for (guint row = 0; row < rows->len; row++) {
        char **cells = rows->pdata[row];
        size_t cell = 0;

        for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
            if (!columns[i].heading)
                continue;
            if (!cells[cell + 1]) /* no blanks at the end of a line */
                g_string_append_printf(out, "%s\n", cells[cell]);
            else if (columns[i].kind == KIND_TEXT)
                g_string_append_printf(out, "%-*s  ", widths[cell], cells[cell]);
            else
                g_string_append_printf(out, "%*s  ", widths[cell], cells[cell]);
            cell++;
        }
    }
}

static void
append_value(GString *out, const Column *column, const char *value)
{
    uint64_t number;

    if (!value)
        g_string_append(out, "null");
    else if (column->kind == KIND_TEXT)
        json_append_string(out, value);
    else if (column->kind == KIND_FLAG)
        g_string_append(out, strcmp(value, "yes") == 0 ? "true" : "false");
    else if (is_number(value, &number))
        g_string_append_printf(out, "%" G_GUINT64_FORMAT, number);
    else
        g_string_append(out, "null"); /* "max" */
}

void
ps_print_json(const GPtrArray *records, GString *out)
{
    g_string_append_c(out, '[');
    for (guint row = 0; row < records->len; row++) {
        g_string_append(out, row ? ",\n {" : "\n {");
        for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
            g_string_append_printf(out, "%s\"%s\": ", i ? ", " : "", columns[i].key);
            append_value(out, &columns[i],
                         g_hash_table_lookup(records->pdata[row], columns[i].key));
        }
        g_string_append_c(out, '}');
    }
    g_string_append(out, records->len ? "\n]\n" : "]\n");
}
