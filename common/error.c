/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/error.h"

#include <errno.h>

/* clang-format off */
G_DEFINE_QUARK(ownproc-read-error-quark, read_error)
/* clang-format on */

static void (*_Atomic end_exhausted)(void);

void
read_error_on_exhaustion(void (*end)(void))
{
    end_exhausted = end;
}

void
read_error_exhausted(void)
{
    void (*end)(void) = end_exhausted;

    if (end)
        end();
}

static ReadError
code_from_errno(int errsv)
{
    switch (errsv) {
    case ENOENT:
    case ENOTDIR:
    case ESRCH:
    case ENODEV: /* kernfs: the file's cgroup was removed while it was open */
        return READ_ERROR_GONE;
    default:
        return READ_ERROR_IO;
    }
}

void
read_error_set_errno(GError **error, int errsv, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    if (errsv == EMFILE || errsv == ENOMEM)
        read_error_exhausted();
    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, READ_ERROR, (int)code_from_errno(errsv), "%s: %s", what, g_strerror(errsv));
}
