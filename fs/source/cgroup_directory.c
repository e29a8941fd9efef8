/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/cgroup_directory.h"

#include "common/cache.h"
#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "fs/source/cgroup_files.h"
#include "fs/source/kept.h"

#include <fcntl.h>
#include <sys/stat.h>

/* How long a directory that nobody reads in stays open. */
#define KEPT_USEC (10 * (uint64_t)G_USEC_PER_SEC)
/* How long a v1 cgroup without a file is not asked for it: only a module that is loaded brings new
 * ones. */
#define MISSING_USEC (uint64_t) G_USEC_PER_SEC

struct CgroupDirectory {
    int fd;
    dev_t dev;
    ino_t ino;
    unsigned version;
    bool kept; /* else it is a recorded one, where nothing is what it was a moment ago */
    CgroupFiles *files;
    ino_t parent; /* number of the one above; 0: nobody has asked yet.  Atomic */
    int fact;     /* atomic */
};

static void
directory_close(void *value)
{
    CgroupDirectory *directory = value;

    fd_clear(&directory->fd);
    cgroup_files_free(directory->files);
}

CgroupDirectory *
cgroup_directory_ref(CgroupDirectory *directory)
{
    return g_atomic_rc_box_acquire(directory);
}

void
cgroup_directory_unref(CgroupDirectory *directory)
{
    if (directory)
        g_atomic_rc_box_release_full(directory, directory_close);
}

static void
directory_unref(void *value)
{
    cgroup_directory_unref(value);
}

/* The directories that are kept, by a hash of their numbers. */

typedef struct {
    bool any; /* whichever has the key */
    dev_t dev;
    ino_t ino;
    CgroupDirectory *directory; /* what was found; a reference */
} Wanted;

/* The key is a hash: what it found may be another's. */
static bool
directory_acquire(const void *value, void *ret)
{
    const CgroupDirectory *directory = value;
    Wanted *wanted = ret;

    if (!wanted->any && (directory->dev != wanted->dev || directory->ino != wanted->ino))
        return false;
    /* Only its count of users changes. */
    wanted->directory = cgroup_directory_ref((CgroupDirectory *)directory);
    return true;
}

static Cache *
cache(void)
{
    static const CacheKind kind = {
        .max_idle_usec = KEPT_USEC, .value_free = directory_unref, .value_copy = directory_acquire};
    static gsize made; /* a Cache; made once, for the life of the process */

    if (g_once_init_enter(&made))
        g_once_init_leave(&made, (gsize)cache_new(&kind, kept_directories_max()));
    return (Cache *)made;
}

static uint64_t
key_of(dev_t dev, ino_t ino)
{
    return (ino * UINT64_C(0x9E3779B97F4A7C15)) ^ dev;
}

static uint64_t
monotonic(void)
{
    return (uint64_t)g_get_monotonic_time();
}

static CgroupDirectory *
find_kept(dev_t dev, ino_t ino)
{
    Wanted wanted = {.dev = dev, .ino = ino};

    return cache_get(cache(), key_of(dev, ino), monotonic(), &wanted) ? wanted.directory : NULL;
}

/* Every cgroup has cgroup.procs for as long as it exists. */
static bool
is_alive(const CgroupDirectory *directory)
{
    return faccessat(directory->fd, "cgroup.procs", F_OK, 0) == 0;
}

/* Each new directory is the occasion to look at two others, so that the dead do not outnumber the
 * living. */
static void
forget_the_dead(void)
{
    uint64_t key;

    for (int i = 0; i < 2 && cache_oldest(cache(), monotonic(), &key); i++) {
        Wanted oldest = {.any = true};

        if (!cache_get(cache(), key, monotonic(), &oldest))
            continue;
        if (!is_alive(oldest.directory))
            cache_drop(cache(), key);
        cgroup_directory_unref(oldest.directory);
    }
}

static void
keep(CgroupDirectory *directory)
{
    forget_the_dead();
    cache_put(cache(), key_of(directory->dev, directory->ino), monotonic(),
              cgroup_directory_ref(directory));
}

/* Takes over *@fd, which somebody else may have kept meanwhile. */
static CgroupDirectory *
directory_new(int *fd, unsigned version, GError **error)
{
    CgroupDirectory *directory;
    struct stat status;

    if (fstat(*fd, &status) != 0) {
        read_error_set_errno(error, errno, "cannot stat a cgroup");
        return NULL;
    }
    directory = find_kept(status.st_dev, status.st_ino);
    if (directory)
        return directory;
    directory = g_atomic_rc_box_new0(CgroupDirectory);
    directory->fd = fd_steal(fd);
    directory->dev = status.st_dev;
    directory->ino = status.st_ino;
    directory->version = version;
    directory->kept = kept_is_possible(directory->fd);
    directory->files = cgroup_files_new();
    directory->fact = -1;
    if (directory->kept)
        keep(directory);
    return directory;
}

CgroupDirectory *
cgroup_directory_open(const CgroupHierarchy *hierarchy, const char *path, GError **error)
{
    CgroupDirectory *directory;
    struct stat status;
    autofd fd = -1;

    if (!cgroup_layout_stat(hierarchy, path, &status, error))
        return NULL;
    directory = find_kept(status.st_dev, status.st_ino);
    if (directory)
        return directory;
    fd = cgroup_layout_open(hierarchy, path, error);
    return fd < 0 ? NULL : directory_new(&fd, hierarchy->version, error);
}

