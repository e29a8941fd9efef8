/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A stand-in for the service manager: keeps what the service gives it, and starts it again with
 * that.
 *
 *     manager SOCKET TIMES COMMAND…
 *
 * Prints "exit code N" each time, and ends when the service has ended TIMES. */

#include "common/fd.h"

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#define STORED_MAX 16
#define FIRST_FD 3

static struct {
    int fd;
    char name[64];
} stored[STORED_MAX];
static int n_stored;

static void
store(int fd, const char *state)
{
    const char *name = strstr(state, "FDNAME=");

    if (!name || !strstr(state, "FDSTORE=1") || !strstr(state, "FDPOLL=0") ||
        n_stored == STORED_MAX) {
        (void)printf("not kept: %s\n", state);
        (void)close(fd);
        return;
    }
    stored[n_stored].fd = fd;
    (void)sscanf(name, "FDNAME=%63[^\n]", stored[n_stored].name);
    n_stored++;
}

static bool
receive(int sock)
{
    char state[512], control[CMSG_SPACE(sizeof(int))];
    struct iovec part = {state, sizeof state - 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t n = recvmsg(sock, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    struct cmsghdr *rights = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    int fd;

    if (n <= 0)
        return false;
    state[n] = '\0';
    if (rights) {
        memcpy(&fd, CMSG_DATA(rights), sizeof fd);
        store(fd, state);
    }
    return true;
}

/* In the child. */
static void
run(char **command)
{
    char number[16], names[STORED_MAX * 64] = "";
    int high[STORED_MAX];

    for (int i = 0; i < n_stored; i++)
        high[i] = dup2(stored[i].fd, 100 + i);
    for (int i = 0; i < n_stored; i++) {
        (void)dup2(high[i], FIRST_FD + i);
        (void)close(high[i]);
        (void)strcat(strcat(names, i ? ":" : ""), stored[i].name);
    }
    (void)snprintf(number, sizeof number, "%d", n_stored);
    (void)setenv("LISTEN_FDS", number, 1);
    (void)setenv("LISTEN_FDNAMES", names, 1);
    (void)snprintf(number, sizeof number, "%d", getpid());
    (void)setenv("LISTEN_PID", number, 1);
    (void)execv(command[0], command);
    _exit(127);
}

static int
run_once(int sock, char **command)
{
    pid_t pid = fork();
    struct pollfd fd = {.fd = sock, .events = POLLIN};
    int status;

    if (pid == 0)
        run(command);
    for (int i = 0; i < n_stored; i++)
        (void)close(stored[i].fd); /* it gives them again */
    n_stored = 0;
    while (waitpid(pid, &status, WNOHANG) == 0)
        if (poll(&fd, 1, 20) == 1)
            (void)receive(sock);
    while (receive(sock))
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), code = -1;

    if (argc < 4)
        return 2;
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    if (bind(sock, (const struct sockaddr *)&address, sizeof address) != 0)
        return 1;
    (void)setenv("NOTIFY_SOCKET", argv[1], 1);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < atoi(argv[2]); i++) {
        code = run_once(sock, argv + 3);
        (void)printf("exit code %d\n", code);
    }
    return code;
}
