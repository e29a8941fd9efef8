/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The floor: what a file costs that FUSE serves and nobody computes.
 *
 *     floor keep_cache|direct_io|no_open|getattr MOUNTPOINT DIRECTORY
 *
 * serves copies of DIRECTORY's files, read once at the start, until it is told to end.  keep_cache:
 * one round trip, OPEN.  direct_io: three, OPEN and READ twice.  no_open: none.  getattr: one,
 * GETATTR, after which the page is as good as ever: the least that a read can cost of which the
 * server must hear. */

#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FOREVER 3600.0 /* seconds */
#define TEXT_BYTES 65536
#define FIRST_NODE (FUSE_ROOT_ID + 1)

typedef struct {
    const char *name;
    size_t len;
    char text[TEXT_BYTES];
} FloorFile;

static FloorFile files[] = {
    {.name = "meminfo"}, {.name = "stat"},    {.name = "cpuinfo"},
    {.name = "uptime"},  {.name = "loadavg"},
};
#define N_FILES (sizeof files / sizeof *files)

static enum { KEEP_CACHE, DIRECT_IO, NO_OPEN, GETATTR } mode;

static double
attributes_last(void)
{
    return mode == GETATTR ? 0 : FOREVER;
}

static FloorFile *
file_of(fuse_ino_t node)
{
    return node >= FIRST_NODE && node < FIRST_NODE + N_FILES ? &files[node - FIRST_NODE] : NULL;
}

static bool
node_stat(fuse_ino_t node, struct stat *ret)
{
    FloorFile *file = file_of(node);

    memset(ret, 0, sizeof *ret);
    ret->st_ino = node;
    ret->st_mode = file ? S_IFREG | 0444 : S_IFDIR | 0555;
    ret->st_nlink = 1;
    ret->st_size = file ? (off_t)file->len : 0;
    return file || node == FUSE_ROOT_ID;
}

static void
floor_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    struct fuse_entry_param entry = {.attr_timeout = attributes_last(), .entry_timeout = FOREVER};

    for (size_t i = 0; i < N_FILES; i++)
        if (parent == FUSE_ROOT_ID && strcmp(files[i].name, name) == 0)
            entry.ino = FIRST_NODE + i;
    if (entry.ino == 0) {
        (void)fuse_reply_err(req, ENOENT);
        return;
    }
    (void)node_stat(entry.ino, &entry.attr);
    (void)fuse_reply_entry(req, &entry);
}

static void
floor_getattr(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
    struct stat attr;

    (void)fi;
    if (node_stat(node, &attr))
        (void)fuse_reply_attr(req, &attr, attributes_last());
    else
        (void)fuse_reply_err(req, ENOENT);
}

static void
floor_open(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
    (void)node;
    if (mode == NO_OPEN || mode == GETATTR) {
        (void)fuse_reply_err(req, ENOSYS);
        return;
    }
    fi->keep_cache = mode == KEEP_CACHE;
    fi->direct_io = mode == DIRECT_IO;
    (void)fuse_reply_open(req, fi);
}

static void
floor_read(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *fi)
{
    FloorFile *file = file_of(node);
    size_t at = (size_t)offset;

    (void)fi;
    if (!file || at >= file->len)
        (void)fuse_reply_buf(req, NULL, 0);
    else
        (void)fuse_reply_buf(req, file->text + at, size < file->len - at ? size : file->len - at);
}

static void
floor_flush(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
    (void)node;
    (void)fi;
    (void)fuse_reply_err(req, ENOSYS); /* then the kernel does not ask again */
}

static const struct fuse_lowlevel_ops operations = {
    .lookup = floor_lookup,
    .getattr = floor_getattr,
    .open = floor_open,
    .read = floor_read,
    .flush = floor_flush,
};

static bool
file_load(FloorFile *file, const char *directory)
{
    char path[4096];
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "%s/%s", directory, file->name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    while ((n = read(fd, file->text + file->len, TEXT_BYTES - file->len)) > 0)
        file->len += (size_t)n;
    if (fd < 0 || n < 0)
        perror(path);
    return fd >= 0 && n == 0 && close(fd) == 0;
}

static bool
mode_parse(const char *word)
{
    static const char *const words[] = {"keep_cache", "direct_io", "no_open", "getattr"};

    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0) {
            mode = i;
            return true;
        }
    return false;
}

static int
serve(const char *mount_point)
{
    char *argv[] = {"floor", "-oro,allow_other,fsname=floor", NULL};
    struct fuse_args args = FUSE_ARGS_INIT(2, argv);
    struct fuse_session *session = fuse_session_new(&args, &operations, sizeof operations, NULL);
    int code = 1;

    if (session && fuse_set_signal_handlers(session) == 0) {
        if (fuse_session_mount(session, mount_point) == 0) {
            code = fuse_session_loop(session) < 0;
            fuse_session_unmount(session);
        }
        fuse_remove_signal_handlers(session);
    }
    if (session)
        fuse_session_destroy(session);
    fuse_opt_free_args(&args);
    return code;
}

int
main(int argc, char **argv)
{
    if (argc != 4 || !mode_parse(argv[1])) {
        fputs("usage: floor keep_cache|direct_io|no_open|getattr MOUNTPOINT DIRECTORY\n", stderr);
        return 2;
    }
    for (size_t i = 0; i < N_FILES; i++)
        if (!file_load(&files[i], argv[3]))
            return 1;
    return serve(argv[2]);
}
