/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/sweep.h"

#include "common/mount_users.h"
#include "common/number.h"
#include "launcher/attach/enroll.h"
#include "launcher/attach/process.h"
#include "launcher/control.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX "mnt-"

char *
sweep_name(uint64_t mount_ns, uint64_t started)
{
    return g_strdup_printf(PREFIX "%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, mount_ns, started);
}

bool
sweep_is_name(const char *name)
{
    const char *number = name + strlen(PREFIX), *dash;
    uint64_t value;

    return g_str_has_prefix(name, PREFIX) && (dash = strchr(number, '-')) != NULL &&
           number_parse(number, (size_t)(dash - number), &value, NULL) &&
           number_parse(dash + 1, strlen(dash + 1), &value, NULL);
}

/* A set of names. */
static GHashTable *
made_names(const char *run_dir)
{
    g_autoptr(GPtrArray) records = control_list(run_dir, NULL);
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; records && i < records->len; i++) {
        const char *name = g_hash_table_lookup(records->pdata[i], "name");

        if (name && sweep_is_name(name))
            (void)g_hash_table_add(names, g_strdup(name));
    }
    return names;
}

/* Who attaches another just now has registered it and mounted nothing yet: but the process lives by
 * which it was named. */
static void
leave_the_gone(GHashTable *names, GDir *processes)
{
    const char *number;
    pid_t pid;

    while ((number = g_dir_read_name(processes)) != NULL) {
        g_autoptr(Process) process =
            number_parse_pid(number, strlen(number), &pid, NULL) ? process_hold(pid, NULL) : NULL;
        g_autofree char *name = process ? sweep_name(process->mount_ns, process->started) : NULL;

        if (name)
            (void)g_hash_table_remove(names, name);
    }
}

static bool
is_mounted(const GPtrArray *users, const char *name)
{
    size_t len = strlen(name);

    for (guint i = 0; i < users->len; i++) {
        const char *root = ((const MountUser *)users->pdata[i])->root;

        if (root[0] == '/' && strncmp(root + 1, name, len) == 0 &&
            (root[1 + len] == '/' || root[1 + len] == '\0'))
            return true;
    }
    return false;
}

/* Who has what of the bound tree; NULL if that cannot be told. */
static GPtrArray *
bound_users(const char *run_dir)
{
    g_autofree char *below = g_build_filename(run_dir, "containers", NULL);
    char *bound = realpath(below, NULL);
    GPtrArray *users = bound ? mount_users_find(bound, NULL) : NULL;

    free(bound);
    return users;
}

void
sweep(const char *run_dir)
{
    g_autoptr(GHashTable) names = made_names(run_dir);
    g_autoptr(GDir) processes = g_hash_table_size(names) > 0 ? g_dir_open("/proc", 0, NULL) : NULL;
    g_autoptr(GPtrArray) users = NULL;
    GHashTableIter iter;
    gpointer name;

    if (processes)
        leave_the_gone(names, processes);
    if (!processes || g_hash_table_size(names) == 0)
        return;
    users = bound_users(run_dir);
    g_hash_table_iter_init(&iter, names);
    while (users && g_hash_table_iter_next(&iter, &name, NULL))
        if (!is_mounted(users, name))
            enroll_end(run_dir, name);
}
