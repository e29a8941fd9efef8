/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A list or a mask of CPUs that is read, printed and read again is the same set. */

#include "common/cpuset.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void
try_list(const char *text, size_t len)
{
    g_autoptr(GString) printed = g_string_new(NULL);
    CpuSet set, again;

    if (!cpuset_parse(text, len, &set, NULL))
        return;
    cpuset_print(&set, printed);
    g_assert(cpuset_parse(printed->str, printed->len, &again, NULL));
    g_assert(memcmp(&set, &again, sizeof set) == 0);
    g_assert(cpuset_count(&set) <= CPUSET_MAX);
}

static void
try_mask(const char *text, size_t len)
{
    g_autoptr(GString) printed = g_string_new(NULL);
    CpuSet set, again;

    if (!cpuset_parse_mask(text, len, &set, NULL))
        return;
    cpuset_print_mask(&set, CPUSET_MAX, printed);
    g_assert(cpuset_parse_mask(printed->str, printed->len, &again, NULL));
    g_assert(memcmp(&set, &again, sizeof set) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_list((const char *)data, size);
    try_mask((const char *)data, size);
    return 0;
}
