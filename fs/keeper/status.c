/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What `ownproc status` tells of the keeper. */

#include "fs/keeper/keeper_private.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const state_names[] = {
    [WORKER_STARTING] = "starting", [WORKER_READY] = "standby",     [WORKER_GOING] = "recovering",
    [WORKER_SERVING] = "serving",   [WORKER_DRAINING] = "draining", [WORKER_ENDING] = "ending",
};

static const char *
state_of(const Worker *worker)
{
    return worker->is_safe && worker->state == WORKER_SERVING ? "safe" : state_names[worker->state];
}

static void
fill_workers(const Keeper *keeper, uint64_t now, ProtocolStatus *ret)
{
    for (unsigned i = 0; i < PROTOCOL_WORKERS_MAX; i++) {
        const Worker *worker = &keeper->workers[i];
        ProtocolWorker *to = &ret->workers[ret->n_workers];

        if (worker->state == WORKER_NONE)
            continue;
        to->pid = worker->pid;
        to->age_nsec = now - worker->began;
        (void)snprintf(to->state, sizeof to->state, "%s", state_of(worker));
        memcpy(to->program, worker->name, sizeof to->program);
        ret->n_workers++;
    }
}

void
status_fill(Keeper *keeper, uint64_t now, ProtocolStatus *ret)
{
    TableFigures *figures = &keeper->table.head->figures;

    *ret = (ProtocolStatus){.pid = getpid(),
                            .n_connections = keeper->holdings->n_connections,
                            .is_upgrading = upgrade_is_on(keeper),
                            .age_nsec = now - keeper->began,
                            .restarts = keeper->figures.restarts,
                            .upgrades = keeper->figures.upgrades,
                            .killed = keeper->figures.killed,
                            .recovered = atomic_load(&figures->recovered),
                            .poisoned = atomic_load(&figures->poisoned),
                            .adoptions = keeper->figures.adoptions,
                            .longest_pause_nsec = keeper->figures.longest_pause};
    (void)snprintf(ret->program, sizeof ret->program, "%s", keeper->config->program);
    fill_workers(keeper, now, ret);
    for (unsigned i = 0; i < ret->n_connections; i++) {
        const HoldingsConnection *connection = &keeper->holdings->connections[i];

        memcpy(ret->connections[i].name, connection->name, sizeof connection->name);
        memcpy(ret->connections[i].target, connection->target, sizeof connection->target);
        ret->connections[i].is_connected = connection->fd >= 0;
    }
}

void
status_publish(Keeper *keeper)
{
    TableFigures *to = &keeper->table.head->figures;

    atomic_store(&to->restarts, keeper->figures.restarts);
    atomic_store(&to->upgrades, keeper->figures.upgrades);
    atomic_store(&to->killed, keeper->figures.killed);
    atomic_store(&to->adoptions, keeper->figures.adoptions);
    atomic_store(&to->longest_pause_nsec, keeper->figures.longest_pause);
    atomic_store(&to->pause_began, keeper->pause);
    atomic_store(&to->bridges, keeper->figures.bridges);
}

void
status_take_figures(Keeper *keeper)
{
    const TableFigures *from = &keeper->table.head->figures;

    keeper->figures.restarts = atomic_load(&from->restarts);
    keeper->figures.upgrades = atomic_load(&from->upgrades);
    keeper->figures.killed = atomic_load(&from->killed);
    keeper->figures.adoptions = atomic_load(&from->adoptions);
    keeper->figures.longest_pause = atomic_load(&from->longest_pause_nsec);
    keeper->figures.bridges = atomic_load(&from->bridges);
}
