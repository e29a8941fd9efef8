/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/kept.h"

#include "common/fd.h"

#include <linux/magic.h>
#include <sys/vfs.h>

/* Most of those of a thousand containers that read five files every second; with 60 MB of the
 * kernel's memory. */
#define FILES_MAX 12288u
/* One for each hierarchy of v1. */
#define DIRECTORIES_MAX 8192u

struct KeptFile {
    int fd;
};

static unsigned n_files; /* atomic */

bool
kept_is_possible(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 &&
           (fs.f_type == CGROUP_SUPER_MAGIC || fs.f_type == CGROUP2_SUPER_MAGIC ||
            fs.f_type == PROC_SUPER_MAGIC);
}

unsigned
kept_directories_max(void)
{
    return fd_percent_of_limit(25, DIRECTORIES_MAX);
}

/* Asked once: the daemon settles its limits before it serves. */
static unsigned
files_max(void)
{
    static gsize max;

    if (g_once_init_enter(&max))
        g_once_init_leave(&max, fd_percent_of_limit(40, FILES_MAX));
    return (unsigned)max;
}

KeptFile *
kept_file_new(int *fd)
{
    KeptFile *file;

    if (__atomic_add_fetch(&n_files, 1, __ATOMIC_RELAXED) > files_max()) {
        (void)__atomic_sub_fetch(&n_files, 1, __ATOMIC_RELAXED);
        return NULL;
    }
    file = g_atomic_rc_box_new0(KeptFile);
    file->fd = fd_steal(fd);
    return file;
}

KeptFile *
kept_file_ref(KeptFile *file)
{
    return g_atomic_rc_box_acquire(file);
}

static void
file_close(void *value)
{
    KeptFile *file = value;

    fd_clear(&file->fd);
    (void)__atomic_sub_fetch(&n_files, 1, __ATOMIC_RELAXED);
}

void
kept_file_unref(KeptFile *file)
{
    if (file)
        g_atomic_rc_box_release_full(file, file_close);
}

int
kept_file_fd(const KeptFile *file)
{
    return file->fd;
}
