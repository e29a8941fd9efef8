/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/system/speed/shape.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

size_t
shape_of(const char *text, size_t len, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (isdigit((unsigned char)c))
            c = '0';
        if (is_blank(c))
            c = ' ';
        if (c == '\n' && n > 0 && out[n - 1] == ' ')
            n--;
        if (n == 0 || c != out[n - 1] || (c != '0' && c != ' '))
            out[n++] = c;
    }
    return n;
}

long long
shape_number(const char *text, const char *key)
{
    size_t len = strlen(key);

    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, len) == 0 && !isalnum((unsigned char)line[len])) {
            line += len + (line[len] == ':');
            return strtoll(line, NULL, 10);
        }
    }
    return -1;
}

static const char *
meminfo_contradiction(const char *text)
{
    long long total = shape_number(text, "MemTotal");

    if (total < 0)
        return "no MemTotal";
    if (shape_number(text, "MemFree") > total)
        return "MemFree is more than MemTotal";
    if (shape_number(text, "MemAvailable") > total)
        return "MemAvailable is more than MemTotal";
    return shape_number(text, "SwapFree") > shape_number(text, "SwapTotal")
               ? "SwapFree is more than SwapTotal"
               : NULL;
}

/* The first line is the sum of those of the CPUs, each rounded down. */
static const char *
stat_contradiction(const char *text)
{
    long long sum = -shape_number(text, "cpu"), cpus = 0;

    for (const char *line = strstr(text, "\ncpu"); line; line = strstr(line + 1, "\ncpu")) {
        sum += strtoll(line + strcspn(line, " "), NULL, 10);
        cpus++;
    }
    if (cpus == 0)
        return "no CPUs";
    return sum > 0 || sum < -cpus ? "the CPUs are not the sum of them" : NULL;
}

const char *
shape_contradiction(const char *name, const char *text)
{
    if (strcmp(name, "meminfo") == 0)
        return meminfo_contradiction(text);
    return strcmp(name, "stat") == 0 ? stat_contradiction(text) : NULL;
}
