/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/view/disk_view.h"

#include "common/number.h"

/* "major minor name" and then numbers. */
#define WORDS_BEFORE_NUMBERS 3u

static unsigned
count_words(Span line)
{
    unsigned n = 0;
    Span word;

    while (span_next_word(&line, &word))
        n++;
    return n;
}

/* All lines have as many numbers; a line with more words has blanks in its name. */
static unsigned
count_fields(LineIter lines)
{
    unsigned least = 0;
    Span line;

    while (lines_next(&lines, &line)) {
        unsigned words = count_words(line);

        if (words > WORDS_BEFORE_NUMBERS && (least == 0 || words < least))
            least = words;
    }
    return least - MIN(least, WORDS_BEFORE_NUMBERS);
}

DiskView
disk_view(const HostText *diskstats, const CgroupIo *io)
{
    DiskView view = {.lines = lines_of(diskstats->text, diskstats->len), .io = io};

    view.fields = count_fields(view.lines);
    return view;
}

/* Cuts the last @n words off. */
static void
drop_words(Span *span, unsigned n)
{
    size_t len = span->len;

    for (unsigned i = 0; i <= n; i++) {
        while (len > 0 && (span->text[len - 1] == ' ' || span->text[len - 1] == '\t'))
            len--;
        if (i == n)
            break;
        while (len > 0 && span->text[len - 1] != ' ' && span->text[len - 1] != '\t')
            len--;
    }
    span->len = len;
}

static const CgroupDisk *
find_disk(DiskView *view, uint64_t major, uint64_t minor)
{
    const CgroupIo *io = view->io;

    for (unsigned i = 0; i < io->n; i++) {
        unsigned at = (view->n_seen + i) % io->n;

        if (io->disks[at].major == major && io->disks[at].minor == minor) {
            view->n_seen = at + 1;
            return &io->disks[at];
        }
    }
    return NULL;
}

static bool
line_parse(DiskView *view, Span line, DiskLine *ret)
{
    unsigned words = count_words(line);
    uint64_t major, minor;
    Span word;

    if (words < view->fields + WORDS_BEFORE_NUMBERS || !span_next_word(&line, &word) ||
        !span_number(word, &major, NULL) || !span_next_word(&line, &word) ||
        !span_number(word, &minor, NULL))
        return false;
    line.text++; /* the one blank before the name */
    line.len--;
    drop_words(&line, view->fields);
    ret->name = line;
    ret->disk = find_disk(view, major, minor);
    return ret->disk != NULL;
}

bool
disk_view_next(DiskView *view, DiskLine *ret)
{
    Span line;

    while (lines_next(&view->lines, &line))
        if (line_parse(view, line, ret))
            return true;
    return false;
}

static bool
is_stacked(Span name)
{
    static const char *const prefixes[] = {"dm-", "md", "loop"};

    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (span_starts_with(name, prefixes[i]))
            return true;
    return false;
}

DiskTotal
disk_view_total(const HostText *diskstats, const CgroupIo *io)
{
    DiskView view = disk_view(diskstats, io);
    DiskTotal totals[2] = {0};
    DiskLine line;

    while (disk_view_next(&view, &line)) {
        DiskTotal *total = &totals[is_stacked(line.name)];

        total->read = number_add(total->read, line.disk->read_bytes);
        total->written = number_add(total->written, line.disk->write_bytes);
    }
    return (DiskTotal){MAX(totals[0].read, totals[1].read),
                       MAX(totals[0].written, totals[1].written)};
}
