/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc shutdown */

#include "common/mount_users.h"
#include "launcher/keeper_ask.h"
#include "launcher/launch_error.h"
#include "launcher/verb_options.h"
#include "launcher/verbs.h"

#include <stdio.h>
#include <string.h>

#define PATIENCE_SEC 60

static void
tell_user(const MountUser *user)
{
    g_autofree char *name = g_strescape(user->name ? user->name : "?", NULL);
    g_autofree char *point = g_strescape(user->point, NULL);

    fprintf(stderr, "  process %d (%s): %s\n", (int)user->pid, name, point);
}

/* False if somebody uses what is mounted at @target, or that cannot be found out. */
static bool
is_unused(const char *target, GError **error)
{
    g_autoptr(GPtrArray) users = mount_users_find(target, error);

    if (!users)
        return false;
    if (users->len == 0)
        return true;
    fprintf(stderr, "ownproc: %s is used by\n", target);
    g_ptr_array_foreach(users, (GFunc)(void (*)(void))tell_user, NULL);
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                "they would see errors; --force unmounts all the same");
    return false;
}

static bool
are_unused(const char *run_dir, GError **error)
{
    ProtocolStatus status;

    if (!keeper_ask_status(run_dir, &status, error))
        return false;
    for (unsigned i = 0; i < MIN(status.n_connections, TABLE_CONNECTIONS_MAX); i++) {
        g_autofree char *target = g_strndup(status.connections[i].target, HOLDINGS_TARGET_MAX);

        if (status.connections[i].is_connected && target[0] != '\0' && !is_unused(target, error))
            return false;
    }
    return true;
}

static int
shut_down(const char *run_dir, bool force)
{
    const KeeperQuestion question = {PROTOCOL_SHUTDOWN, PROTOCOL_DONE, -1, PATIENCE_SEC};
    g_autoptr(GError) error = NULL;
    ProtocolMessage answer;

    if ((force || are_unused(run_dir, &error)) && keeper_ask(run_dir, &question, &answer, &error))
        return 0;
    fprintf(stderr, "ownproc: %s\n", error->message);
    return LAUNCH_ERROR_FAILED;
}

int
shutdown_main(int argc, char **argv)
{
    g_autofree char *run_dir = NULL;
    gboolean force = FALSE;
    const GOptionEntry entries[] = {
        {"force", 0, 0, G_OPTION_ARG_NONE, &force, "even if containers use the files", NULL},
        VERB_RUN_DIR(&run_dir),
        {NULL},
    };

    if (!verb_options(argc, argv, entries, "- unmount the files and end the daemon"))
        return LAUNCH_ERROR_USAGE;
    return shut_down(run_dir ? run_dir : OPTIONS_RUN_DIR, force);
}
