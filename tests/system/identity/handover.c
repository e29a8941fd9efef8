/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Passes an open file, or a mount, from one process to another over a socket.
 *
 *     handover take SOCKET COMMAND…     waits for it, runs COMMAND with it as descriptor 3
 *     handover file SOCKET PATH         opens PATH and passes it
 *     handover mount SOCKET PATH        makes a mount of PATH that is nowhere, and passes it
 *     handover attach PATH COMMAND…     attaches the mount in descriptor 3 to PATH, runs COMMAND */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PASSED_FD 3
#define CONNECT_TRIES 500 /* 10 ms each */

static void
give_up(const char *what)
{
    perror(what);
    exit(2);
}

typedef union {
    struct cmsghdr header; /* for its alignment */
    char bytes[CMSG_SPACE(sizeof(int))];
} Control;

static struct sockaddr_un
address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        give_up(path);
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    return address;
}

static void
give(const char *path, int fd)
{
    const struct sockaddr_un address = address_of(path);
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct iovec word = {.iov_base = "f", .iov_len = 1};
    Control control = {.bytes = {0}};
    struct msghdr message = {.msg_iov = &word,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};

    control.header = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    for (int i = 0; connect(connection, (const struct sockaddr *)&address, sizeof address) != 0;
         i++) {
        if (i == CONNECT_TRIES)
            give_up(path);
        (void)usleep(10000);
    }
    if (sendmsg(connection, &message, 0) != 1)
        give_up("sendmsg");
}

static int
take(const char *path)
{
    const struct sockaddr_un address = address_of(path);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), connection, fd;
    char byte;
    struct iovec word = {.iov_base = &byte, .iov_len = 1};
    Control control = {.bytes = {0}};
    struct msghdr message = {.msg_iov = &word,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};

    if (bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 1) != 0)
        give_up(path);
    connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0 || recvmsg(connection, &message, 0) != 1 || !CMSG_FIRSTHDR(&message))
        give_up("nothing was passed");
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

static void
run(char **command)
{
    (void)execvp(command[0], command);
    give_up(command[0]);
}

static void
take_and_run(const char *path, char **command)
{
    int fd = take(path);

    if (fd != PASSED_FD && dup2(fd, PASSED_FD) < 0)
        give_up("dup2");
    run(command);
}

int
main(int argc, char **argv)
{
    int fd;

    if (argc < 4)
        return 2;
    if (strcmp(argv[1], "take") == 0)
        take_and_run(argv[2], argv + 3);
    if (strcmp(argv[1], "attach") == 0) {
        if (move_mount(PASSED_FD, "", AT_FDCWD, argv[2], MOVE_MOUNT_F_EMPTY_PATH) != 0)
            give_up("move_mount");
        run(argv + 3);
    }
    fd = strcmp(argv[1], "mount") == 0 ? open_tree(AT_FDCWD, argv[3], OPEN_TREE_CLONE)
                                       : open(argv[3], O_RDONLY);
    if (fd < 0)
        give_up(argv[3]);
    give(argv[2], fd);
    return 0;
}
