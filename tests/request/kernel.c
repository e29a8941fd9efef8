/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/request/kernel.h"

#include "common/fd.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_MAX (1u << 20)

uint64_t
kernel_send(Kernel *kernel, const struct fuse_in_header *what, const void *body, size_t len)
{
    struct fuse_in_header header = *what;
    struct iovec parts[] = {{&header, sizeof header}, {(void *)body, len}};
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

    header.len = (uint32_t)(sizeof header + len);
    header.unique = kernel->unique += 2;
    header.uid = kernel->uid;
    g_assert(sendmsg(kernel->fd, &message, 0) == (ssize_t)header.len);
    return header.unique;
}

/* Returns how many bytes it got after the header, in @payload, which has room for ANSWER_MAX. */
static size_t
receive_answer(Kernel *kernel, struct fuse_out_header *ret, char *payload)
{
    struct iovec parts[] = {{ret, sizeof *ret}, {payload, ANSWER_MAX}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t n = recvmsg(kernel->fd, &message, 0);

    g_assert(n >= (ssize_t)sizeof *ret);
    g_assert(ret->len == (size_t)n);
    return (size_t)n - sizeof *ret;
}

uint64_t
kernel_next_answer(Kernel *kernel, int *ret_error)
{
    g_autofree char *payload = g_malloc(ANSWER_MAX);
    struct fuse_out_header got;

    (void)receive_answer(kernel, &got, payload);
    *ret_error = got.error;
    return got.unique;
}

int
kernel_ask(Kernel *kernel, uint32_t opcode, pid_t pid, uint64_t node, GBytes *body, void *answer,
           size_t size)
{
    g_autofree char *payload = g_malloc(ANSWER_MAX);
    const struct fuse_in_header header = {.opcode = opcode, .nodeid = node, .pid = (uint32_t)pid};
    struct fuse_out_header got;
    size_t len;
    const void *bytes = g_bytes_get_data(body, &len);
    uint64_t unique;

    do
        unique = kernel_send(kernel, &header, bytes, len);
    while (!kernel->serve(kernel));
    len = receive_answer(kernel, &got, payload);
    g_assert(got.unique == unique);
    if (got.error != 0)
        return got.error;
    if (answer)
        memcpy(answer, payload, MIN(size, len));
    return (int)len;
}

/* kernel_ask() with a struct as body. */
static int
ask_with(Kernel *kernel, const struct fuse_in_header *who, const void *body, size_t len,
         struct iovec answer)
{
    g_autoptr(GBytes) bytes = g_bytes_new(body, len);

    return kernel_ask(kernel, who->opcode, (pid_t)who->pid, who->nodeid, bytes, answer.iov_base,
                      answer.iov_len);
}

#define WHO(op, who_pid, who_node)                                                                 \
    (&(struct fuse_in_header){.opcode = (op), .pid = (uint32_t)(who_pid), .nodeid = (who_node)})

void
kernel_say_hello(Kernel *kernel)
{
    struct fuse_init_in hello = {.major = 7, .minor = 38, .max_readahead = 131072};

    g_assert(ask_with(kernel, WHO(FUSE_INIT, 0, 0), &hello, sizeof hello,
                      (struct iovec){&kernel->init, sizeof kernel->init}) > 0);
}

static bool
serve_here(Kernel *kernel)
{
    g_assert(session_serve_one(kernel->session));
    return true;
}

/* Returns the daemon's end of the connection. */
static int
connect_to(Kernel *kernel)
{
    int fds[2];

    g_assert(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0);
    kernel->machine = machine_new();
    kernel->fd = fds[0];
    kernel->serve = serve_here;
    return fds[1];
}

Kernel *
kernel_new_served(bool (*serve)(Kernel *kernel), gpointer data, int *ret_fd)
{
    Kernel *kernel = g_new0(Kernel, 1);

    *ret_fd = connect_to(kernel);
    kernel->serve = serve;
    kernel->data = data;
    return kernel;
}

Kernel *
kernel_new(void)
{
    Kernel *kernel = g_new0(Kernel, 1);
    int fd = connect_to(kernel);

    kernel->ops = ops_new(&(OpsConfig){
        .server = &kernel->machine->server, .now = machine_now, .max_text_bytes = 65536});
    kernel->session =
        session_new(fd, &(SessionConfig){"tree", &ops_table, kernel->ops, ops_whose}, NULL);
    kernel_say_hello(kernel);
    return kernel;
}

Kernel *
kernel_new_bound(void)
{
    Kernel *kernel = g_new0(Kernel, 1);
    int fd = connect_to(kernel);

    kernel->bound =
        bound_new(&(BoundConfig){.server = &kernel->machine->server, .now = machine_now});
    kernel->session =
        session_new(fd, &(SessionConfig){"bound", &bound_table, kernel->bound, bound_whose}, NULL);
    kernel_say_hello(kernel);
    return kernel;
}

void
kernel_free(Kernel *kernel)
{
    session_free(kernel->session);
    ops_free(kernel->ops);
    bound_free(kernel->bound);
    machine_free(kernel->machine);
    fd_clear(&kernel->fd);
    g_free(kernel);
}

static int
zero_if_answered(int n)
{
    return MIN(n, 0);
}

int
kernel_lookup(Kernel *kernel, pid_t pid, uint64_t parent, const char *name,
              struct fuse_entry_out *ret)
{
    return zero_if_answered(ask_with(kernel, WHO(FUSE_LOOKUP, pid, parent), name, strlen(name) + 1,
                                     (struct iovec){ret, sizeof *ret}));
}

int
kernel_walk(Kernel *kernel, pid_t pid, const char *path, struct fuse_entry_out *ret)
{
    g_auto(GStrv) names = g_strsplit(path, "/", -1);
    int error = 0;

    ret->nodeid = FUSE_ROOT_ID;
    for (unsigned i = 0; names[i] && error == 0; i++)
        error = kernel_lookup(kernel, pid, ret->nodeid, names[i], ret);
    return error;
}

int
kernel_getattr(Kernel *kernel, pid_t pid, uint64_t node, struct fuse_attr *ret)
{
    struct fuse_getattr_in in = {0};
    struct fuse_attr_out out = {0};
    int n = ask_with(kernel, WHO(FUSE_GETATTR, pid, node), &in, sizeof in,
                     (struct iovec){&out, sizeof out});

    *ret = out.attr;
    return zero_if_answered(n);
}

int
kernel_open(Kernel *kernel, pid_t pid, uint64_t node, int flags, struct fuse_open_out *ret)
{
    struct fuse_open_in in = {.flags = (uint32_t)flags};

    return zero_if_answered(ask_with(kernel, WHO(FUSE_OPEN, pid, node), &in, sizeof in,
                                     (struct iovec){ret, sizeof *ret}));
}

int
kernel_release(Kernel *kernel, pid_t pid, uint64_t node, uint64_t handle)
{
    struct fuse_release_in in = {.fh = handle};

    return zero_if_answered(
        ask_with(kernel, WHO(FUSE_RELEASE, pid, node), &in, sizeof in, (struct iovec){NULL, 0}));
}

char *
kernel_read(Kernel *kernel, const KernelRead *what, int *ret_error)
{
    struct fuse_read_in in = {
        .fh = what->handle,
        .offset = what->offset,
        .size = what->size,
        .read_flags = what->for_pages ? 0 : FUSE_READ_LOCKOWNER,
        .lock_owner = what->for_pages ? 0 : 0x1234,
    };
    g_autofree char *text = g_malloc0(what->size + 1);
    int n = ask_with(kernel, WHO(FUSE_READ, what->pid, what->node), &in, sizeof in,
                     (struct iovec){text, what->size});

    *ret_error = MIN(n, 0);
    return n < 0 ? NULL : g_steal_pointer(&text);
}
