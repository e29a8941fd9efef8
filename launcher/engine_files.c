/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/engine_files.h"

#include <glib.h>

static const char *const allowed[] = {
    "proc/cpuinfo", "proc/diskstats", "proc/loadavg", "proc/meminfo", "proc/slabinfo",
    "proc/stat",    "proc/swaps",     "proc/uptime",  NULL,
};

bool
engine_files_allow(const char *file)
{
    return g_str_has_prefix(file, "sys/") || g_strv_contains(allowed, file);
}
