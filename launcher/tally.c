/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/tally.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "common/lines.h"
#include "common/number.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define TALLY_FILE "tally"
#define LOCK_TRIES 50
#define LOCK_RETRY_USEC 2000

static const char *const routes[] = {"attach", "hook", "runtime", "nri"};
static const char *const outcomes[] = {"injected", "repaired", "skipped", "failed", "detached"};

G_STATIC_ASSERT(G_N_ELEMENTS(routes) == TALLY_ROUTES);
G_STATIC_ASSERT(G_N_ELEMENTS(outcomes) == TALLY_OUTCOMES);

const char *
tally_route_name(TallyRoute route)
{
    return routes[route];
}

const char *
tally_outcome_name(TallyOutcome outcome)
{
    return outcomes[outcome];
}

/* Cuts a word off @line and finds it among @names; @n if it is none of them. */
static size_t
next_name(Span *line, const char *const *names, size_t n)
{
    Span word;
    size_t i = 0;

    if (!span_next_word(line, &word))
        return n;
    while (i < n && !span_equals(word, names[i]))
        i++;
    return i;
}

/* "attach injected 12".  What another version counts is left out. */
static bool
parse_line(Span line, Tally *tally, GError **error)
{
    size_t route = next_name(&line, routes, TALLY_ROUTES);
    size_t outcome = next_name(&line, outcomes, TALLY_OUTCOMES);
    Span number;

    if (route == TALLY_ROUTES || outcome == TALLY_OUTCOMES)
        return true;
    return span_next_word(&line, &number)
               ? span_number(number, &tally->counts[route][outcome], error)
               : number_parse("", 0, &tally->counts[route][outcome], error);
}

static bool
parse(const char *text, size_t len, Tally *ret, GError **error)
{
    LineIter lines = lines_of(text, len);
    Tally tally = {0};
    Span line;

    while (lines_next(&lines, &line))
        if (!parse_line(line, &tally, error))
            return false;
    *ret = tally;
    return true;
}

static GString *
render(const Tally *tally)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < TALLY_ROUTES; i++)
        for (size_t j = 0; j < TALLY_OUTCOMES; j++)
            if (tally->counts[i][j] > 0)
                g_string_append_printf(text, "%s %s %" G_GUINT64_FORMAT "\n", routes[i],
                                       outcomes[j], tally->counts[i][j]);
    return text;
}

static bool
lock(int fd)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        (void)usleep(LOCK_RETRY_USEC);
    }
    return false;
}

/* Numbers only grow, so a text is never shorter than the one it replaces: one write(2) does it. */
void
tally_add(const char *run_dir, TallyRoute route, TallyOutcome outcome, unsigned count)
{
    g_autofree char *path = g_build_filename(run_dir, TALLY_FILE, NULL), *text = NULL;
    /* Who may read it may lock it, and keep others waiting. */
    autofd fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    size_t len = 0;
    Tally tally = {0};
    GString *new;

    if (fd < 0 || !lock(fd))
        return;
    text = io_read_fd(fd, path, &len, NULL);
    /* A file that makes no sense is begun anew. */
    if (!text || !parse(text, len, &tally, NULL))
        (void)!ftruncate(fd, 0);
    tally.counts[route][outcome] = number_add(tally.counts[route][outcome], count);
    new = render(&tally);
    (void)!pwrite(fd, new->str, new->len, 0);
    g_string_free(new, TRUE);
}

bool
tally_read(const char *run_dir, Tally *ret, GError **error)
{
    g_autofree char *path = g_build_filename(run_dir, TALLY_FILE, NULL), *text = NULL;
    g_autoptr(GError) local = NULL;
    size_t len = 0;

    text = io_read_at(AT_FDCWD, path, &len, &local);
    if (text)
        return parse(text, len, ret, error);
    if (g_error_matches(local, READ_ERROR, READ_ERROR_GONE)) {
        *ret = (Tally){0};
        return true;
    }
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}
