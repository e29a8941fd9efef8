/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/program.h"

#include "launcher/in_child.h"

#include <string.h>
#include <unistd.h>

static const char *const directories[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                          "/usr/bin", "/usr/libexec/crun"};

char *
program_find(const char *name)
{
    char *path = g_find_program_in_path(name);

    for (size_t i = 0; !path && !strchr(name, '/') && i < G_N_ELEMENTS(directories); i++) {
        path = g_build_filename(directories[i], name, NULL);
        if (access(path, X_OK) < 0)
            g_clear_pointer(&path, g_free);
    }
    return path;
}

char *
program_beside(const char *const *places, const char *name)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = self ? g_path_get_dirname(self) : g_strdup("/usr/bin");

    for (; *places; places++) {
        g_autofree char *path = g_strdup_printf("%s/%s%s", dir, *places, name);
        g_autofree char *whole = g_canonicalize_filename(path, NULL);

        if (!g_file_test(whole, G_FILE_TEST_IS_DIR) && access(whole, X_OK) == 0)
            return g_steal_pointer(&whole);
    }
    return NULL;
}

/* @data is the command line. */
static bool
run(void *data, GString *ret, GError **error)
{
    g_autofree char *text = NULL;

    if (!g_spawn_sync(NULL, data, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &text, NULL, NULL,
                      error))
        return false;
    g_string_append(ret, text);
    return true;
}

GString *
program_ask(const char *path, const char *argument, unsigned patience_sec)
{
    const char *argv[] = {path, argument, NULL};

    return in_child(&(InChild){run, argv, patience_sec}, NULL);
}
