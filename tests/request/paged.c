/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/request/paged.h"

#include "tests/request/opened.h"
#include "tests/unit/cmocka.h"

#include <fcntl.h>
#include <string.h>

int
paged_make(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    Machine *machine;

    fixture->kernel = kernel_new();
    machine = fixture->kernel->machine;
    fixture->tick.length = TICK_USEC;
    fixture->texts = texts_new(64, 1 << 20);
    askers_free(machine->askers);
    machine->askers =
        askers_new(&(AskersConfig){machine->readers, machine->containers, &fixture->tick});
    machine->server.askers = machine->askers;
    machine->server.sources.tick = &fixture->tick;
    machine->server.texts = fixture->texts;
    machine_set_now(MACHINE_NOW);
    *state = fixture;
    return 0;
}

int
paged_unmake(void **state)
{
    Fixture *fixture = *state;

    kernel_free(fixture->kernel);
    texts_free(fixture->texts);
    g_free(fixture);
    machine_set_now(MACHINE_NOW);
    return 0;
}

KernelRead
open_as(const Fixture *fixture, pid_t finder, pid_t reader, const char *path, uint32_t *ret_flags)
{
    KernelRead read = {.pid = reader, .node = node_of(fixture->kernel, finder, path), .size = 4096};
    struct fuse_open_out out;

    assert_int_equal(kernel_open(fixture->kernel, reader, read.node, O_RDONLY, &out), 0);
    read.handle = out.fh;
    read.for_pages = !(out.open_flags & FOPEN_DIRECT_IO);
    if (ret_flags)
        *ret_flags = out.open_flags;
    return read;
}

KernelRead
open_own(const Fixture *fixture, pid_t pid, const char *path)
{
    return open_as(fixture, pid, pid, path, NULL);
}

uint32_t
flags_as(const Fixture *fixture, pid_t finder, pid_t reader, const char *path)
{
    uint32_t flags;

    (void)open_as(fixture, finder, reader, path, &flags);
    return flags;
}

void
close_file(const Fixture *fixture, const KernelRead *read)
{
    assert_int_equal(kernel_release(fixture->kernel, read->pid, read->node, read->handle), 0);
}

char *
text_of(const Fixture *fixture, const KernelRead *read)
{
    int error;
    char *text = kernel_read(fixture->kernel, read, &error);

    assert_int_equal(error, 0);
    return text;
}

int
error_of(const Fixture *fixture, const KernelRead *read)
{
    int error;
    g_autofree char *text = kernel_read(fixture->kernel, read, &error);

    assert_null(text);
    return error;
}

void
shows(const Fixture *fixture, const KernelRead *read, const char *start)
{
    g_autofree char *text = text_of(fixture, read);

    if (!g_str_has_prefix(text, start))
        assert_string_equal(text, start);
}

int
stat_open(const Fixture *fixture, const KernelRead *read, struct fuse_attr_out *ret)
{
    const struct fuse_getattr_in in = {.getattr_flags = FUSE_GETATTR_FH, .fh = read->handle};
    g_autoptr(GBytes) body = g_bytes_new(&in, sizeof in);

    return MIN(
        kernel_ask(fixture->kernel, FUSE_GETATTR, read->pid, read->node, body, ret, sizeof *ret),
        0);
}

struct fuse_attr_out
attributes(const Fixture *fixture, const KernelRead *read)
{
    struct fuse_attr_out out = {0};

    assert_int_equal(stat_open(fixture, read, &out), 0);
    return out;
}
