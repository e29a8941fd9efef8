/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/control/list.h"

#include "common/control_value.h"
#include "fs/control/request.h"
#include "fs/summary.h"

#include <inttypes.h>

static void
append(GString *out, const char *key, const char *value)
{
    g_string_append_printf(out, "%s=", key);
    control_value_append(out, value);
    g_string_append_c(out, '\n');
}

static void
append_number(GString *out, const char *key, uint64_t number)
{
    g_string_append_printf(out, "%s=%" PRIu64 "\n", key, number);
}

static void
append_limit(GString *out, const char *key, uint64_t limit)
{
    if (limit == SUMMARY_NO_LIMIT)
        append(out, key, "max");
    else
        append_number(out, key, limit);
}

static void
append_head(GString *out, const char *id, const char *name, const char *path)
{
    if (out->len > 0)
        g_string_append_c(out, '\n');
    append(out, "id", id);
    append(out, "name", name);
    append(out, "cgroup", path);
}

/* Nothing if it has ended meanwhile. */
static void
append_numbers(const Server *server, Container *container, uint64_t now, GString *out)
{
    Summary summary;

    if (!summary_take(server, container, now, &summary, NULL))
        return;
    append_number(out, "cpus", summary.cpus);
    append_limit(out, "memory_limit", summary.memory_limit);
    append_number(out, "memory_used", summary.memory_used);
    append_limit(out, "swap_limit", summary.swap_limit);
    append_number(out, "swap_used", summary.swap_used);
    append_number(out, "reads", __atomic_load_n(&container->reads, __ATOMIC_RELAXED));
    append_number(out, "snapshots", __atomic_load_n(&container->snapshots, __ATOMIC_RELAXED));
}

/* @container is NULL if its cgroup does not exist yet. */
static void
append_registered(const Server *server, const Registered *registered, Container *container,
                  uint64_t now, GString *out)
{
    append_head(out, registered->name, registered->name, summary_path(server, &registered->paths));
    if (container)
        append_numbers(server, container, now, out);
    append(out, "registered", "yes");
    append(out, "state", container ? "live" : "pending");
}

static void
append_other(const Server *server, Container *container, uint64_t now, GString *out)
{
    g_autofree char *id = g_strdup_printf("%" PRIu64, container->number);

    if (!container_is_there(server->sources.layout, container, NULL))
        return;
    append_head(out, id, "", summary_path(server, &container->paths));
    append_numbers(server, container, now, out);
    append(out, "registered", "no");
    append(out, "state", "live");
}

void
control_list(const Server *server, uint64_t now, GString *out)
{
    g_autoptr(GPtrArray) registered = registry_list(server->registry);
    g_autoptr(GPtrArray) containers = containers_list(server->containers);
    g_autoptr(GHashTable) listed = g_hash_table_new(g_direct_hash, g_direct_equal);

    for (guint i = 0; i < registered->len; i++) {
        g_autoptr(Container) container =
            registry_container(server->registry, registered->pdata[i], NULL);

        if (container)
            (void)g_hash_table_add(listed, container);
        append_registered(server, registered->pdata[i], container, now, out);
    }
    for (guint i = 0; i < containers->len; i++)
        if (!g_hash_table_contains(listed, containers->pdata[i]))
            append_other(server, containers->pdata[i], now, out);
}
