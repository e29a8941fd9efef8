/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs while building: writes the default filter as BPF, so that starting a container neither loads
 * libseccomp nor assembles the same program again.
 *
 * Everything is allowed but what has been a way out of containers, or administers the machine. Root
 * in the container lacks the capability for most of it anyway; the filter also closes the code
 * behind it, and what a new user namespace would open. */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define LOW_32 0xffffffffu /* the kernel compares 32 bits: so must the filter (CVE-2019-10063) */
#define TIOCSTI_ 0x5412u   /* the same on all of Linux but alpha, mips, powerpc and sparc */
#define TIOCLINUX_ 0x541cu

/* Refused with EPERM, whatever the arguments. */
static const char *const denied[] = {
    /* mounts: the CVEs of fsconfig and overlayfs, release_agent */
    "mount",
    "umount",
    "umount2",
    "pivot_root",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    /* namespaces of others */
    "setns",
    /* kernel code with a history */
    "bpf",
    "userfaultfd",
    "perf_event_open",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "fanotify_init",
    "lookup_dcookie",
    "nfsservctl",
    "uselib",
    "ustat",
    "sysfs",
    "_sysctl",
    "vm86",
    "vm86old",
    "open_by_handle_at",
    /* keyrings are not namespaced */
    "keyctl",
    "add_key",
    "request_key",
    /* the machine */
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "create_module",
    "query_module",
    "get_kernel_syms",
    "reboot",
    "swapon",
    "swapoff",
    "acct",
    "quotactl",
    "quotactl_fd",
    "syslog",
    "iopl",
    "ioperm",
    "settimeofday",
    "stime",
    "clock_settime",
    "clock_settime64",
    "vhangup",
};

static int
add(scmp_filter_ctx filter, int error, const char *name, unsigned n,
    const struct scmp_arg_cmp *args)
{
    int number = seccomp_syscall_resolve_name(name);
    int failed;

    if (number == __NR_SCMP_ERROR)
        return 0; /* this libseccomp does not know it: nor can the filter */
    failed = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((unsigned)error), number, n, args);
    return failed == -EDOM ? 0 : failed; /* this architecture does not have it */
}

static int
add_ioctls(scmp_filter_ctx filter)
{
    static const unsigned requests[] = {TIOCSTI_, TIOCLINUX_};
    int failed = 0;

    for (unsigned i = 0; i < LENGTH(requests); i++)
        failed |= add(filter, EPERM, "ioctl", 1, &SCMP_A1(SCMP_CMP_MASKED_EQ, LOW_32, requests[i]));
    return failed;
}

/* A new user namespace gives every capability in it, and with them the code that checks only those.
 * clone3(2) passes its flags in memory, where a filter cannot look: ENOSYS makes libc use clone(2).
 */
static int
add_user_namespaces(scmp_filter_ctx filter)
{
#if defined(__s390__)
    struct scmp_arg_cmp flags = SCMP_A1(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER);
#else
    struct scmp_arg_cmp flags = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER);
#endif

    return add(filter, EPERM, "clone", 1, &flags) |
           add(filter, EPERM, "unshare", 1,
               &SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER)) |
           add(filter, ENOSYS, "clone3", 0, NULL);
}

/* There is no device cgroup: instead no mount of the container but /dev takes devices, and none can
 * be made there.  Device number 0 is overlayfs's whiteout, not a device. */
static int
add_device_nodes(scmp_filter_ctx filter)
{
    static const unsigned types[] = {S_IFCHR, S_IFBLK};
    int failed = 0;

    for (unsigned i = 0; i < LENGTH(types); i++) {
        const struct scmp_arg_cmp mknod_args[] = {SCMP_A1(SCMP_CMP_MASKED_EQ, S_IFMT, types[i]),
                                                  SCMP_A2(SCMP_CMP_NE, 0)};
        const struct scmp_arg_cmp mknodat_args[] = {SCMP_A2(SCMP_CMP_MASKED_EQ, S_IFMT, types[i]),
                                                    SCMP_A3(SCMP_CMP_NE, 0)};

        failed |= add(filter, EPERM, "mknod", 2, mknod_args) |
                  add(filter, EPERM, "mknodat", 2, mknodat_args);
    }
    return failed;
}

static int
add_all(scmp_filter_ctx filter)
{
    int failed = 0;

    for (unsigned i = 0; i < LENGTH(denied); i++)
        failed |= add(filter, EPERM, denied[i], 0, NULL);
    return failed | add_ioctls(filter) | add_user_namespaces(filter) | add_device_nodes(filter) |
           /* Sockets to the hypervisor know no network namespace. */
           add(filter, EPERM, "socket", 1, &SCMP_A0(SCMP_CMP_MASKED_EQ, LOW_32, AF_VSOCK));
}

/* The other ways into the same kernel: without them a 32-bit program would be free. */
static int
add_architectures(scmp_filter_ctx filter)
{
#if defined(__x86_64__)
    return seccomp_arch_add(filter, SCMP_ARCH_X86) | seccomp_arch_add(filter, SCMP_ARCH_X32);
#elif defined(__aarch64__)
    return seccomp_arch_add(filter, SCMP_ARCH_ARM);
#elif defined(__s390x__)
    return seccomp_arch_add(filter, SCMP_ARCH_S390);
#else
    (void)filter;
    return 0;
#endif
}

int
main(int argc, char **argv)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int fd = argc == 2 ? open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
    int failed;

    if (!filter || fd < 0) {
        perror("usage: seccomp_rules OUTPUT");
        return 2;
    }
    failed = add_architectures(filter) |
             seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)) |
             seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) | add_all(filter) |
             seccomp_export_bpf(filter, fd);
    seccomp_release(filter);
    if (failed)
        fprintf(stderr, "seccomp_rules: cannot make the filter (%d)\n", failed);
    return failed ? 1 : 0;
}
