/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A list of CPUs that is read, printed and read again is the same set. */

#include "common/cpuset.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GString) printed = g_string_new(NULL);
    CpuSet set, again;

    if (!cpuset_parse((const char *)data, size, &set, NULL))
        return 0;
    cpuset_print(&set, printed);
    g_assert(cpuset_parse(printed->str, printed->len, &again, NULL));
    g_assert(memcmp(&set, &again, sizeof set) == 0);
    g_assert(cpuset_count(&set) <= CPUSET_MAX);
    return 0;
}
