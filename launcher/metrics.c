/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc metrics: a program of its own, which knows HTTP. */

#include "launcher/launch_error.h"
#include "launcher/verbs.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "ownproc-metrics"

/* Where it is, seen from this program: as installed, as built. */
static const char *const places[] = {"", "exporter/"};

int
metrics_main(int argc, char **argv)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = self ? g_path_get_dirname(self) : g_strdup("/usr/bin");

    (void)argc;
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = g_strdup_printf("%s/%s" PROGRAM, dir, places[i]);
        char *name = argv[0];

        argv[0] = path;
        (void)execv(path, argv);
        argv[0] = name;
        if (errno != ENOENT) {
            fprintf(stderr, "ownproc: cannot run %s: %s\n", path, strerror(errno));
            return LAUNCH_ERROR_NOT_EXECUTABLE;
        }
    }
    fprintf(stderr, "ownproc: there is no " PROGRAM " in %s\n", dir);
    return LAUNCH_ERROR_NOT_FOUND;
}
