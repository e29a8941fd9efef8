/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Asks a keeper.
 *
 *     ask SOCKET status            "keeper PID", "worker PID STATE PROGRAM", "restarts N", …
 *     ask SOCKET upgrade [PROGRAM]
 *     ask SOCKET shutdown
 *     ask SOCKET adopt             takes everything over, and then dies instead
 *     ask SOCKET garbage           everything but a message
 *     ask SOCKET nothing           twelve times at once, for a minute
 *
 * Exit code 1 if it refuses, and what it says. */

#include "common/fd.h"
#include "fs/keeper/log.h"
#include "fs/keeper/protocol.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PATIENCE_MSEC 30000
#define GARBAGE 2000
#define SILENT 12

static int
connect_to(const char *path)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
    exit(3);
}

static void
print_status(const ProtocolStatus *status)
{
    (void)printf("keeper %d\n", status->pid);
    for (unsigned i = 0; i < status->n_workers; i++)
        (void)printf("worker %d %s %s\n", status->workers[i].pid, status->workers[i].state,
                     status->workers[i].program);
    for (unsigned i = 0; i < status->n_connections; i++)
        (void)printf("connection %s %s %u\n", status->connections[i].name,
                     status->connections[i].target, status->connections[i].is_connected);
    (void)printf("restarts %llu\nupgrades %llu\nkilled %llu\nrecovered %llu\npoisoned %llu\n"
                 "adoptions %llu\nlongest_pause_usec %llu\n",
                 (unsigned long long)status->restarts, (unsigned long long)status->upgrades,
                 (unsigned long long)status->killed, (unsigned long long)status->recovered,
                 (unsigned long long)status->poisoned, (unsigned long long)status->adoptions,
                 (unsigned long long)status->longest_pause_nsec / 1000);
}

static int
await_answer(int sock)
{
    ProtocolReceived received;
    int n = protocol_await(sock, PATIENCE_MSEC, &received);

    if (n <= 0) {
        (void)fprintf(stderr, "no answer\n");
        return 3;
    }
    if (received.message.header.type == PROTOCOL_REFUSED) {
        (void)fprintf(stderr, "%s\n", received.message.refused.text);
        return 1;
    }
    if (received.message.header.type == PROTOCOL_STATUS_IS)
        print_status(&received.message.status);
    protocol_close_fds(&received);
    return 0;
}

static int
ask_upgrade(int sock, const char *program)
{
    int fd = program ? open(program, O_RDONLY | O_CLOEXEC) : -1;

    (void)protocol_send_fds(sock, PROTOCOL_UPGRADE, NULL, &fd, program ? 1 : 0);
    return await_answer(sock);
}

static int
adopt_and_die(int sock)
{
    int code;

    (void)protocol_send(sock, PROTOCOL_ADOPT, NULL);
    code = await_answer(sock);
    if (code != 0)
        return code;
    (void)protocol_send(sock, PROTOCOL_TAKE, NULL);
    return await_answer(sock);
}

/* Each on a connection of its own, as the keeper may hang up. */
static int
send_garbage(const char *path)
{
    for (unsigned i = 0; i < GARBAGE; i++) {
        char bytes[PROTOCOL_BODY_MAX * 2];
        autofd sock = connect_to(path);
        ProtocolHeader header = {
            .magic = 0x6f776e50, .frame = PROTOCOL_FRAME, .type = (uint16_t)(rand() % 64)};
        size_t len = (size_t)rand() % sizeof bytes;

        for (size_t j = 0; j < len; j++)
            bytes[j] = (char)rand();
        if (header.type == PROTOCOL_SHUTDOWN)
            header.type = 0; /* it would be right */
        header.len = (uint32_t)(len > sizeof header ? len - sizeof header : 0);
        if (i % 2 == 0 && len >= sizeof header)
            memcpy(bytes, &header, sizeof header);
        (void)send(sock, bytes, len, MSG_NOSIGNAL);
    }
    return 0;
}

static int
say_nothing(const char *path)
{
    for (unsigned i = 0; i < SILENT; i++)
        (void)connect_to(path); /* it stays open */
    return (int)sleep(60);
}

int
main(int argc, char **argv)
{
    const char *word = argc > 2 ? argv[2] : "";
    int sock;

    if (argc < 3)
        return 2;
    if (strcmp(word, "garbage") == 0)
        return send_garbage(argv[1]);
    if (strcmp(word, "nothing") == 0)
        return say_nothing(argv[1]);
    sock = connect_to(argv[1]);
    if (strcmp(word, "upgrade") == 0)
        return ask_upgrade(sock, argc > 3 ? argv[3] : NULL);
    if (strcmp(word, "adopt") == 0)
        return adopt_and_die(sock);
    (void)protocol_send(sock, strcmp(word, "shutdown") == 0 ? PROTOCOL_SHUTDOWN : PROTOCOL_STATUS,
                        NULL);
    return await_answer(sock);
}
