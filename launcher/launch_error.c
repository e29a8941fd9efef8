/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/launch_error.h"

#include <stdarg.h>
#include <string.h>

// clang-format off
G_DEFINE_QUARK(ownproc-launch-error, launch_error)
// clang-format on

void
launch_error_set_errno(GError **error, int errsv, const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    /* Not g_strerror(): it may load a character set converter, and in the child that would be a
     * library of the image (CVE-2019-14271). */
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "%s: %s", message, strerror(errsv));
}

int
launch_error_exit_code(const GError *error)
{
    return error->domain == LAUNCH_ERROR ? error->code : LAUNCH_ERROR_FAILED;
}
