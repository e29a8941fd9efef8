/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kernel's side of a FUSE connection: sends what a process of any pid asks, returns what was
 * answered.  No mount, no root. */

#pragma once

#include "fs/request/bound.h"
#include "fs/request/ops.h"
#include "fs/request/session.h"
#include "tests/request/machine.h"

#include <linux/fuse.h>

typedef struct Kernel Kernel;

struct Kernel {
    Machine *machine;
    Ops *ops;     /* the ordinary tree, or: */
    Bound *bound; /* the bound one */
    Session *session;
    int fd;                    /* our end */
    struct fuse_init_out init; /* what it answered to FUSE_INIT */
    uint64_t unique;
    uint32_t uid; /* of who asks; 0 if not set */
    bool
        notified; /* the last answer was followed or preceded by "forget what you know of a node" */
    uint64_t notified_node;
    /* Sees to it that what was sent last is answered; false: it must be sent again. */
    bool (*serve)(Kernel *kernel);
    gpointer data; /* serve's */
};

/* A connection to a new machine, with FUSE_INIT done. */
Kernel *kernel_new(void);
/* The same of the bound tree; nobody is registered. */
Kernel *kernel_new_bound(void);
/* The same with whoever @serve asks at the other end, which is *@ret_fd; nothing is sent yet. */
Kernel *kernel_new_served(bool (*serve)(Kernel *kernel), gpointer data, int *ret_fd);
/* FUSE_INIT, of each new one at the other end. */
void kernel_say_hello(Kernel *kernel);
void kernel_free(Kernel *kernel);

/* Sends a request with @body and waits for the answer, whose payload goes to @answer (at most
 * @size bytes).  Returns the payload's length, or -errno as the reader would get it. */
int kernel_ask(Kernel *kernel, uint32_t opcode, pid_t pid, uint64_t node, GBytes *body,
               void *answer, size_t size);

/* The same in two steps, so that several requests wait: sends what @what says (opcode, pid, nodeid)
 * and returns its number; receives the next answer, whose number it returns.  In between they are
 * to be served. */
uint64_t kernel_send(Kernel *kernel, const struct fuse_in_header *what, const void *body,
                     size_t len);
uint64_t kernel_next_answer(Kernel *kernel, int *ret_error);

/* kernel_ask() for what the tests ask.  0 or the length, or -errno. */
int kernel_lookup(Kernel *kernel, pid_t pid, uint64_t parent, const char *name,
                  struct fuse_entry_out *ret);
/* Walks "proc/meminfo" from the root. */
int kernel_walk(Kernel *kernel, pid_t pid, const char *path, struct fuse_entry_out *ret);
int kernel_getattr(Kernel *kernel, pid_t pid, uint64_t node, struct fuse_attr *ret);
int kernel_open(Kernel *kernel, pid_t pid, uint64_t node, int flags, struct fuse_open_out *ret);
int kernel_release(Kernel *kernel, pid_t pid, uint64_t node, uint64_t handle);

/* A read, as read(2) of @pid makes it, or for the page cache, as sendfile(2) does. */
typedef struct {
    pid_t pid;
    uint64_t node, handle, offset;
    uint32_t size;
    bool for_pages;
} KernelRead;

/* Returns the text, which the caller frees, or NULL and -errno in @ret_error. */
char *kernel_read(Kernel *kernel, const KernelRead *what, int *ret_error);
