/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One container on its way: what the launcher opened for it, and the steps its first process takes
 * to set itself up.  The child is a copy of the launcher, single-threaded, so both sides share this
 * struct and nothing has to be passed. */

#pragma once

#include "common/fd.h"
#include "launcher/daemon.h"
#include "launcher/plan.h"
#include "launcher/state.h"

typedef struct {
    const Plan *plan;
    const CgroupLayout *layout;

    /* Made by the launcher. */
    State state;
    PrivateDaemon daemon;
    int root_fd;         /* the root directory in the host's mount namespace, O_PATH */
    int tree_fd;         /* a detached clone of it: the container's root mount */
    int sys_fd;          /* with the host's network: a detached clone of /sys; else -1 */
    int init_fd;         /* pid 1's program, sealed */
    GArray *volume_fds;  /* int, one for each of plan->mounts; -1 for a tmpfs */
    GPtrArray *cgroups;  /* of MadeCgroup */
    int sync_fds[2];     /* [0] the launcher's end, [1] the child's */
    int lifeline_fds[2]; /* [0] init's end; [1] the launcher's: closed by its death */
    pid_t pid;
    int64_t boottime_offset; /* of its time namespace, microseconds; 0: it has none */
    char *bound;             /* its directory in the daemon's bound tree; NULL: not registered */

    /* Made by the child. */
    int dev_fd;   /* root of /dev's mount */
    int proc_fd;  /* root of /proc's mount */
    int sysfs_fd; /* root of /sys's mount */
    int workdir_fd;
} Container;

/* launcher/parent.c: starts what @plan says, waits for its end.  Returns the exit code; if the
 * container could not be started, that code comes with @error. */
int container_run(const Plan *plan, const CgroupLayout *layout, int root_fd, GError **error);

/* launcher/child.c: the first process.  Never returns. */
void child_main(Container *container) G_GNUC_NORETURN;

/* The child's steps, one kind of system call a file. */
bool dev_mount(Container *container, GError **error);         /* dev.c */
bool proc_mount(Container *container, GError **error);        /* proc_mount.c */
bool proc_mask(Container *container, GError **error);         /* proc_mask.c */
bool sys_mount(Container *container, GError **error);         /* sys_mount.c */
bool sys_mount_cgroups(Container *container, GError **error); /* sys_mount.c */
bool volumes_mount(Container *container, GError **error);     /* volumes.c */
bool proc_files_bind(Container *container, GError **error);   /* proc_files.c */
bool network_lo_up(Container *container, GError **error);     /* network.c */

/* launcher/proc_files_list.c: tells the child which files to bind. */
bool proc_files_list(Container *container, GError **error);

/* launcher/register.c: tells the daemon of the container, and takes it back. */
bool container_register(Container *container, GError **error);
void container_unregister(Container *container);

/* Opens what -v names, in the host. */
bool volumes_open(Container *container, GError **error); /* volumes.c */
