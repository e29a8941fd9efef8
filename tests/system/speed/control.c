/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Asks the daemon over its control socket.
 *
 *     control SOCKET WORD [KEY=VALUE…]
 *
 * Prints the answer, to stderr and with exit code 1 if it is not "ok". */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void
give_up(const char *what)
{
    perror(what);
    exit(2);
}

/* Who is refused before all was read is told so: EPIPE, and then the answer. */
static void
send_text(int fd, const char *text)
{
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0 && errno != EPIPE)
        give_up("cannot ask");
}

static void
say(int fd, const char *line)
{
    send_text(fd, line);
    send_text(fd, "\n");
}

int
main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char answer[65536];
    size_t len = 0;
    ssize_t n;
    int refused;

    if (argc < 3 || strlen(argv[1]) >= sizeof address.sun_path)
        return 2;
    memcpy(address.sun_path, argv[1], strlen(argv[1]) + 1);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        give_up(argv[1]);
    for (int i = 2; i < argc; i++)
        say(fd, argv[i]);
    say(fd, "");
    while ((n = read(fd, answer + len, sizeof answer - len)) > 0)
        len += (size_t)n;
    refused = len < 3 || memcmp(answer, "ok\n", 3) != 0;
    (void)fwrite(answer, 1, len, refused ? stderr : stdout);
    return refused;
}
