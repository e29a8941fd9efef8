/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What whoever has taken a worker over can do.  Each attempt is made by a child that root confined,
 * and succeeds in one that is not: else it would show nothing. */

#include "fs/confine.h"
#include "tests/unit/cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

typedef bool (*Attempt)(void);

#define SUCCEEDS 0
#define FAILS 1
#define REFUSED 2 /* with EPERM */
#define NOT_CONFINED 3

/* What came of @attempt in a child. */
static int
try(Attempt attempt, bool confined)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        g_autoptr(GError) error = NULL;

        if (confined && !confine(&error)) {
            (void)fprintf(stderr, "# %s\n", error->message);
            _exit(NOT_CONFINED);
        }
        errno = 0;
        _exit(attempt() ? SUCCEEDS : errno == EPERM ? REFUSED : FAILS);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
assert_refused(Attempt attempt)
{
    assert_int_equal(try(attempt, false), SUCCEEDS);
    assert_int_equal(try(attempt, true), REFUSED);
}

static void
assert_allowed(Attempt attempt)
{
    assert_int_equal(try(attempt, true), SUCCEEDS);
}

static int socket_ends[2]; /* that were there before */
static pid_t tester;       /* who may do more than a worker */
#define SHARED_LEN 4096
static void *shared; /* with the tester */
static char scratch[] = "/tmp/confine-XXXXXX";

static bool
write_file(void)
{
    return open(scratch, O_WRONLY | O_CLOEXEC) >= 0;
}

static bool
open_both_ways(void)
{
    return open(scratch, O_RDWR | O_CLOEXEC) >= 0;
}

static bool
truncate_file(void)
{
    return open(scratch, O_RDONLY | O_TRUNC | O_CLOEXEC) >= 0;
}

static bool
make_nameless_file(void)
{
    return open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600) >= 0;
}

static bool
change_mode(void)
{
    return chmod(scratch, 0600) == 0;
}

static bool
rename_file(void)
{
    return rename(scratch, scratch) == 0;
}

static bool
execute(void)
{
    char program[] = "/bin/true", *argv[] = {program, NULL};

    return execv(program, argv) == 0; /* which exits with 0 */
}

static bool
make_process(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    return child > 0;
}

static bool
enter_mount_namespace(void)
{
    int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

    return fd >= 0 && setns(fd, CLONE_NEWNS) == 0;
}

static bool
make_namespace(void)
{
    return unshare(CLONE_NEWCGROUP) == 0;
}

static bool
clone_tree(void)
{
    return syscall(SYS_open_tree, AT_FDCWD, "/proc", OPEN_TREE_CLOEXEC | 1 /* CLONE */) >= 0;
}

static bool
mount_it(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool
signal_parent(void)
{
    return kill(tester, 0) == 0;
}

/* Whoever owns a descriptor is sent signals for it, even fatal ones. */
static bool
own_descriptor(void)
{
    int ends[2];

    return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 && fcntl(ends[0], F_SETOWN, tester) == 0;
}

static bool
trace_self(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool
run_data(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
           MAP_FAILED;
}

/* Whatever is mapped to be read can be executed then. */
static bool
imply_execution(void)
{
    return personality(READ_IMPLIES_EXEC) >= 0;
}

/* Of memory that is shared with somebody, to take it away from him, too. */
static bool
punch_a_hole(void)
{
    return madvise(shared, SHARED_LEN, MADV_REMOVE) == 0;
}

static bool
write_memory_of_another(void)
{
    static char byte; /* not on the stack: the tester has something else there */
    struct iovec here = {&byte, 1}, there = {&byte, 1};

    return process_vm_writev(tester, &here, 1, &there, 1, 0) == 1;
}

static bool
make_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0;
}

static bool
make_device(void)
{
    char path[64];
    bool made;

    (void)snprintf(path, sizeof path, "%s.device", scratch);
    made = mknod(path, S_IFCHR | 0600, 0x103) == 0;
    (void)unlink(path);
    return made;
}

/* Whoever gets it must close it, and waits as long as its file system likes. */
static bool
send_descriptor(void)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    struct cmsghdr *rights = (struct cmsghdr *)(void *)control;
    char byte = 0;
    struct iovec part = {&byte, 1};
    const struct msghdr message = {.msg_iov = &part,
                                   .msg_iovlen = 1,
                                   .msg_control = control,
                                   .msg_controllen = sizeof control};

    *rights = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    return sendmsg(socket_ends[0], &message, 0) == 1;
}

