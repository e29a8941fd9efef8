/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the administrator wants: defaults, then the configuration file, then the command line. */

#pragma once

#include "fs/policies.h"
#include "fs/view/cpu_view.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#define OPTIONS_CONFIG_DEFAULT "/etc/ownproc.conf"
/* In the environment: the number of an fd with the text of the configuration file, which then is
 * not read.  What a worker is given by its keeper. */
#define OPTIONS_CONFIG_VARIABLE "OWNPROC_CONFIG_FD"

typedef struct {
    char *mount_point; /* absolute */
    /* Of the bound tree and the socket, absolute; NULL: neither.  A daemon beside the one of the
     * system, with a mount point of its own, has them only if it is told where. */
    char *run_dir;
    CpuPolicy cpu_policy;
    Policies *policies;  /* by file and container; owned */
    pid_t container_pid; /* whose container everybody is shown; 0: each his own */
    char *config;        /* the file that was given, absolute; NULL: none was */
    char *keeper_cgroup; /* that the keeper goes to; NULL: it stays where it was started */
    pid_t pod_host;      /* whose namespaces a pod's keeper goes to, outliving it; 0: it is none */
    bool adopt;          /* go on with what a keeper that runs has */
    bool fd_store;       /* the service manager holds the mounts over a restart */
    bool resend;         /* a worker that begins asks for what is open, too */
    bool no_keeper;      /* one process keeps the mounts and serves */
    bool foreground, debug, version;
} Options;

/* Fails with one sentence that says what is wrong, and in a file where.  Prints the help and exits
 * if that is asked for, as GOption does. */
bool options_parse(int argc, char **argv, Options *ret, GError **error);
void options_clear(Options *options);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)
