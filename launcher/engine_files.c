/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/engine_files.h"

#include <glib.h>

const EngineFile engine_files[] = {
    {"proc/cpuinfo", {0, 0, 7, ENGINE_FILES_FINAL}},
    {"proc/diskstats", {0, 0, 7, ENGINE_FILES_FINAL}},
    {"proc/loadavg", {1, 0, 0, 6}},
    {"proc/meminfo", {0, 0, 7, ENGINE_FILES_FINAL}},
    {"proc/slabinfo", {1, 0, 0, 93}},
    {"proc/stat", {0, 0, 9, ENGINE_FILES_FINAL}},
    {"proc/swaps", {1, 0, 0, 2}},
    {"proc/uptime", {1, 0, 0, 2}},
    {NULL, {0}},
};

bool
engine_files_allow(const char *file)
{
    for (const EngineFile *known = engine_files; known->name; known++)
        if (g_str_equal(file, known->name))
            return true;
    return g_str_has_prefix(file, "sys/");
}
