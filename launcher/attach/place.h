/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where files are to go: the root directory of a container and the mount namespace it is in.  All
 * of this is for a process that does nothing else (in_child.h): it changes namespaces and its
 * working directory. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int root_fd;   /* proc/ and sys/ are in it */
    int mnt_fd;    /* its mount namespace; -1: it is the caller's */
    int cgroup_fd; /* its cgroup namespace; -1: as above, or it does not matter */
    /* private */
    int home_fd, self_fd;
} Place;

#define PLACE_NULL                                                                                 \
    {                                                                                              \
        -1, -1, -1, -1, -1                                                                         \
    }

/* Opens what it takes to come back, and joins the cgroup namespace: who looks up a file of the
 * daemon's tree then is of the container, and is given its node. */
bool place_prepare(Place *place, GError **error);

bool place_enter(const Place *place, GError **error);
bool place_leave(const Place *place, GError **error);

/* Opens @path below the root, O_PATH.  No symlink is followed.  -1 and errno. */
int place_open(const Place *place, const char *path);

/* Unmounts the mount that @fd is the root of, though others use it.  In the place.  It is reached
 * by its fd: a path could lead elsewhere by now.  0 or errno. */
int place_unmount(const Place *place, int fd);

/* 0, or the errno with which what @fd holds answers who opens it and reads: ENOTCONN is a file
 * system whose server is gone, ESTALE a container that its server does not know any more.  What is
 * neither a file nor a directory is not opened, and 0. */
int place_probe(const Place *place, int fd);

/* The number of the mount that @fd is on, and the device of its file system as mountinfo writes it,
 * without asking the file system.  False if @fd is not the root of a mount; @ret_device (may be
 * NULL) is set all the same, the caller frees. */
bool place_mount_of(int fd, uint64_t *ret_id, char **ret_device);

void place_clear(Place *place);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)
