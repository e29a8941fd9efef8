/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/request/paged.h"

#include "tests/unit/cmocka.h"

#include <fcntl.h>

int
paged_make(void **state)
{
    Kernel *kernel = kernel_new();

    machine_share(kernel->machine);
    *state = kernel;
    return 0;
}

int
paged_unmake(void **state)
{
    kernel_free(*state);
    return 0;
}

KernelRead
open_as(Kernel *kernel, pid_t finder, pid_t reader, const char *path, uint32_t *ret_flags)
{
    KernelRead read = {.pid = reader, .node = node_of(kernel, finder, path), .size = 4096};
    struct fuse_open_out out;

    assert_int_equal(kernel_open(kernel, reader, read.node, O_RDONLY, &out), 0);
    read.handle = out.fh;
    read.for_pages = !(out.open_flags & FOPEN_DIRECT_IO);
    if (ret_flags)
        *ret_flags = out.open_flags;
    return read;
}

KernelRead
open_own(Kernel *kernel, pid_t pid, const char *path)
{
    return open_as(kernel, pid, pid, path, NULL);
}

uint32_t
flags_as(Kernel *kernel, pid_t finder, pid_t reader, const char *path)
{
    uint32_t flags;

    (void)open_as(kernel, finder, reader, path, &flags);
    return flags;
}

void
close_file(Kernel *kernel, const KernelRead *read)
{
    assert_int_equal(kernel_release(kernel, read->pid, read->node, read->handle), 0);
}

int
stat_open(Kernel *kernel, const KernelRead *read, struct fuse_attr_out *ret)
{
    const struct fuse_getattr_in in = {.getattr_flags = FUSE_GETATTR_FH, .fh = read->handle};
    g_autoptr(GBytes) body = g_bytes_new(&in, sizeof in);

    return MIN(kernel_ask(kernel, FUSE_GETATTR, read->pid, read->node, body, ret, sizeof *ret), 0);
}

struct fuse_attr_out
attributes(Kernel *kernel, const KernelRead *read)
{
    struct fuse_attr_out out = {0};

    assert_int_equal(stat_open(kernel, read, &out), 0);
    return out;
}
