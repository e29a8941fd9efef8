/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/cgroup_events.h"

#include "fs/source/cgroup_level.h"
#include "fs/source/cgroup_versions.h"

#include <stddef.h>

#define KEY(name) {#name, offsetof(CgroupEventCounts, name)},
static const LineKey v2_keys[] = {CGROUP_EVENTS(KEY)};
#undef KEY

/* "total_": with the cgroups below it.  v1 tells no more. */
static const LineKey v1_keys[] = {
    {"total_pgfault", offsetof(CgroupEventCounts, pgfault)},
    {"total_pgmajfault", offsetof(CgroupEventCounts, pgmajfault)},
    {"total_workingset_refault_anon", offsetof(CgroupEventCounts, workingset_refault_anon)},
    {"total_workingset_refault_file", offsetof(CgroupEventCounts, workingset_refault_file)},
    {"total_pswpin", offsetof(CgroupEventCounts, pswpin)},
    {"total_pswpout", offsetof(CgroupEventCounts, pswpout)},
};

static const LineKey oom_keys[] = {{"oom_kill", offsetof(CgroupEventCounts, oom_kill)}};

static bool
parse(const HostText *text, const LineKey *keys, size_t n, CgroupEventCounts *ret, GError **error)
{
    CgroupEventCounts counts = *ret;

    if (!lines_read_keys(text->text, text->len, keys, n, &counts, error))
        return false;
    *ret = counts;
    return true;
}

bool
cgroup_v1_events_parse(const HostText *stat, CgroupEventCounts *ret, GError **error)
{
    return parse(stat, v1_keys, G_N_ELEMENTS(v1_keys), ret, error);
}

bool
cgroup_v2_events_parse(const HostText *stat, CgroupEventCounts *ret, GError **error)
{
    return parse(stat, v2_keys, G_N_ELEMENTS(v2_keys), ret, error);
}

bool
cgroup_oom_kill_parse(const HostText *text, CgroupEventCounts *ret, GError **error)
{
    return parse(text, oom_keys, G_N_ELEMENTS(oom_keys), ret, error);
}

bool
cgroup_events_of(const CgroupLevel *level, const HostText *stat, CgroupEvents *ret, GError **error)
{
    bool v1 = level->version == 1;
    g_auto(HostText) oom = {0};
    CgroupEvents events = {.id = cgroup_directory_id(level->dir)};

    if (!(v1 ? cgroup_v1_events_parse : cgroup_v2_events_parse)(stat, &events.counts, error)) {
        g_prefix_error(error, "memory.stat: ");
        return false;
    }
    if (!cgroup_file_read(level, v1 ? "memory.oom_control" : "memory.events", &oom, error) ||
        (oom.text && !cgroup_oom_kill_parse(&oom, &events.counts, error)))
        return false;
    *ret = events;
    return true;
}

static bool
read_events(const Cgroups *cgroups, CgroupEvents *ret, GError **error)
{
    g_auto(CgroupLevel) level = {0};
    g_auto(HostText) stat = {0};

    if (!cgroup_level_of(cgroups, CGROUP_MEMORY, &level, error) ||
        !cgroup_level_find(&level, "memory.stat", &stat, error))
        return false;
    if (stat.text)
        return cgroup_events_of(&level, &stat, ret, error);
    *ret = (CgroupEvents){.is_root = true};
    return true;
}

bool
cgroup_read_events(const Cgroups *cgroups, CgroupEvents *ret, GError **error)
{
    return read_events(cgroups, ret, error) || cgroup_failed(cgroups, CGROUP_MEMORY, error);
}
