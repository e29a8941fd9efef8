/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to the keeper: keeper.c is its loop, workers.c who serves, watch.c whether he does,
 * upgrade.c and hand_over.c who comes next, clients.c who asks. */

#pragma once

#include "fs/keeper/keeper.h"
#include "fs/keeper/log.h"
#include "fs/keeper/protocol.h"
#include "fs/keeper/spawn.h"

#define KEEPER_CLIENTS 8u
#define KEEPER_MSEC UINT64_C(1000000)
#define KEEPER_NEVER UINT64_MAX

typedef enum {
    WORKER_NONE,     /* no process */
    WORKER_STARTING, /* until it is warm */
    WORKER_READY,    /* waits for its turn */
    WORKER_GOING,    /* answers what was left open */
    WORKER_SERVING,
    WORKER_DRAINING,
    WORKER_ENDING, /* is not needed any more, or died but for a thread that the kernel holds */
} WorkerState;

typedef struct {
    WorkerState state;
    pid_t pid;
    int sock;             /* -1: it is to hear nothing more */
    unsigned program;     /* which it runs: KeeperProgram.number */
    bool was_killed;      /* by the keeper */
    unsigned death_looks; /* since then, at what is left of it */
    bool has_drained;     /* it said so, and was killed for it */
    bool is_safe;         /* it was told to make nothing anew: GO_SAFE */
    uint64_t began;
    uint64_t deadline; /* it is killed if it is still in its state; KEEPER_NEVER */
    uint64_t serving;  /* since when, 0: never */
    uint64_t served;   /* table_served() when it was told to go */
    uint64_t stopped;  /* since when it is (SIGSTOP), 0: it is not */
    uint32_t version;  /* of the protocol; 0 until it said HELLO */
    char name[PROTOCOL_PROGRAM_MAX];
} Worker;

typedef struct {
    int fd;     /* of the file that is executed; -1: none */
    int config; /* a copy of its configuration, sealed; -1: none */
    unsigned number;
} KeeperProgram;

#define KEEPER_NO_PROGRAM ((KeeperProgram){.fd = -1, .config = -1})

typedef enum {
    CLIENT_ASKS,
    CLIENT_UPGRADES, /* waits for the end of the upgrade */
    CLIENT_ADOPTS,   /* has a copy of everything */
    CLIENT_TAKES,    /* waits until nobody serves */
    CLIENT_HAS,      /* whose worker is told to serve */
    CLIENT_STOPS,    /* waits for the end */
} ClientState;

typedef struct {
    int fd; /* -1: nobody */
    ClientState state;
    uint64_t deadline;
} Client;

typedef struct {
    const KeeperConfig *config;
    Holdings *holdings;
    Table table;
    TableSaved saved; /* of the table, from before any worker served; then what the first agreed */
    int signals;      /* signalfd(2) */
    KeeperEnd end;    /* 0: it goes on */
    bool is_stored;
    uint64_t began;
    SpawnConfig spawn;

    Worker workers[PROTOCOL_WORKERS_MAX];
    KeeperProgram program, before; /* before: while an upgrade has not served yet */
    unsigned n_programs;
    bool is_resting;     /* nobody is started and nobody told to go */
    unsigned crashes;    /* in a row */
    uint64_t last_crash; /* its time */
    uint64_t not_before; /* nobody is started or told to go */
    uint64_t pause;      /* since when nobody serves, 0: somebody does */
    bool has_served;
    struct {
        uint64_t restarts, upgrades, killed, adoptions, longest_pause, bridges;
    } figures; /* ours: the table has copies, which workers may write to */

    struct {
        bool is_on;
        uint64_t next;          /* look */
        uint64_t served;        /* at the last one */
        uint64_t changed;       /* when that grew */
        uint64_t pending_since; /* that requests wait and nothing is served; 0 */
    } watch;

    struct {
        unsigned deaths; /* of workers of the new program */
        uint64_t deadline;
    } upgrade;

    int predecessor;         /* a keeper from which we take over; -1 */
    bool is_taking;          /* it was asked to stop serving */
    bool has_taken;          /* it has */
    uint64_t taken_deadline; /* for that; then for a worker to serve */
    unsigned taker_deaths;   /* of workers before one has served */

    struct {
        bool is_wanted;
        bool is_first; /* the next look is the first one: who is found is told */
        pid_t pid;     /* who looks; 0 */
        uint64_t next;
    } leaving;

    Client clients[KEEPER_CLIENTS];
    uint64_t deaf_until; /* nobody can be accepted; 0 */
} Keeper;

