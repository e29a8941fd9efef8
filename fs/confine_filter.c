/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The system calls of a worker that serves.  All others fail with EPERM: a worker that were killed
 * for one would only be started again.  The kernel keeps what is allowed whatever its arguments in
 * a bitmap (since 5.11), so that those cost nothing. */

#include "fs/confine.h"

#include "common/error.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/nsfs.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef NS_GET_PID_FROM_PIDNS
#define NS_GET_PID_FROM_PIDNS _IOR(NSIO, 0x6, int)
#endif

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCH AUDIT_ARCH_PPC64LE
#else
#define ARCH 0 /* no filter: the capabilities alone */
#endif

static const int allowed[] = {
    /* descriptors that are open */
    SYS_read,
    SYS_readv,
    SYS_pread64,
    SYS_write,
    SYS_writev,
    SYS_close,
    SYS_dup3,
    SYS_lseek,
    SYS_fstat,
    SYS_fstatfs,
    SYS_getdents64,
    SYS_ppoll,
    /* names, for reading */
    SYS_newfstatat,
    SYS_statx,
    SYS_statfs,
    SYS_readlinkat,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_name_to_handle_at,
    /* sockets that are there */
    SYS_accept4,
    SYS_recvfrom,
    SYS_recvmsg,
    SYS_sendto, /* not sendmsg(2): a descriptor that somebody is sent he has to close */
    SYS_getsockopt,
    SYS_getsockname,
    SYS_getpeername,
    SYS_shutdown,
    /* memory */
    SYS_munmap,
    SYS_mremap,
    SYS_brk,
    /* threads, signals, time */
    SYS_futex,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_exit,
    SYS_exit_group,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_rt_sigtimedwait,
    SYS_rt_sigpending,
    SYS_sigaltstack,
    SYS_restart_syscall,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_membarrier,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday,
    SYS_timerfd_create,
    SYS_timerfd_settime,
    SYS_timerfd_gettime,
    SYS_eventfd2,
    /* itself */
    SYS_getpid,
    SYS_gettid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_uname,
    SYS_sysinfo,
    SYS_getrandom,
    SYS_getcpu,
#ifdef SYS_poll /* not on architectures that came later */
    SYS_poll,
    SYS_access,
    SYS_readlink,
    SYS_stat,
    SYS_lstat,
    SYS_time,
#endif
};

#define WRITES (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY))

/* glibc guards stacks so (linux:include/uapi/asm-generic/mman-common.h, since 6.13). */
#define GUARD_INSTALL 102
#define GUARD_REMOVE 103

#define NAMESPACES                                                                                 \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |  \
     CLONE_NEWNET)

/* Allowed if in one argument the bits of @mask are @value; of those for one call, any will do. */
typedef struct {
    int call;
    unsigned argument;
    uint32_t mask, value;
} Condition;

#define ALL UINT32_MAX
static const Condition conditions[] = {
    {SYS_openat, 2, WRITES, 0},
    {SYS_open_by_handle_at, 2, WRITES, 0},
    {SYS_mmap, 2, PROT_EXEC, 0},
    {SYS_mprotect, 2, PROT_EXEC, 0},
    {SYS_personality, 0, READ_IMPLIES_EXEC, 0}, /* who reads cpuinfo for a 32-bit reader is one */
    {SYS_personality, 0, ALL, 0xffffffff},
    /* Not those that take memory away from others: MADV_HWPOISON, MADV_SOFT_OFFLINE,
     * MADV_REMOVE. */
    {SYS_madvise, 2, ALL, MADV_DONTNEED},
    {SYS_madvise, 2, ALL, MADV_FREE},
    {SYS_madvise, 2, ALL, MADV_WILLNEED},
    {SYS_madvise, 2, ALL, MADV_HUGEPAGE},
    {SYS_madvise, 2, ALL, MADV_NOHUGEPAGE},
    {SYS_madvise, 2, ALL, GUARD_INSTALL},
    {SYS_madvise, 2, ALL, GUARD_REMOVE},
    {SYS_setns, 1, ALL, CLONE_NEWCGROUP},
    {SYS_ioctl, 1, ALL, (uint32_t)NS_GET_PID_FROM_PIDNS},
    {SYS_clone, 0, CLONE_THREAD | NAMESPACES, CLONE_THREAD},
    {SYS_fcntl, 1, ALL, F_DUPFD_CLOEXEC}, /* not F_SETOWN, which sends signals to others */
    {SYS_fcntl, 1, ALL, F_GETFD},
    {SYS_fcntl, 1, ALL, F_SETFD},
    {SYS_fcntl, 1, ALL, F_GETFL},
    {SYS_fcntl, 1, ALL, F_SETFL},
    {SYS_fcntl, 1, ALL, F_SETLK}, /* whose turn it is to serve */
    {SYS_fcntl, 1, ALL, F_GETLK},
    {SYS_prctl, 0, ALL, PR_SET_NAME},
    {SYS_prlimit64, 0, ALL, 0},
#ifdef SYS_open
    {SYS_open, 1, WRITES, 0},
#endif
};

static void
add(GArray *program, uint16_t code, uint32_t k)
{
    const struct sock_filter step = BPF_STMT(code, k);

    g_array_append_val(program, step);
}

/* Goes on after @if_not more steps unless what is loaded is @k. */
static void
add_unless(GArray *program, uint32_t k, uint8_t if_not)
{
    const struct sock_filter step = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0, if_not);

    g_array_append_val(program, step);
}

static void
load(GArray *program, size_t at)
{
    add(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)at);
}

static void
answer_call(GArray *program, int call, uint32_t answer)
{
    add_unless(program, (uint32_t)call, 1);
    add(program, BPF_RET | BPF_K, answer);
}

/* The kernel takes 32 bits of each of those arguments. */
static size_t
low_half(unsigned argument)
{
    return offsetof(struct seccomp_data, args) + argument * sizeof(uint64_t) +
           (G_BYTE_ORDER == G_BIG_ENDIAN ? 4 : 0);
}

static void
add_condition(GArray *program, const Condition *condition)
{
    add_unless(program, (uint32_t)condition->call, 5);
    load(program, low_half(condition->argument));
    add(program, BPF_ALU | BPF_AND | BPF_K, condition->mask);
    add_unless(program, condition->value, 1);
    add(program, BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    load(program, offsetof(struct seccomp_data, nr));
}

static GArray *
make_program(void)
{
    GArray *program = g_array_new(FALSE, FALSE, sizeof(struct sock_filter));
    const Condition own_threads = {SYS_tgkill, 0, ALL, (uint32_t)getpid()};
    const struct sock_filter if_arch = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);

    load(program, offsetof(struct seccomp_data, arch));
    g_array_append_val(program, if_arch);
    add(program, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    load(program, offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < G_N_ELEMENTS(allowed); i++)
        answer_call(program, allowed[i], SECCOMP_RET_ALLOW);
    for (unsigned i = 0; i < G_N_ELEMENTS(conditions); i++)
        add_condition(program, &conditions[i]);
    add_condition(program, &own_threads);
    /* Its flags cannot be seen from here: glibc then takes clone(2). */
    answer_call(program, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
    add(program, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    return program;
}

bool
confine_system_calls(GError **error)
{
    g_autoptr(GArray) program = make_program();
    const struct sock_fprog filter = {.len = (unsigned short)program->len,
                                      .filter = (struct sock_filter *)(void *)program->data};

    if (ARCH == 0)
        return true;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
        read_error_set_errno(error, errno, "cannot filter system calls");
        return false;
    }
    return true;
}
