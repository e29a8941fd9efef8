/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/conform/proc.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void
proc_fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

const char *
directory_argument(int argc, char **argv)
{
    expect(argc == 2, "usage: %s DIRECTORY", argv[0]);
    return argv[1];
}

int
proc_open(const char *directory, const char *name)
{
    char path[4096];
    int fd;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    expect(fd >= 0, "cannot open %s: %m", path);
    return fd;
}

ProcText
proc_read_fd(int fd)
{
    /* Small at first: a large one would come fresh from the kernel, and change meminfo. */
    size_t size = 16384;
    ProcText file = {.text = malloc(size)};
    ssize_t n;

    do {
        if (file.length + 1 == size)
            file.text = realloc(file.text, size *= 2);
        expect(file.text != NULL, "no memory");
        n = pread(fd, file.text + file.length, size - 1 - file.length, (off_t)file.length);
        expect(n >= 0, "pread: %m");
        file.length += (size_t)n;
    } while (n > 0);
    file.text[file.length] = '\0';
    return file;
}

ProcText
proc_read(const char *directory, const char *name)
{
    int fd = proc_open(directory, name);
    ProcText file = proc_read_fd(fd);

    close(fd);
    return file;
}

/* What follows @key and one of @after at the beginning of a line; NULL if there is none. */
static const char *
line_find(const char *text, const char *key, char after)
{
    size_t length = strlen(key);

    for (const char *line = text; line != NULL && *line != '\0';) {
        if (strncmp(line, key, length) == 0 && line[length] == after)
            return line + length + 1;
        line = strchr(line, '\n');
        if (line != NULL)
            line++;
    }
    return NULL;
}

uint64_t
meminfo_get(const char *text, const char *key)
{
    const char *value = line_find(text, key, ':');

    expect(value != NULL, "meminfo has no line %s", key);
    return strtoull(value, NULL, 10);
}

size_t
stat_get(const char *text, const char *key, uint64_t *values, size_t max)
{
    const char *at = line_find(text, key, ' ');
    size_t count = 0;

    while (at != NULL && count < max) {
        at += strspn(at, " ");
        if (*at < '0' || *at > '9')
            break;
        values[count++] = strtoull(at, (char **)&at, 10);
    }
    return count;
}

unsigned
stat_count_cpus(const char *text)
{
    uint64_t value;
    char key[32];

    for (unsigned count = 0;; count++) {
        snprintf(key, sizeof key, "cpu%u", count);
        if (stat_get(text, key, &value, 1) == 0)
            return count;
    }
}

static uint64_t
hundredths(const char **text)
{
    uint64_t whole = strtoull(*text, (char **)text, 10);

    expect(**text == '.', "uptime: no decimal point");
    (*text)++;
    return whole * 100 + strtoull(*text, (char **)text, 10);
}

void
uptime_get(const char *text, uint64_t *ret_uptime, uint64_t *ret_idle)
{
    *ret_uptime = hundredths(&text);
    *ret_idle = hundredths(&text);
}

unsigned
list_expand(const char *list, bool *has, size_t max)
{
    unsigned count = 0;

    while (*list >= '0' && *list <= '9') {
        unsigned long first = strtoul(list, (char **)&list, 10), last = first;

        if (*list == '-')
            last = strtoul(list + 1, (char **)&list, 10);
        for (; first <= last; first++, count++) {
            expect(first < max, "there is no number %lu", first);
            has[first] = true;
        }
        list += *list == ',';
    }
    return count;
}

uint64_t
now_msec(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
