/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The command line of `ownproc run`: docker-run(1)'s names and values. */

#pragma once

#include "launcher/mount_spec.h"

#include <stdint.h>

/* Where the daemon mounts, and where its socket is, unless told otherwise. */
#define OPTIONS_TREE "/var/lib/ownproc"
#define OPTIONS_RUN_DIR "/run/ownproc"

typedef enum {
    PROC_AUTO,    /* the daemon's files; a private daemon if none serves */
    PROC_REQUIRE, /* the daemon's files, or no container */
    PROC_NONE,    /* the kernel's files */
} ProcMode;

/* Bytes, microseconds and counts.  0: not asked for.  NUMBER_MAX: explicitly unlimited. */
typedef struct {
    uint64_t memory;
    uint64_t memory_swap; /* memory and swap together, as docker counts */
    uint64_t cpu_quota;
    uint64_t cpu_period;
    uint64_t cpu_shares;
    uint64_t pids;
    char *cpuset_cpus;
} Limits;

typedef struct {
    Limits limits;
    GPtrArray *mounts; /* of MountSpec: -v and --tmpfs, in the order given */
    char **env;        /* "NAME=VALUE", or "NAME" for the launcher's own value */
    char *workdir, *user, *hostname, *name;
    ProcMode proc;
    char *tree;    /* the daemon's tree, absolute */
    char *run_dir; /* its run directory, absolute; NULL: only the tree is known */
    char *daemon;  /* the program for a private daemon; NULL: search for it */
    gboolean read_only, dry_run;
    bool host_network;
    char *rootfs;
    char **command; /* never empty */
} RunOptions;

/* Reads @argv, which starts with the verb.  *ret_help is set and nothing else read if help was
 * asked for; the caller prints and frees it.  LAUNCH_ERROR_USAGE. */
bool options_parse_run(int argc, char **argv, RunOptions *ret, char **ret_help, GError **error);
void options_clear(RunOptions *options);

/* [A-Za-z0-9][A-Za-z0-9_.-]*, at most 64 characters: safe as a directory and as a host name. */
bool options_name_is_valid(const char *name);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RunOptions, options_clear)
