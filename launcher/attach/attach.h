/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What attach, detach and repair do to one container. */

#pragma once

#include "launcher/attach/process.h"

#include <stdbool.h>

/* What is the same for all containers. */
typedef struct {
    const char *tree;    /* where the daemon mounts */
    const char *run_dir; /* where its socket is */
    char **files;        /* as "proc/meminfo"; NULL: all it has */
    bool force;          /* also where /proc is unmasked */
    bool repair;         /* attach: what is dead there is replaced */
    bool serves;         /* the daemon is there */
    char **devices;      /* of the daemon's file systems; empty if none serves.  Owned */
    char *bound_device;  /* of the bound tree; NULL: there is none.  Owned */
} AttachConfig;

typedef enum {
    ATTACH_INJECTED,
    ATTACH_PRESENT, /* it had them already */
    ATTACH_REPAIRED,
    ATTACH_HEALTHY, /* nothing in it is dead */
    ATTACH_DETACHED,
    ATTACH_NOTHING, /* it had none */
    ATTACH_SKIPPED,
    ATTACH_FAILED,
} AttachOutcome;

typedef struct {
    char *name; /* what it is registered as */
    pid_t pid;
    AttachOutcome outcome;
    unsigned files;
    char *reason; /* a sentence; NULL if it was done */
    char *left;   /* files that are left alone (own_mounts_list()); NULL or "": none */
} AttachReport;

/* Looks whether the daemon serves @config->tree, and which file systems are its.  False, and
 * READ_ERROR_IO, if it does not answer (launcher/tree_ask.h). */
bool attach_config_open(AttachConfig *config, GError **error);
void attach_config_clear(AttachConfig *config);

/* Registers the container and puts the files in: those that it has not, or with @config->repair
 * all if some are dead. */
void attach_container(const AttachConfig *config, const Process *process, AttachReport *ret);
/* Takes out what is ours, whoever put it in, and unregisters. */
void detach_container(const AttachConfig *config, const Process *process, AttachReport *ret);
/* Attaches anew where the files of a daemon, ours or lxcfs's, are dead. */
void repair_container(const AttachConfig *config, const Process *process, AttachReport *ret);

/* "attached, 17 files": for people.  Appends. */
void attach_report_text(const AttachReport *report, GString *out);
void attach_report_json(const AttachReport *report, GString *out);
void attach_report_clear(AttachReport *report);
