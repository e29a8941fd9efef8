/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* SIGTERM where nobody else holds the mounts: the end of the keeper would be the end of every file
 * that a container has of them.  So it ends when nobody has any.  Who has is found out by a process
 * of its own, for it takes long and parses much. */

#include "fs/keeper/keeper_private.h"

#include <sys/wait.h>
#include <unistd.h>

#define AGAIN_NSEC KEEPER_SECOND

static void
end(Keeper *keeper)
{
    const KeeperConfig *config = keeper->config;

    keeper->leaving.is_wanted = false;
    if (!config->stop || config->stop(keeper->holdings, false, config->data))
        keeper_finish(keeper, KEEPER_ENDED);
}

static void
look(Keeper *keeper, uint64_t now)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(keeper->config->is_used(keeper->holdings, keeper->leaving.is_first,
                                      keeper->config->data));
    keeper->leaving.pid = pid;
    keeper->leaving.next = pid < 0 ? now + AGAIN_NSEC : KEEPER_NEVER;
    keeper->leaving.is_first = false;
}

void
leaving_begin(Keeper *keeper, uint64_t now)
{
    if (!keeper->config->is_used) {
        end(keeper);
        return;
    }
    keeper->leaving.is_wanted = keeper->leaving.is_first = true;
    if (keeper->leaving.pid <= 0)
        look(keeper, now);
}

bool
leaving_reap(Keeper *keeper, pid_t pid, bool is_unused, uint64_t now)
{
    if (keeper->leaving.pid <= 0 || pid != keeper->leaving.pid)
        return false;
    keeper->leaving.pid = 0;
    if (is_unused && keeper->leaving.is_wanted && !keeper->end)
        end(keeper);
    keeper->leaving.next = keeper->leaving.is_wanted ? now + AGAIN_NSEC : KEEPER_NEVER;
    return true;
}

void
leaving_advance(Keeper *keeper, uint64_t now)
{
    if (keeper->leaving.is_wanted && !keeper->end && keeper->leaving.pid <= 0 &&
        now >= keeper->leaving.next)
        look(keeper, now);
}

uint64_t
leaving_deadline(const Keeper *keeper)
{
    return keeper->leaving.is_wanted && !keeper->end && keeper->leaving.pid <= 0
               ? keeper->leaving.next
               : KEEPER_NEVER;
}
