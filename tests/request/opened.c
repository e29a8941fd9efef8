/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/request/opened.h"

#include "tests/unit/cmocka.h"

#include <fcntl.h>

uint64_t
node_of(Kernel *kernel, pid_t pid, const char *path)
{
    struct fuse_entry_out entry;

    assert_int_equal(kernel_walk(kernel, pid, path, &entry), 0);
    return entry.nodeid;
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
