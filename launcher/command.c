/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/command.h"

#include "launcher/launch_error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* 0, or the errno that execve(2) would give. */
static int
check(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return errno;
    if (!S_ISREG(st.st_mode))
        return EACCES;
    return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? errno : 0;
}

static char *
refuse(const char *command, int errsv, GError **error)
{
    bool missing = errsv == ENOENT || errsv == ENOTDIR;

    g_set_error(error, LAUNCH_ERROR, missing ? LAUNCH_ERROR_NOT_FOUND : LAUNCH_ERROR_NOT_EXECUTABLE,
                "cannot execute %s: %s", command,
                missing ? "there is no such command in the container" : strerror(errsv));
    return NULL;
}

char *
command_find(const char *command, char **env, GError **error)
{
    const char *search = g_environ_getenv(env, "PATH");
    g_auto(GStrv) dirs = g_strsplit(search ? search : "/usr/bin:/bin", ":", -1);
    int errsv = ENOENT;

    if (strchr(command, '/')) {
        errsv = check(command);
        return errsv == 0 ? g_strdup(command) : refuse(command, errsv, error);
    }
    for (char **dir = dirs; *dir; dir++) {
        g_autofree char *path = g_strdup_printf("%s/%s", **dir ? *dir : ".", command);
        int failed = check(path);

        if (failed == 0)
            return g_steal_pointer(&path);
        if (failed == EACCES)
            errsv = EACCES;
    }
    return refuse(command, errsv, error);
}
