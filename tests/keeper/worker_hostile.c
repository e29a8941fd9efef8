/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A worker in the hands of somebody else: each that is told to go, by its pid, does one of many
 * things that it should not. */

#include "common/fd.h"
#include "fs/keeper/log.h"
#include "fs/keeper/protocol.h"
#include "fs/keeper/worker_link.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static WorkerLink keeper_link;

static void
write_all_over_the_table(void)
{
    uint8_t *bytes = (uint8_t *)keeper_link.table.head;

    for (size_t i = 0; i < keeper_link.table.size; i++)
        bytes[i] = (uint8_t)rand();
}

static void
say_nonsense(void)
{
    char bytes[3000];

    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)rand();
    for (unsigned i = 0; i < 50; i++)
        (void)send(keeper_link.sock, bytes, (size_t)rand() % sizeof bytes, MSG_NOSIGNAL);
}

static void
say_everything_there_is(void)
{
    static const ProtocolType without_body[] = {
        PROTOCOL_SERVING, PROTOCOL_POKE,     PROTOCOL_READY, PROTOCOL_DRAINED, PROTOCOL_GO,
        PROTOCOL_STATUS,  PROTOCOL_SHUTDOWN, PROTOCOL_TAKE,  PROTOCOL_ADOPTED, PROTOCOL_ADOPT};

    for (unsigned i = 0; i < sizeof without_body / sizeof without_body[0]; i++)
        (void)protocol_send(keeper_link.sock, without_body[i], NULL);
}

static void
send_fds(void)
{
    int fds[PROTOCOL_FDS_MAX];

    for (unsigned i = 0; i < PROTOCOL_FDS_MAX; i++)
        fds[i] = 0;
    for (unsigned i = 0; i < 100; i++)
        (void)protocol_send_fds(keeper_link.sock, PROTOCOL_POKE, NULL, fds, PROTOCOL_FDS_MAX);
}

static void
lose_what_is_not_lost(void)
{
    worker_link_lost(&keeper_link, 77);
    worker_link_lost(&keeper_link, 0);
}

static void
poke_for_ever(void)
{
    for (unsigned i = 0; i < 100000; i++)
        worker_link_poke(&keeper_link);
}

static void (*const deeds[])(void) = {write_all_over_the_table, say_nonsense,
                                      say_everything_there_is,  send_fds,
                                      lose_what_is_not_lost,    poke_for_ever};

int
main(void)
{
    const struct timespec moment = {.tv_nsec = 20000000};

    if (worker_link_open(&keeper_link, "hostile") != 0 || worker_link_ready(&keeper_link) != 0)
        return 1;
    srand((unsigned)getpid());
    deeds[(unsigned)getpid() % (sizeof deeds / sizeof deeds[0])]();
    (void)nanosleep(&moment, NULL);
    return 1;
}
