/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/daemon.h"

#include "common/fd.h"
#include "launcher/launch_error.h"
#include "launcher/program.h"
#include "launcher/state.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#define READY_MSEC 10000 /* a daemon that has not mounted by then never will */
#define STOP_MSEC 3000
#define PROGRAM "ownprocd"

char *
daemon_tree(const char *name)
{
    /* No container has a name that starts with a dot. */
    return g_strdup_printf(STATE_DIR "/.%s.tree", name);
}

bool
daemon_isolate(GError **error)
{
    /* A slave still sees what the host mounts and unmounts later. */
    if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0)
        return true;
    launch_error_set_errno(error, errno, "cannot make a mount namespace");
    return false;
}

static char *
find_program(const char *program, GError **error)
{
    static const char *const places[] = {"", "../fs/", NULL};
    char *path;

    if (!program)
        program = g_getenv("OWNPROCD");
    if (program)
        return g_strdup(program);
    path = program_beside(places, PROGRAM);
    if (!path)
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                    "no daemon serves and the program " PROGRAM " is not found beside the "
                    "launcher: start the daemon, or choose --daemon PATH or --proc none");
    return path;
}

/* A datagram socket in the abstract namespace with an address the kernel chooses (unix(7),
 * "autobind"). */
static int
open_notify_socket(char **ret_address, GError **error)
{
    autofd fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t len = sizeof(address);
    int on = 1;

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) < 0) {
        launch_error_set_errno(error, errno, "cannot make a notify socket");
        return -1;
    }
    *ret_address = g_strdup_printf("@%.*s", (int)(len - offsetof(struct sockaddr_un, sun_path)) - 1,
                                   address.sun_path + 1);
    return fd_steal(&fd);
}

/* In the daemon's process before exec.  A daemon that outlived its launcher would serve nobody. */
static void
daemon_exec(const char *program, const char *tree, const char *address, pid_t launcher)
{
    const char *argv[] = {program, "--no-keeper", "--foreground", "--mountpoint", tree, NULL};
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    sigset_t none;

    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL); /* cannot fail with these arguments */
    (void)setpgid(0, 0); /* Ctrl-C is for the container; its end then ends the daemon */
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != launcher || null_fd < 0 ||
        dup2(null_fd, STDIN_FILENO) < 0 || dup2(null_fd, STDOUT_FILENO) < 0 ||
        setenv("NOTIFY_SOCKET", address, 1) < 0)
        _exit(LAUNCH_ERROR_FAILED);
    execv(program, (char **)argv);
    _exit(LAUNCH_ERROR_NOT_FOUND);
}

/* True if the datagram waiting in @fd is from @pid and says READY=1. */
static bool
receive_ready(int fd, pid_t pid)
{
    char text[256], control[CMSG_SPACE(sizeof(struct ucred))];
    struct iovec data = {text, sizeof(text) - 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    struct ucred sender;

    if (!header || header->cmsg_type != SCM_CREDENTIALS)
        return false;
    memcpy(&sender, CMSG_DATA(header), sizeof(sender));
    text[n] = '\0';
    return sender.pid == pid && (g_str_has_prefix(text, "READY=1") || strstr(text, "\nREADY=1"));
}

static bool
wait_until_ready(int notify_fd, pid_t pid, const char *program, GError **error)
{
    autofd pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd fds[] = {{notify_fd, POLLIN, 0}, {pid_fd, POLLIN, 0}};

    for (;;) {
        int n = poll(fds, G_N_ELEMENTS(fds), READY_MSEC);

        if (n < 0 && errno == EINTR)
            continue;
        if (n > 0 && fds[0].revents && receive_ready(notify_fd, pid))
            return true;
        if (n <= 0 || fds[1].revents) {
            g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                        n > 0 ? "%s ended before it served" : "%s does not serve", program);
            return false;
        }
    }
}

bool
daemon_start(const char *program, const char *tree, PrivateDaemon *ret, GError **error)
{
    g_autofree char *path = find_program(program, error), *address = NULL;
    pid_t launcher = getpid();

    ret->notify_fd = path ? open_notify_socket(&address, error) : -1;
    if (ret->notify_fd < 0)
        return false;
    ret->tree = g_strdup(tree);
    if (mkdir(tree, 0755) < 0 && errno != EEXIST) {
        launch_error_set_errno(error, errno, "cannot make %s", tree);
        return false;
    }
    ret->pid = fork();
    if (ret->pid == 0)
        daemon_exec(path, tree, address, launcher);
    if (ret->pid < 0) {
        ret->pid = 0;
        launch_error_set_errno(error, errno, "cannot fork");
        return false;
    }
    return wait_until_ready(ret->notify_fd, ret->pid, path, error);
}

void
daemon_stop(PrivateDaemon *daemon)
{
    if (daemon->pid > 0) {
        autofd pid_fd = (int)syscall(SYS_pidfd_open, daemon->pid, 0);
        struct pollfd ended = {pid_fd, POLLIN, 0};

        (void)kill(daemon->pid, SIGTERM); /* ours and not yet waited for: the pid is right */
        if (poll(&ended, 1, STOP_MSEC) <= 0)
            (void)kill(daemon->pid, SIGKILL);
        (void)waitpid(daemon->pid, NULL, 0);
        daemon->pid = 0;
    }
    if (daemon->tree) {
        (void)umount2(daemon->tree, MNT_DETACH); /* EINVAL: it unmounted itself, as it should */
        (void)rmdir(daemon->tree);
    }
    g_clear_pointer(&daemon->tree, g_free);
    fd_clear(&daemon->notify_fd);
}
