/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/kept.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "common/cache.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* Files, and how long one that nobody reads stays open. */
#define KEPT_MAX 512
#define KEPT_USEC (10 * (uint64_t)G_USEC_PER_SEC)

/* An open file, shared by whoever reads it just now; the last one closes it. */
typedef struct {
    int fd;
    dev_t dev; /* of its directory */
    ino_t ino;
    char *file;
} Kept;

/* What is looked for, and what was found. */
typedef struct {
    const struct stat *dir;
    const char *file;
    Kept *kept; /* acquired */
} Wanted;

static void
kept_close(void *value)
{
    Kept *kept = value;

    fd_clear(&kept->fd);
    g_free(kept->file);
}

static void
kept_release(void *value)
{
    g_atomic_rc_box_release_full(value, kept_close);
}

/* The key is a hash: what it found may be another's. */
static bool
kept_acquire(const void *value, void *ret)
{
    const Kept *kept = value;
    Wanted *wanted = ret;

    if (kept->dev != wanted->dir->st_dev || kept->ino != wanted->dir->st_ino ||
        strcmp(kept->file, wanted->file) != 0)
        return false;
    wanted->kept = g_atomic_rc_box_acquire((Kept *)kept); /* only its count of users changes */
    return true;
}

static const CacheKind kept_files = {
    .max_entries = KEPT_MAX,
    .max_idle_usec = KEPT_USEC,
    .value_free = kept_release,
    .value_copy = kept_acquire,
};

static Cache *
cache(void)
{
    static gsize made; /* a Cache; made once, for the life of the process */

    if (g_once_init_enter(&made))
        g_once_init_leave(&made, (gsize)cache_new(&kept_files));
    return (Cache *)made;
}

static uint64_t
key_of(const struct stat *dir, const char *file)
{
    uint64_t key = (dir->st_ino * UINT64_C(0x9E3779B97F4A7C15)) ^ dir->st_dev;

    return key ^ (uint64_t)g_str_hash(file) << 32;
}

/* Elsewhere a file may be replaced under its name. */
static bool
may_be_kept(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 &&
           (fs.f_type == CGROUP_SUPER_MAGIC || fs.f_type == CGROUP2_SUPER_MAGIC ||
            fs.f_type == PROC_SUPER_MAGIC);
}

static char *
read_new(int dir, Wanted *wanted, uint64_t now, size_t *ret_len, GError **error)
{
    autofd fd = io_open_at(dir, wanted->file, O_RDONLY | O_NOCTTY, error);
    g_autofree char *text = NULL;

    if (fd < 0)
        return NULL;
    text = io_read_records_fd(fd, wanted->file, ret_len, error);
    if (text && may_be_kept(fd)) {
        Kept *kept = g_atomic_rc_box_new0(Kept);

        *kept =
            (Kept){fd_steal(&fd), wanted->dir->st_dev, wanted->dir->st_ino, g_strdup(wanted->file)};
        cache_put(cache(), key_of(wanted->dir, wanted->file), now, kept);
    }
    return g_steal_pointer(&text);
}

char *
kept_read(int dir, const char *file, size_t *ret_len, GError **error)
{
    uint64_t now = (uint64_t)g_get_monotonic_time();
    Wanted wanted = {.file = file};
    struct stat status;
    char *text;

    if (fstat(dir, &status) != 0) {
        read_error_set_errno(error, errno, "cannot stat the directory of %s", file);
        return NULL;
    }
    wanted.dir = &status;
    if (!cache_get(cache(), key_of(&status, file), now, &wanted))
        return read_new(dir, &wanted, now, ret_len, error);
    text = io_read_records_fd(wanted.kept->fd, file, ret_len, error);
    kept_release(wanted.kept);
    if (!text)
        cache_drop(cache(), key_of(&status, file));
    return text;
}
