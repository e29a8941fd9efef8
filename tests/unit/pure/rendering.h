/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Text in, text out. */

#pragma once

#include "fs/proc/files.h"
#include "tests/unit/cmocka.h"

#include <string.h>

#define KIB UINT64_C(1024)
#define MIB (KIB * 1024)
#define GIB (MIB * 1024)
#define MSEC UINT64_C(1000)
#define SEC (MSEC * 1000)

/* The text of a kernel file; borrowed. */
static inline HostText
host_text(const char *text)
{
    return (HostText){(char *)text, strlen(text)}; /* renderers only read it */
}

static inline CpuSet
cpus(const char *list)
{
    CpuSet set;

    assert_true(cpuset_parse(list, strlen(list), &set, NULL));
    return set;
}

static inline void
renders(void (*render)(const View *view, GString *out), const View *view, const char *expected)
{
    g_autoptr(GString) out = g_string_new("before,");
    g_autofree char *whole = g_strconcat("before,", expected, NULL);

    render(view, out);
    assert_string_equal(out->str, whole);
}
