/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/host_files.h"

#include "common/fd.h"
#include "common/io.h"
#include "fs/source/kept.h"

#include <fcntl.h>

/* Not all stay open: kernels before 5.17 measure the frequencies in cpuinfo when it is opened.
 * What is written at once is read at once. */
static const struct {
    const char *path;
    bool is_kept, is_record;
} names[HOST_FILES] = {
    [HOST_MEMINFO] = {"proc/meminfo", true, true},
    [HOST_STAT] = {"proc/stat", true, true},
    [HOST_CPUINFO] = {"proc/cpuinfo", false, false},
    [HOST_CPUINFO32] = {"proc/cpuinfo", false, false},
    [HOST_SWAPS] = {"proc/swaps", true, false},
    [HOST_DISKSTATS] = {"proc/diskstats", true, false},
    [HOST_VMSTAT] = {"proc/vmstat", true, false},
    [HOST_PRESSURE_CPU] = {"proc/pressure/cpu", true, true},
    [HOST_PRESSURE_IO] = {"proc/pressure/io", true, true},
    [HOST_PRESSURE_IRQ] = {"proc/pressure/irq", true, true},
    [HOST_PRESSURE_MEMORY] = {"proc/pressure/memory", true, true},
};

struct HostFiles {
    int root_fd;
    GMutex lock;                  /* guards all below; nothing that could wait is done under it */
    KeptFile *open[HOST_FILES];   /* NULL: not yet */
    HostFile *latest[HOST_FILES]; /* NULL: none yet */
};

static void
file_clear(void *value)
{
    HostFile *file = value;

    host_text_clear(&file->text);
    host_cpu_clear(&file->cpu);
}

void
host_file_unref(const HostFile *file)
{
    if (file)
        g_atomic_rc_box_release_full((HostFile *)file, file_clear);
}

static void
file_unref(HostFile *file)
{
    host_file_unref(file);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostFile, file_unref)

HostFiles *
host_files_new(int root_fd)
{
    HostFiles *files = g_new0(HostFiles, 1);

    files->root_fd = root_fd;
    g_mutex_init(&files->lock);
    return files;
}

void
host_files_free(HostFiles *files)
{
    if (!files)
        return;
    for (unsigned i = 0; i < HOST_FILES; i++) {
        kept_file_unref(files->open[i]);
        host_file_unref(files->latest[i]);
    }
    g_mutex_clear(&files->lock);
    g_free(files);
}

static bool
text_read(int fd, HostFileName name, HostText *ret, GError **error)
{
    const char *path = names[name].path;

    ret->text = names[name].is_record ? io_read_record_fd(fd, path, &ret->len, error)
                                      : io_read_fd(fd, path, &ret->len, error);
    return ret->text != NULL;
}

static bool
file_parse(HostFile *file, HostFileName name, GError **error)
{
    switch (name) {
    case HOST_MEMINFO:
        return host_memory_parse(&file->text, &file->memory, error);
    case HOST_STAT:
        return host_cpu_parse(&file->text, &file->cpu, error);
    default:
        return true;
    }
}

static HostFile *
file_of(int fd, HostFileName name, GError **error)
{
    g_autoptr(HostFile) file = g_atomic_rc_box_new0(HostFile);

    if (!text_read(fd, name, &file->text, error) || !file_parse(file, name, error))
        return NULL;
    return g_steal_pointer(&file);
}

const HostFile *
host_file_read(int root_fd, HostFileName name, GError **error)
{
    autofd fd = io_open_at(root_fd, names[name].path, O_RDONLY | O_NOCTTY, error);

    return fd < 0 ? NULL : file_of(fd, name, error);
}

static KeptFile *
find_open(HostFiles *files, HostFileName name)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);

    return files->open[name] ? kept_file_ref(files->open[name]) : NULL;
}

/* Takes over @kept, if nobody was faster. */
static void
keep_open(HostFiles *files, HostFileName name, KeptFile *kept)
{
    g_autoptr(KeptFile) left G_GNUC_UNUSED =
        kept; /* goes after the lock, which is declared later */
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);

    if (!files->open[name])
        files->open[name] = g_steal_pointer(&left);
}

static HostFile *
read_now(HostFiles *files, HostFileName name, GError **error)
{
    g_autoptr(KeptFile) kept = find_open(files, name);
    g_autoptr(HostFile) file = NULL;
    autofd fd = -1;

    if (kept)
        return file_of(kept_file_fd(kept), name, error);
    fd = io_open_at(files->root_fd, names[name].path, O_RDONLY | O_NOCTTY, error);
    file = fd < 0 ? NULL : file_of(fd, name, error);
    if (file && names[name].is_kept && kept_is_possible(fd) && (kept = kept_file_new(&fd)))
        keep_open(files, name, g_steal_pointer(&kept));
    return g_steal_pointer(&file);
}

static HostFile *
find_latest(HostFiles *files, HostFileName name, uint64_t tick)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);
    HostFile *latest = files->latest[name];

    return latest && latest->tick == tick ? g_atomic_rc_box_acquire(latest) : NULL;
}

static void
share(HostFiles *files, HostFileName name, HostFile *file)
{
    g_autoptr(HostFile) old G_GNUC_UNUSED = NULL; /* goes after the lock, which is declared later */
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);

    if (files->latest[name] && files->latest[name]->tick > file->tick)
        return; /* somebody is further */
    old = files->latest[name];
    files->latest[name] = g_atomic_rc_box_acquire(file);
}

const HostFile *
host_files_get(HostFiles *files, HostFileName name, uint64_t tick, GError **error)
{
    HostFile *file = tick ? find_latest(files, name, tick) : NULL;

    if (file)
        return file;
    file = read_now(files, name, error);
    if (file && tick) {
        file->tick = tick;
        share(files, name, file);
    }
    return file;
}