static void
nothing_is_written(void **state)
{
    (void)state;
    assert_refused(write_file);
    assert_refused(open_both_ways);
    assert_refused(truncate_file);
    assert_refused(make_nameless_file);
    assert_refused(change_mode);
    assert_refused(rename_file);
    assert_refused(make_device);
}

static void
nothing_is_executed(void **state)
{
    (void)state;
    assert_refused(execute);
    assert_refused(make_process);
    assert_refused(run_data);
    assert_refused(imply_execution);
}

static void
nothing_is_mounted(void **state)
{
    (void)state;
    assert_refused(enter_mount_namespace);
    assert_refused(make_namespace);
    assert_refused(clone_tree);
    assert_refused(mount_it);
}

static void
no_other_process_is_reached(void **state)
{
    (void)state;
    assert_refused(signal_parent);
    assert_refused(own_descriptor);
    assert_refused(trace_self);
    assert_refused(write_memory_of_another);
    assert_refused(punch_a_hole);
    assert_refused(make_socket);
    assert_refused(send_descriptor);
}

#define GROUP 65534

/* The files of /proc/PID of a process that dumps no core are root's (proc_pid(5)). */
static bool
is_dumpable(void)
{
    struct stat status;

    return stat("/proc/self/status", &status) == 0 && status.st_gid == GROUP;
}

/* Who changes groups is not dumpable any more (prctl(2)). */
static void
become_group(gid_t group)
{
    assert_int_equal(setegid(group), 0);
    assert_int_equal(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), 0);
}

/* Who dumps a core waits for all its threads. */
static void
a_crash_dumps_no_core(void **state)
{
    (void)state;
    become_group(GROUP);
    assert_int_equal(try(is_dumpable, false), SUCCEEDS);
    assert_int_equal(try(is_dumpable, true), FAILS);
    become_group(0);
}

static bool
read_file(void)
{
    char byte;
    int fd = open("/proc/1/status", O_RDONLY | O_CLOEXEC);

    return fd >= 0 && read(fd, &byte, 1) == 1;
}

static bool
enter_cgroup_namespace(void)
{
    char path[64];
    int fd;

    (void)snprintf(path, sizeof path, "/proc/%d/ns/cgroup", (int)tester);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 && setns(fd, CLONE_NEWCGROUP) == 0;
}

static void *
do_nothing(void *data)
{
    return data;
}

static bool
start_thread(void)
{
    pthread_t thread;

    return pthread_create(&thread, NULL, do_nothing, NULL) == 0 && pthread_kill(thread, 0) == 0 &&
           pthread_join(thread, NULL) == 0;
}

static void
what_a_worker_does_goes_on(void **state)
{
    (void)state;
    assert_allowed(read_file);
    assert_allowed(enter_cgroup_namespace);
    assert_allowed(start_thread);
}

/* Not by EPERM but by the limit. */
static bool
take_memory(void)
{
    void *memory = mmap(NULL, 2 * (size_t)CONFINE_MEMORY_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return memory != MAP_FAILED;
}

static void
memory_is_limited(void **state)
{
    (void)state;
    if (CONFINE_MEMORY_BYTES == RLIM_INFINITY)
        return; /* not skip(): meson takes cmocka's "not ok # SKIP" for a failure */
    assert_int_equal(try(take_memory, false), SUCCEEDS);
    assert_int_equal(try(take_memory, true), FAILS);
}

static int
make_scratch(void **state)
{
    int fd = mkstemp(scratch);

    (void)state;
    tester = getpid();
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socket_ends) != 0)
        return -1;
    shared = mmap(NULL, SHARED_LEN, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return -1;
    return fd < 0 ? -1 : close(fd);
}

static int
remove_scratch(void **state)
{
    (void)state;
    return unlink(scratch);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_written),          cmocka_unit_test(nothing_is_executed),
        cmocka_unit_test(nothing_is_mounted),          cmocka_unit_test(a_crash_dumps_no_core),
        cmocka_unit_test(no_other_process_is_reached), cmocka_unit_test(what_a_worker_does_goes_on),
        cmocka_unit_test(memory_is_limited),
    };

    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
