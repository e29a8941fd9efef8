/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A small machine in a folder, cgroup v2, with processes one can add: what readers may ask about.
 */

#pragma once

#include "fs/serve.h"

#define MACHINE_NOW UINT64_C(5000000000) /* CLOCK_BOOTTIME: 5000 s after boot */

#define PID_HOST 100 /* a shell on the host */
#define PID_A 201    /* in container a: 256 MiB, 1 CPU of 2 */
#define PID_A2 202   /* in it, too */
#define PID_B 301    /* in container b: 512 MiB */
#define PID_GONE 999 /* ended */

typedef struct {
    char *path;
    CgroupLayout layout;
    Readers *readers;
    Containers *containers;
    Registry *registry;
    Askers *askers;
    History *history;
    Loads *loads;
    Texts *texts; /* NULL until machine_keep_texts() */
    Tick tick;    /* in use from machine_share() on */
    Server server;
} Machine;

Machine *machine_new(void);
void machine_free(Machine *machine); /* removes the folder */

/* From now on texts are kept for when their sources fail. */
void machine_keep_texts(Machine *machine);
/* From now on there are ticks of TICK_USEC: what is kept for one is shared, as is who asks. */
void machine_share(Machine *machine);

void machine_write(const Machine *machine, const char *path, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void machine_remove(const Machine *machine, const char *path);
void machine_add_process(const Machine *machine, int pid, const char *cgroup);

/* Gives a process a namespace ("pid") of its own, of which there is no init to be seen. */
void machine_set_namespace(const Machine *machine, int pid, const char *type, unsigned number);

/* What the clock says: MACHINE_NOW on each new machine, unless a test sets it. */
uint64_t machine_now(void);
void machine_set_now(uint64_t now);
