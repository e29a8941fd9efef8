/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc/cpuinfo: the host's text with the blocks of the CPUs that are shown, renumbered.  What
 * stands before, between and after them (arm: "Hardware", ppc64: "timebase") is kept.  Layouts:
 * linux:arch/ARCH/kernel/{setup,cpu/proc,cpuinfo,processor}.c. */

#include "fs/proc/files.h"

#include "common/lines.h"

typedef enum {
    PIECE_OTHER, /* a line that is no CPU's */
    PIECE_BLOCK, /* "processor : N" (s390: "cpu number : N") and what follows up to a blank line */
    PIECE_LINE,  /* s390: "processor N: version = …" */
    PIECE_N_KINDS,
} PieceKind;

typedef struct {
    PieceKind kind;
    uint64_t cpu;
    Span text; /* without the last newline, and without the blank line after it */
    bool blank_after;
} Piece;

/* Who is shown: the @index-th of @n CPUs. */
typedef struct {
    unsigned index, n;
} Shown;

/* Lines that number or count CPUs: N CPUs are one package of N cores with a thread each. */
typedef enum { NUMBER_INDEX, NUMBER_COUNT, NUMBER_ZERO } Renumber;

static const struct {
    const char *key;
    Renumber renumber;
} rows[] = {
    {"processor", NUMBER_INDEX},
    /* x86 */
    {"physical id", NUMBER_ZERO},
    {"siblings", NUMBER_COUNT},
    {"core id", NUMBER_INDEX},
    {"cpu cores", NUMBER_COUNT},
    {"apicid", NUMBER_INDEX},
    {"initial apicid", NUMBER_INDEX},
    /* riscv */
    {"hart", NUMBER_INDEX},
    /* loongarch, mips */
    {"package", NUMBER_ZERO},
    {"core", NUMBER_INDEX},
    {"global_id", NUMBER_INDEX},
    /* s390, with those of x86 */
    {"# processors", NUMBER_COUNT},
    {"max thread id", NUMBER_ZERO},
    {"cpu number", NUMBER_INDEX},
    {"book id", NUMBER_ZERO},
    {"drawer id", NUMBER_ZERO},
    {"address", NUMBER_INDEX},
};

/* Cuts "key<blanks>:" off *@rest. */
static Span
cut_key(Span *rest)
{
    Span key = {rest->text, 0};

    (void)span_next_field(rest, ':', &key); /* of an empty line, the empty key */
    while (key.len > 0 && g_ascii_isspace(key.text[key.len - 1]))
        key.len--;
    return key;
}

static PieceKind
classify(Span line, uint64_t *ret_cpu)
{
    Span rest = line, key = cut_key(&rest), word;

    if (!rest.text)
        return PIECE_OTHER;
    if (span_equals(key, "processor") || span_equals(key, "cpu number"))
        return span_next_word(&rest, &word) && span_number(word, ret_cpu, NULL) ? PIECE_BLOCK
                                                                                : PIECE_OTHER;
    if (span_next_word(&key, &word) && span_equals(word, "processor") &&
        span_next_word(&key, &word) && span_number(word, ret_cpu, NULL))
        return PIECE_LINE;
    return PIECE_OTHER;
}

static Piece *
open_block(GArray *pieces)
{
    Piece *last = pieces->len > 0 ? &g_array_index(pieces, Piece, pieces->len - 1) : NULL;

    return last && last->kind == PIECE_BLOCK && !last->blank_after ? last : NULL;
}

static GArray *
cut_pieces(const HostText *cpuinfo)
{
    GArray *pieces = g_array_new(FALSE, FALSE, sizeof(Piece));
    LineIter lines = lines_of(cpuinfo->text, cpuinfo->len);
    Span line;

    while (lines_next(&lines, &line)) {
        Piece piece = {.text = line}, *block;

        piece.kind = classify(line, &piece.cpu);
        block = piece.kind == PIECE_OTHER ? open_block(pieces) : NULL;
        if (!block)
            g_array_append_val(pieces, piece);
        else if (line.len == 0)
            block->blank_after = true;
        else
            block->text.len = (size_t)(line.text + line.len - block->text.text);
    }
    return pieces;
}

