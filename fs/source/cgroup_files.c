/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/cgroup_files.h"

#include <string.h>

typedef struct {
    char *name;
    KeptFile *kept;         /* NULL: not open */
    uint64_t missing_until; /* 0: it is not known to be missing */
    uint64_t tick;          /* in which it was read for somebody below; 0: never */
    HostText text;          /* what it said then; NULL: there was none */
} File;

struct CgroupFiles {
    GMutex lock;   /* guards all below; nothing is closed under it */
    GArray *files; /* of File */
};

static void
file_clear(void *value)
{
    File *file = value;

    kept_file_unref(file->kept);
    host_text_clear(&file->text);
    g_free(file->name);
}

CgroupFiles *
cgroup_files_new(void)
{
    CgroupFiles *files = g_new0(CgroupFiles, 1);

    g_mutex_init(&files->lock);
    files->files = g_array_new(FALSE, FALSE, sizeof(File));
    g_array_set_clear_func(files->files, file_clear);
    return files;
}

void
cgroup_files_free(CgroupFiles *files)
{
    g_array_unref(files->files);
    g_mutex_clear(&files->lock);
    g_free(files);
}

/* Under the lock; borrowed until it is released.  NULL: nothing is known of @name. */
static File *
find(const CgroupFiles *files, const char *name)
{
    for (guint i = 0; i < files->files->len; i++) {
        File *file = &g_array_index(files->files, File, i);

        if (strcmp(file->name, name) == 0)
            return file;
    }
    return NULL;
}

/* The same, and it is added. */
static File *
add(CgroupFiles *files, const char *name)
{
    File *file = find(files, name), new = {0};

    if (file)
        return file;
    new.name = g_strdup(name);
    g_array_append_val(files->files, new);
    return &g_array_index(files->files, File, files->files->len - 1);
}

KeptFile *
cgroup_files_find(CgroupFiles *files, const char *name)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);
    const File *file = find(files, name);

    return file && file->kept ? kept_file_ref(file->kept) : NULL;
}

void
cgroup_files_keep(CgroupFiles *files, const char *name, KeptFile *kept)
{
    g_autoptr(KeptFile) old G_GNUC_UNUSED = NULL; /* goes after the lock, which is declared later */
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);
    File *file = add(files, name);

    old = file->kept;
    file->kept = kept;
    file->missing_until = 0;
}

void
cgroup_files_miss(CgroupFiles *files, const char *name, uint64_t until)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);

    add(files, name)->missing_until = until;
}

bool
cgroup_files_is_missing(CgroupFiles *files, const char *name, uint64_t now)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);
    const File *file = find(files, name);

    return file && now < file->missing_until;
}

static HostText
copy_of(const HostText *text)
{
    return (HostText){g_memdup2(text->text, text->len + 1), text->len};
}

bool
cgroup_files_find_shared(CgroupFiles *files, const char *name, uint64_t tick, HostText *ret)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);
    const File *file = find(files, name);

    if (!file || file->tick != tick)
        return false;
    *ret = copy_of(&file->text);
    return true;
}

void
cgroup_files_share(CgroupFiles *files, const char *name, uint64_t tick, const HostText *text)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);
    File *file = add(files, name);

    if (file->tick > tick)
        return; /* somebody is further */
    host_text_clear(&file->text);
    file->tick = tick;
    file->text = copy_of(text);
}
