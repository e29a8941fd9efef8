/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/bundle.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CONFIG "config.json"

void
bundle_clear(Bundle *bundle)
{
    fd_clear(&bundle->dir_fd);
}

static bool
is_readable(const struct stat *st, GError **error)
{
    if (!S_ISREG(st->st_mode)) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, CONFIG " is no regular file");
        return false;
    }
    if (st->st_size > (off_t)BUNDLE_CONFIG_MAX) {
        g_set_error(error, READ_ERROR, READ_ERROR_IO, CONFIG " is longer than %u bytes",
                    BUNDLE_CONFIG_MAX);
        return false;
    }
    return true;
}

char *
bundle_read(const char *path, Bundle *ret, size_t *ret_len, GError **error)
{
    autofd dir_fd = io_open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, error);
    autofd fd = -1;
    char *text;

    if (dir_fd < 0)
        return NULL;
    fd = io_open_at(dir_fd, CONFIG, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, error);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &ret->st) < 0) {
        read_error_set_errno(error, errno, "cannot look at " CONFIG);
        return NULL;
    }
    if (!is_readable(&ret->st, error))
        return NULL;
    text = io_read_fd(fd, CONFIG, ret_len, error);
    if (text)
        ret->dir_fd = fd_steal(&dir_fd);
    return text;
}

bool
bundle_replace(const Bundle *bundle, const char *text, GError **error)
{
    g_autofree char *name = g_strdup_printf("." CONFIG ".ownproc-%d", (int)getpid());
    autofd fd =
        openat(bundle->dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0) {
        read_error_set_errno(error, errno, "cannot make %s", name);
        return false;
    }
    if (io_write_all(fd, text, strlen(text)) &&
        fchown(fd, bundle->st.st_uid, bundle->st.st_gid) == 0 &&
        fchmod(fd, bundle->st.st_mode & 07777) == 0 &&
        renameat(bundle->dir_fd, name, bundle->dir_fd, CONFIG) == 0)
        return true;
    read_error_set_errno(error, errno, "cannot write " CONFIG);
    (void)unlinkat(bundle->dir_fd, name, 0); /* it may be gone already */
    return false;
}
