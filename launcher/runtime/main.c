/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc-runc: an OCI runtime that gives each container its own /proc, then is another runtime.
 * Whatever it does not understand it passes on as it is. */

#include "launcher/launch_error.h"
#include "launcher/runtime/inject.h"
#include "launcher/runtime/real.h"
#include "launcher/runtime/tell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static int
fail(const Invocation *invocation, const GError *error)
{
    tell(invocation, "error", error->message);
    return launch_error_exit_code(error);
}

/* Comes back only if it fails. */
static int
become(const Invocation *invocation, const char *real, char **argv)
{
    g_autoptr(GError) error = NULL;

    argv[0] = (char *)real; /* execv(3) does not write to it */
    execv(real, argv);
    launch_error_set_errno(&error, errno, "cannot execute %s", real);
    tell(invocation, "error", error->message);
    return LAUNCH_ERROR_NOT_EXECUTABLE;
}

int
main(int argc, char **argv)
{
    g_auto(Settings) settings = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *real = NULL;
    Invocation invocation;
    bool understood;

    if (argc < 1 || getauxval(AT_SECURE)) {
        fprintf(stderr, "ownproc-runc: refuses to run with the privileges of its file\n");
        return LAUNCH_ERROR_FAILED;
    }
    invocation_parse(argv, &invocation);
    understood = settings_read(g_getenv("OWNPROC_RUNTIME_CONFIG"), argv[0], &settings, &error);
    if (!understood && invocation_makes(&invocation))
        tell(&invocation, "warning", error->message);
    g_clear_error(&error);
    real = real_find(settings.runtime, &error);
    if (!real)
        return fail(&invocation, error);
    if (invocation_makes(&invocation) && !inject(&invocation, &settings, real))
        return LAUNCH_ERROR_FAILED;
    return become(&invocation, real, argv);
}
