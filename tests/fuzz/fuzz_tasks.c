/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever /proc/TID/stat and status say, parsing ends; a number is of a level there is. */

#include "fs/source/tasks.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    unsigned levels, level = size > 0 ? data[0] % 4 : 0;
    TaskStat stat;

    (void)task_stat_parse(text, size, &stat, NULL);
    if (task_number_parse(text, size, level, &levels) > 0)
        g_assert(levels > 0 && levels >= level);
    return 0;
}
