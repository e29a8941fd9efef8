/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/hook_program.h"

#include <unistd.h>

#define PROGRAM "ownproc"

/* Seen from our own program: as installed, as built. */
static const char *const places[] = {"", "../"};

char *
hook_program_find(const Settings *settings)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = self ? g_path_get_dirname(self) : g_strdup("/usr/bin");

    if (settings->program)
        return access(settings->program, X_OK) == 0 ? g_strdup(settings->program) : NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = g_strdup_printf("%s/%s" PROGRAM, dir, places[i]);
        g_autofree char *whole = g_canonicalize_filename(path, NULL);

        if (!g_file_test(whole, G_FILE_TEST_IS_DIR) && access(whole, X_OK) == 0)
            return g_steal_pointer(&whole);
    }
    return NULL;
}

bool
hook_program_add(json_object *spec, const char *program, const Settings *settings,
                 const char *files)
{
    const char *args[] = {PROGRAM,
                          "hook",
                          "--files",
                          files,
                          "--run-dir",
                          settings->run_dir,
                          "--mountpoint",
                          settings->tree,
                          settings->required ? "--require" : NULL,
                          NULL};

    return spec_add_hook(spec, program, args);
}