CgroupDirectory *
cgroup_directory_find(dev_t device, ino_t number)
{
    return find_kept(device, number);
}

CgroupDirectory *
cgroup_directory_parent(CgroupDirectory *directory, GError **error)
{
    ino_t ino = __atomic_load_n(&directory->parent, __ATOMIC_RELAXED);
    CgroupDirectory *parent = NULL;
    autofd fd = -1;

    if (ino != 0)
        parent = find_kept(directory->dev, ino);
    if (parent)
        return parent;
    fd = io_open_at(directory->fd, "..", O_PATH | O_DIRECTORY, error);
    parent = fd < 0 ? NULL : directory_new(&fd, directory->version, error);
    if (parent && parent->kept)
        __atomic_store_n(&directory->parent, parent->ino, __ATOMIC_RELAXED);
    return parent;
}

int
cgroup_directory_fd(const CgroupDirectory *directory)
{
    return directory->fd;
}

uint64_t
cgroup_directory_id(const CgroupDirectory *directory)
{
    return directory->ino;
}

dev_t
cgroup_directory_device(const CgroupDirectory *directory)
{
    return directory->dev;
}

int
cgroup_directory_fact(const CgroupDirectory *directory)
{
    return __atomic_load_n(&directory->fact, __ATOMIC_RELAXED);
}

void
cgroup_directory_set_fact(CgroupDirectory *directory, bool fact)
{
    if (directory->kept)
        __atomic_store_n(&directory->fact, fact, __ATOMIC_RELAXED);
}

static char *
read_new(CgroupDirectory *directory, const char *name, size_t *ret_len, GError **error)
{
    autofd fd = io_open_at(directory->fd, name, O_RDONLY | O_NOCTTY, error);
    g_autofree char *text = NULL;
    KeptFile *kept;

    if (fd < 0)
        return NULL;
    text = io_read_record_fd(fd, name, ret_len, error);
    if (text && directory->kept && (kept = kept_file_new(&fd)))
        cgroup_files_keep(directory->files, name, kept);
    return g_steal_pointer(&text);
}

/* A controller may be taken away from a v2 cgroup and given back: its files are others then. */
static char *
read_kept(CgroupDirectory *directory, const char *name, const KeptFile *kept, size_t *ret_len,
          GError **error)
{
    g_autoptr(GError) problem = NULL;
    char *text;

    text = io_read_record_fd(kept_file_fd(kept), name, ret_len, &problem);
    if (text)
        return text;
    cgroup_files_keep(directory->files, name, NULL);
    if (g_error_matches(problem, READ_ERROR, READ_ERROR_GONE))
        return read_new(directory, name, ret_len, error);
    g_propagate_error(error, g_steal_pointer(&problem));
    return NULL;
}

/* True if @problem is that a living cgroup has no such file; else *@error is @problem. */
static bool
is_missing(const CgroupDirectory *directory, GError **problem, GError **error)
{
    if (g_error_matches(*problem, READ_ERROR, READ_ERROR_GONE) && is_alive(directory))
        return true;
    g_propagate_error(error, g_steal_pointer(problem));
    return false;
}

static bool
is_known_missing(const CgroupDirectory *directory, const char *file)
{
    return directory->version == 1 && cgroup_files_is_missing(directory->files, file, monotonic());
}

bool
cgroup_directory_read(CgroupDirectory *directory, const char *file, HostText *ret, GError **error)
{
    g_autoptr(KeptFile) kept = cgroup_files_find(directory->files, file);
    g_autoptr(GError) problem = NULL;
    HostText text = {0};

    if (!kept && is_known_missing(directory, file)) {
        *ret = text;
        return true;
    }
    text.text = kept ? read_kept(directory, file, kept, &text.len, &problem)
                     : read_new(directory, file, &text.len, &problem);
    if (!text.text && !is_missing(directory, &problem, error)) {
        cache_drop(cache(), key_of(directory->dev, directory->ino));
        return false;
    }
    if (!text.text && directory->kept)
        cgroup_files_miss(directory->files, file, monotonic() + MISSING_USEC);
    *ret = text;
    return true;
}

bool
cgroup_directory_read_shared(CgroupDirectory *directory, const char *file, uint64_t tick,
                             HostText *ret, GError **error)
{
    if (tick == 0 || !directory->kept)
        return cgroup_directory_read(directory, file, ret, error);
    if (cgroup_files_find_shared(directory->files, file, tick, ret))
        return true;
    if (!cgroup_directory_read(directory, file, ret, error))
        return false;
    cgroup_files_share(directory->files, file, tick, ret);
    return true;
}

bool
cgroup_directory_has(CgroupDirectory *directory, const char *file, bool *ret, GError **error)
{
    g_autoptr(KeptFile) kept = cgroup_files_find(directory->files, file);
    g_auto(HostText) text = {0};

    if (!kept && !cgroup_directory_read(directory, file, &text, error))
        return false;
    *ret = kept || text.text;
    return true;
}
