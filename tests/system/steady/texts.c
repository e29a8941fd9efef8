/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/system/steady/texts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NSEC_PER_SEC 1e9
/* Averages are taken every 5 s, and what was missed is caught up with all at once. */
#define LOAD_LATE_SECONDS 10.0
#define LOAD_ROUNDING 0.02

bool
texts_is_torn(const char *text, size_t len)
{
    return len == 0 || text[len - 1] != '\n' || memchr(text, '\0', len) != NULL;
}

static bool
ends_with(const char *path, const char *name)
{
    size_t n = strlen(path), m = strlen(name);

    return n >= m && strcmp(path + n - m, name) == 0;
}

/* The number behind @key, which begins a line. */
static unsigned
read_line(const char *text, const char *key, double *ret)
{
    const char *line = strstr(text, key);

    return line && sscanf(line + strlen(key), "%lf", ret) == 1 ? 1 : 0;
}

static unsigned
read_uptime(const char *text, double ret[TEXTS_NUMBERS])
{
    return sscanf(text, "%lf", ret) == 1 ? 1 : 0;
}

static unsigned
read_stat(const char *text, double ret[TEXTS_NUMBERS])
{
    static const char *const lines[] = {"\nintr ", "\nctxt ", "\nprocesses "};
    double *c = ret;
    unsigned n = 8;

    if (sscanf(text, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", c, c + 1, c + 2, c + 3, c + 4, c + 5,
               c + 6, c + 7) != 8)
        return 0;
    for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++)
        n += read_line(text, lines[i], &ret[n]);
    return n;
}

static unsigned
read_load(const char *text, double ret[TEXTS_NUMBERS])
{
    return sscanf(text, "%lf %lf %lf", ret, ret + 1, ret + 2) == 3 ? 3 : 0;
}

/* The least that @before may have become. */
static double
least_count(double before, unsigned which, double seconds)
{
    (void)which;
    (void)seconds;
    return before;
}

static double
least_load(double before, unsigned which, double seconds)
{
    static const double periods[] = {60, 300, 900};

    return before * exp(-(seconds + LOAD_LATE_SECONDS) / periods[which]) - LOAD_ROUNDING;
}

static const struct {
    const char *name;
    unsigned (*read)(const char *text, double ret[TEXTS_NUMBERS]);
    double (*least)(double before, unsigned which, double seconds);
} kinds[] = {
    {"/uptime", read_uptime, least_count},
    {"/stat", read_stat, least_count},
    {"/loadavg", read_load, least_load},
};

unsigned
texts_went_back(const char *path, const char *text, TextsSeen *seen, uint64_t now)
{
    double found[TEXTS_NUMBERS], seconds = (double)(now - seen->when) / NSEC_PER_SEC;
    unsigned n = 0, back = 0, kind = 0;

    while (kind < sizeof kinds / sizeof kinds[0] && !ends_with(path, kinds[kind].name))
        kind++;
    if (kind < sizeof kinds / sizeof kinds[0])
        n = kinds[kind].read(text, found);
    for (unsigned i = 0; i < n; i++) {
        if (seen->when != 0 && found[i] < kinds[kind].least(seen->numbers[i], i, seconds)) {
            (void)fprintf(stderr, "%s: number %u went back from %.2f to %.2f\n", path, i,
                          seen->numbers[i], found[i]);
            back++;
        }
        seen->numbers[i] = found[i];
    }
    seen->when = n ? now : seen->when;
    return back;
}
