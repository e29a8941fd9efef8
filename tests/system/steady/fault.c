/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Preloaded into ownprocd: lets a worker that serves go wrong, in the midst of a handler, at one of
 * the system calls that answer a request or gather what is answered.
 *
 *     LD_PRELOAD=libfault.so OWNPROC_FAULT=crash|memory|files ownprocd …
 *
 * crash: a store to address 0.  memory, files: takes all that its resource limits let it have, and
 * goes on; of memory also what is given back from then on.  When: at random, 0.1 to 0.3 s after the
 * worker's first answer. */

#include "fs/keeper/spawn.h"
#include "tests/system/steady/kills.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/uio.h>

#define EARLIEST_NSEC 100000000u
#define SPREAD_NSEC 200000000u
#define CALLS_MAX 16 /* after that time, until one of so many calls */

static _Atomic uint64_t due; /* 0: nothing was answered yet; UINT64_MAX: it is done */
static atomic_int calls_left;

static void
take_memory(size_t largest)
{
    for (size_t size = largest; size >= 16; size /= 2)
        while (malloc(size)) /* lost on purpose */
            ;
}

static void
take_files(void)
{
    while (fcntl(0, F_DUPFD_CLOEXEC, 0) >= 0)
        ;
}

static void
crash(void)
{
    *(volatile int *)NULL = 1;
}

static bool
is_of_memory(const char *how)
{
    return how && strcmp(how, "memory") == 0;
}

static void
go_wrong(void)
{
    const char *how = getenv("OWNPROC_FAULT");

    if (is_of_memory(how))
        take_memory(64u << 20);
    else if (how && strcmp(how, "files") == 0)
        take_files();
    else if (how)
        crash();
}

static void
perhaps(void)
{
    uint64_t at = atomic_load(&due);

    if (at == UINT64_MAX && is_of_memory(getenv("OWNPROC_FAULT")))
        take_memory(4096);
    if (at == 0 || steady_now() < at || atomic_fetch_sub(&calls_left, 1) != 1)
        return;
    atomic_store(&due, UINT64_MAX);
    go_wrong();
}

/* Only of workers: what the keeper writes is not what answers anybody. */
static void
note_answer(void)
{
    uint32_t number = 0;
    uint64_t none = 0;

    if (atomic_load(&due) != 0 || !getenv(SPAWN_VARIABLE))
        return;
    (void)!getrandom(&number, sizeof number, 0);
    atomic_store(&calls_left, 1 + (int)(number % CALLS_MAX));
    (void)atomic_compare_exchange_strong(&due, &none,
                                         steady_now() + EARLIEST_NSEC + number % SPREAD_NSEC);
}

static void *
next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

/* Before and after: the request is open, or answered and not yet marked so. */
__attribute__((visibility("default"))) ssize_t
writev(int fd, const struct iovec *parts, int n)
{
    static ssize_t (*real)(int, const struct iovec *, int);
    ssize_t written;

    if (!real)
        real = (ssize_t(*)(int, const struct iovec *, int))next("writev");
    perhaps();
    written = real(fd, parts, n);
    note_answer();
    perhaps();
    return written;
}

__attribute__((visibility("default"))) ssize_t
pread64(int fd, void *bytes, size_t len, off_t at)
{
    static ssize_t (*real)(int, void *, size_t, off_t);

    if (!real)
        real = (ssize_t(*)(int, void *, size_t, off_t))next("pread64");
    perhaps();
    return real(fd, bytes, len, at);
}

__attribute__((visibility("default"))) ssize_t
read(int fd, void *bytes, size_t len)
{
    static ssize_t (*real)(int, void *, size_t);
    ssize_t n;

    if (!real)
        real = (ssize_t(*)(int, void *, size_t))next("read");
    n = real(fd, bytes, len);
    perhaps();
    return n;
}
