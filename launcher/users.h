/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who the command runs as, by the container's own /etc/passwd and /etc/group: never by NSS, which
 * would load libraries for a name the image chose.  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#define USERS_MAX_GROUPS 64

typedef struct {
    uid_t uid;
    gid_t gid;
    gid_t groups[USERS_MAX_GROUPS]; /* supplementary, without gid */
    size_t n_groups;
    char *home; /* never NULL after users_resolve() */
} User;

/* @spec is "user", "user:group" or NULL for root; names or numbers; what
 * consists of digits is a number, whatever the files call by it.  @passwd and @group are their
 * texts or NULL if the container has none.  Without a group, it is the user's of passwd (0
 * if he has no line there), and those group lists him in.  LAUNCH_ERROR_FAILED for unknown names.
 */
bool users_resolve(const char *spec, const char *passwd, const char *group, User *ret,
                   GError **error);
void users_clear(User *user);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(User, users_clear)
