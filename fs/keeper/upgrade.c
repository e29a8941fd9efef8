/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A new program for the workers.  Once one of it is warm the old one drains; until the new one has
 * served, the old program and a warm worker of it are kept. */

#include "fs/keeper/keeper_private.h"

#include "common/fd.h"

#define DEATHS_MAX 2
#define PATIENCE_NSEC (60 * KEEPER_SECOND)

bool
upgrade_is_on(const Keeper *keeper)
{
    return keeper->before.fd >= 0;
}

int
upgrade_begin(Keeper *keeper, int binary, uint64_t now)
{
    autofd fd = binary;
    KeeperProgram program;
    int code;

    if (upgrade_is_on(keeper) || keeper->is_resting || keeper->predecessor >= 0)
        return EBUSY;
    code = program_open(keeper, fd_steal(&fd), &program);
    if (code != 0)
        return code;
    keeper->before = keeper->program;
    keeper->program = program;
    keeper->crashes = 0; /* they were the old one's */
    keeper->not_before = 0;
    keeper->upgrade.deaths = 0;
    keeper->upgrade.deadline = now + PATIENCE_NSEC;
    keeper_log(LOG_NOTICE, "upgrading");
    return 0;
}

/* Those of @program that do not serve. */
static void
retire(Keeper *keeper, unsigned program, uint64_t now)
{
    for (unsigned i = 0; i < PROTOCOL_WORKERS_MAX; i++) {
        Worker *worker = &keeper->workers[i];

        if ((worker->state == WORKER_STARTING || worker->state == WORKER_READY) &&
            worker->program == program)
            worker_end(worker, now);
    }
}

static void
roll_back(Keeper *keeper, const char *why, uint64_t now)
{
    unsigned failed = keeper->program.number;

    program_close(&keeper->program);
    keeper->program = keeper->before;
    keeper->before = KEEPER_NO_PROGRAM;
    keeper->crashes = 0; /* not those of the program that goes on */
    keeper->not_before = 0;
    retire(keeper, failed, now);
    keeper_log(LOG_ERR, "%s", why);
    clients_answer(keeper, CLIENT_UPGRADES, ECANCELED, why);
}

void
upgrade_note_death(Keeper *keeper, uint64_t now)
{
    if (upgrade_is_on(keeper) && ++keeper->upgrade.deaths >= DEATHS_MAX)
        roll_back(keeper, "the new program died twice before it served; the old one goes on", now);
}

void
upgrade_note_serving(Keeper *keeper, uint64_t now)
{
    if (!upgrade_is_on(keeper))
        return;
    retire(keeper, keeper->before.number, now);
    program_close(&keeper->before);
    keeper->figures.upgrades++;
    status_publish(keeper);
    keeper_log(LOG_NOTICE, "upgraded");
    clients_answer(keeper, CLIENT_UPGRADES, 0, NULL);
}

void
upgrade_advance(Keeper *keeper, uint64_t now)
{
    if (upgrade_is_on(keeper) && now >= keeper->upgrade.deadline)
        roll_back(keeper, "the new program does not come to serve; the old one goes on", now);
}

uint64_t
upgrade_deadline(const Keeper *keeper)
{
    return upgrade_is_on(keeper) ? keeper->upgrade.deadline : KEEPER_NEVER;
}
