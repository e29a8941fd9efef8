/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/request/opened.h"

#include "tests/unit/cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

uint64_t
node_of(Kernel *kernel, pid_t pid, const char *path)
{
    struct fuse_entry_out entry;

    assert_int_equal(kernel_walk(kernel, pid, path, &entry), 0);
    return entry.nodeid;
}

bool
is_found(Kernel *kernel, pid_t pid, const char *path)
{
    struct fuse_entry_out entry;
    int error = kernel_walk(kernel, pid, path, &entry);

    assert_true(error == 0 || error == -ENOENT);
    return error == 0;
}

char *
names_in(Kernel *kernel, pid_t pid, uint64_t node, uint32_t size)
{
    struct fuse_read_in in = {.size = size};
    g_autofree char *answer = g_malloc(size);
    GString *names = g_string_new(NULL);
    int n;

    do {
        g_autoptr(GBytes) body = g_bytes_new(&in, sizeof in);

        n = kernel_ask(kernel, FUSE_READDIR, pid, node, body, answer, size);
        for (int at = 0; at < n;) {
            struct fuse_dirent entry;

            memcpy(&entry, answer + at, sizeof entry);
            g_string_append_len(names, answer + at + FUSE_NAME_OFFSET, entry.namelen);
            g_string_append_c(names, ' ');
            in.offset = entry.off;
            at += (int)FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + entry.namelen);
        }
    } while (n > 0);
    assert_int_equal(n, 0);
    return g_string_free(names, FALSE);
}

KernelRead
opened(Kernel *kernel, pid_t finder, pid_t reader, const char *path)
{
    KernelRead read = {.pid = reader, .node = node_of(kernel, finder, path), .size = 65536};
    struct fuse_open_out out;

    assert_int_equal(kernel_open(kernel, reader, read.node, O_RDONLY, &out), 0);
    assert_true(out.open_flags & FOPEN_DIRECT_IO);
    read.handle = out.fh;
    return read;
}

char *
text_of(Kernel *kernel, const KernelRead *read)
{
    int error;
    char *text = kernel_read(kernel, read, &error);

    assert_int_equal(error, 0);
    return text;
}

int
error_of(Kernel *kernel, const KernelRead *read)
{
    int error;

    g_free(kernel_read(kernel, read, &error));
    return error;
}

void
shows(Kernel *kernel, const KernelRead *read, const char *start)
{
    g_autofree char *text = text_of(kernel, read);

    if (!g_str_has_prefix(text, start))
        assert_string_equal(text, start);
}