/* -- keeper.c */
/* Ends all, and then keeper_run() with @end. */
void keeper_finish(Keeper *keeper, KeeperEnd end);
/* The fd of @connection is closed: it has ended. */
void keeper_drop_connection(Keeper *keeper, unsigned connection);

/* -- workers.c */
/* NULL if nobody serves, is about to, or is to stop doing so. */
Worker *workers_active(Keeper *keeper);
Worker *workers_ready(Keeper *keeper);
/* Does whatever is due. */
void workers_advance(Keeper *keeper, uint64_t now);
uint64_t workers_deadline(const Keeper *keeper);
void worker_drain(Worker *worker, uint64_t now);
/* Not needed any more: lets it end by itself. */
void worker_end(Worker *worker, uint64_t now);
void worker_kill(Worker *worker, uint64_t now, const char *why);

/* -- words.c */
/* Something has come over @worker's socket. */
void words_hear(Keeper *keeper, Worker *worker, uint64_t now);

/* -- deaths.c */
/* Some child has changed its state (SIGCHLD). */
void deaths_reap(Keeper *keeper, uint64_t now);
/* The process of @worker is gone, or as good as that. */
void deaths_note(Keeper *keeper, Worker *worker, uint64_t now);

/* -- watch.c */
void watch_begin(Keeper *keeper, uint64_t now);
void watch_look(Keeper *keeper, uint64_t now);
uint64_t watch_deadline(const Keeper *keeper);

/* -- leaving.c */
/* Ends as soon as nobody uses the mounts. */
void leaving_begin(Keeper *keeper, uint64_t now);
/* False if @pid is not who looks for users; @is_unused is what it has found. */
bool leaving_reap(Keeper *keeper, pid_t pid, bool is_unused, uint64_t now);
void leaving_advance(Keeper *keeper, uint64_t now);
uint64_t leaving_deadline(const Keeper *keeper);

/* -- program.c */
/* Takes @binary over (-1: KeeperConfig.binary is opened).  0, or errno. */
int program_open(Keeper *keeper, int binary, KeeperProgram *ret);
void program_close(KeeperProgram *program);

/* -- upgrade.c */
/* Takes @binary over (-1: KeeperConfig.binary is opened).  0, or errno. */
int upgrade_begin(Keeper *keeper, int binary, uint64_t now);
bool upgrade_is_on(const Keeper *keeper);
void upgrade_note_death(Keeper *keeper, uint64_t now);
void upgrade_note_serving(Keeper *keeper, uint64_t now);
void upgrade_advance(Keeper *keeper, uint64_t now);
uint64_t upgrade_deadline(const Keeper *keeper);

/* -- hand_over.c: the old keeper's side, then the new one's */
void hand_over_give(Keeper *keeper, Client *client, uint64_t now);
void hand_over_take(Keeper *keeper, Client *client, uint64_t now);
/* Who was taking over is gone before it served. */
void hand_over_lost(Keeper *keeper);
void hand_over_advance(Keeper *keeper, uint64_t now);
uint64_t hand_over_deadline(const Keeper *keeper);
void hand_over_hear(Keeper *keeper, uint64_t now);
/* Some worker has died. */
void hand_over_note_death(Keeper *keeper);
/* False while the keeper before serves. */
bool hand_over_may_go(const Keeper *keeper);
void hand_over_note_serving(Keeper *keeper);

/* -- clients.c */
/* Makes the socket.  -1 and errno. */
int clients_listen(const char *path);
void clients_accept(Keeper *keeper, uint64_t now);
void clients_hear(Keeper *keeper, Client *client, uint64_t now);
void clients_advance(Keeper *keeper, uint64_t now);
uint64_t clients_deadline(const Keeper *keeper);
bool clients_have_room(const Keeper *keeper);
/* Answers whoever is in @state: DONE, or REFUSED with @text if @code is not 0.  NULL: nobody is. */
Client *clients_find(Keeper *keeper, ClientState state);
void clients_answer(Keeper *keeper, ClientState state, int code, const char *text);
void client_close(Client *client);

/* -- status.c */
/* Copies the figures into the table, for workers' metrics; takes those of the keeper before. */
void status_publish(Keeper *keeper);
void status_take_figures(Keeper *keeper);
void status_fill(Keeper *keeper, uint64_t now, ProtocolStatus *ret);

static inline uint64_t
keeper_earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}