static unsigned
renumber(Renumber how, Shown shown)
{
    const unsigned numbers[] = {
        [NUMBER_INDEX] = shown.index, [NUMBER_COUNT] = shown.n, [NUMBER_ZERO] = 0};

    return numbers[how];
}

static void
line_render(Span line, Shown shown, GString *out)
{
    Span rest = line, key = cut_key(&rest), value;

    for (size_t i = 0; rest.text && i < G_N_ELEMENTS(rows); i++)
        if (span_equals(key, rows[i].key) && span_next_word(&rest, &value)) {
            g_string_append_len(out, line.text, value.text - line.text);
            g_string_append_printf(out, "%u\n", renumber(rows[i].renumber, shown));
            return;
        }
    g_string_append_len(out, line.text, (gssize)line.len);
    g_string_append_c(out, '\n');
}

static void
piece_render(const Piece *piece, Shown shown, GString *out)
{
    LineIter lines = lines_of(piece->text.text, piece->text.len);
    Span line = piece->text;

    if (piece->kind == PIECE_LINE) {
        (void)cut_key(&line);
        g_string_append_printf(out, "processor %u:", shown.index);
        g_string_append_len(out, line.text, (gssize)line.len);
        g_string_append_c(out, '\n');
        return;
    }
    while (lines_next(&lines, &line))
        line_render(line, shown, out);
}

/* From @from on, the piece of @kind of the host's CPU @cpu, or of the nearest below it if that one
 * went offline between two looks.  The kernel writes them in ascending order. */
static guint
find_piece(const GArray *pieces, PieceKind kind, unsigned cpu, guint from)
{
    for (guint i = from + 1; i < pieces->len; i++) {
        const Piece *piece = &g_array_index(pieces, Piece, i);

        if (piece->kind == kind && piece->cpu > cpu)
            break;
        if (piece->kind == kind)
            from = i;
    }
    return from;
}

/* All CPUs shown, where the host has its first of that kind. */
static void
cpus_render(const GArray *pieces, guint first, const CpuSet *cpus, GString *out)
{
    PieceKind kind = g_array_index(pieces, Piece, first).kind;
    guint last = find_piece(pieces, kind, UINT_MAX, first), at = first;
    Shown shown = {0, cpuset_count(cpus)};

    for (int cpu = cpuset_next(cpus, 0); cpu >= 0; shown.index++) {
        int next = cpuset_next(cpus, (unsigned)cpu + 1);

        at = find_piece(pieces, kind, (unsigned)cpu, at);
        piece_render(&g_array_index(pieces, Piece, at), shown, out);
        /* s390 has blank lines between the blocks, the others one after each */
        if (g_array_index(pieces, Piece, next >= 0 ? first : last).blank_after)
            g_string_append_c(out, '\n');
        cpu = next;
    }
}

void
cpuinfo_render(const View *view, GString *out)
{
    g_autoptr(GArray) pieces = cut_pieces(&view->snapshot->cpuinfo);
    bool done[PIECE_N_KINDS] = {false};
    Shown all = {0, cpuset_count(&view->cpus)};

    for (guint i = 0; i < pieces->len; i++) {
        const Piece *piece = &g_array_index(pieces, Piece, i);

        if (piece->kind == PIECE_OTHER)
            line_render(piece->text, all, out);
        else if (!done[piece->kind])
            cpus_render(pieces, i, &view->cpus, out);
        done[piece->kind] = true;
    }
}

/* The whole host's, in which some numbers of a block may be longer: cores, siblings, MHz. */
#define GROWTH 16

size_t
cpuinfo_longest(const View *view)
{
    return view->snapshot->cpuinfo.len + (size_t)GROWTH * view->snapshot->host_cpu.n;
}
