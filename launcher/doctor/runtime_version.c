/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/doctor/runtime_version.h"

#include "launcher/engine_files.h"

#include <string.h>

void
runtime_version_clear(RuntimeVersion *version)
{
    g_free(version->name);
    g_free(version->version);
    g_strfreev(version->files);
    *version = (RuntimeVersion){0};
}

/* "1.0.0~rc93+ds1", "1.1.5"; what is missing is 0, and a version that is no candidate the last. */
static void
parse_number(const char *text, unsigned ret[4])
{
    const char *candidate = strstr(text, "rc");

    ret[3] = ENGINE_FILES_FINAL;
    if (candidate && candidate > text && strchr("-~.", candidate[-1])) {
        candidate += strlen("rc");
        candidate += *candidate == '.'; /* "-rc.1" */
        ret[3] = (unsigned)MIN(g_ascii_strtoull(candidate, NULL, 10), ENGINE_FILES_FINAL - 1);
    }
    for (size_t i = 0; i < 3; i++) {
        char *end = (char *)text;

        ret[i] = (unsigned)MIN(g_ascii_strtoull(text, &end, 10), G_MAXUINT);
        text = *end == '.' && g_ascii_isdigit(end[1]) ? end + 1 : "";
    }
}

static bool
is_since(const unsigned version[4], const unsigned since[4])
{
    for (size_t i = 0; i < 4; i++)
        if (version[i] != since[i])
            return version[i] > since[i];
    return true;
}

static char **
files_of(const char *version)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    unsigned number[4];

    parse_number(version, number);
    for (const EngineFile *file = engine_files; file->name; file++)
        if (is_since(number, file->since))
            g_ptr_array_add(list, g_strdup(file->name + strlen("proc/")));
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
}

bool
runtime_version_parse(const char *text, RuntimeVersion *ret)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", 2);
    g_auto(GStrv) words = g_strsplit(lines[0] ? lines[0] : "", " ", -1);

    if (g_strv_length(words) < 3 || strcmp(words[1], "version") != 0)
        return false;
    if (strcmp(words[0], "runc") != 0 && strcmp(words[0], "crun") != 0)
        return false;
    *ret = (RuntimeVersion){.name = g_strdup(words[0]), .version = g_strdup(words[2])};
    ret->takes_all = strcmp(words[0], "crun") == 0;
    ret->files = ret->takes_all ? NULL : files_of(words[2]);
    return true;
}
