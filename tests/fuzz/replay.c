/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs a fuzz target over the kept inputs of a folder, so that what once broke a parser is an
 * ordinary test for ever.  TAP: one line per input. */

#include "tests/fuzz/fuzz.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

static void
replay(const char *path)
{
    g_autofree char *text = NULL;
    gsize len;

    if (!g_file_get_contents(path, &text, &len, NULL))
        abort();
    /* exactly as long as the input, so that a sanitizer sees the first byte beyond */
    g_autofree uint8_t *exact = g_memdup2(text, len);
    (void)LLVMFuzzerTestOneInput(exact, len);
}

int
main(int argc, char **argv)
{
    unsigned n = 0;
    const char *name;
    g_autoptr(GDir) corpus = NULL;

    if (argc != 2 || !(corpus = g_dir_open(argv[1], 0, NULL))) {
        (void)fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
        return 2;
    }
    while ((name = g_dir_read_name(corpus))) {
        g_autofree char *path = g_build_filename(argv[1], name, NULL);

        replay(path);
        (void)printf("ok %u - %s\n", ++n, name);
    }
    (void)printf("1..%u\n", n);
    return n == 0;
}
