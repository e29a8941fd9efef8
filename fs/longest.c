/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/longest.h"

/* All that ProcFile.longest looks at is the host's: its lines, its CPUs. */
#define NEEDS (NEED_MEMORY | NEED_CPUS | NEED_CPUINFO | NEED_SWAPS)

static char root[] = "/";

bool
longest_of(const Sources *sources, const ProcFile *file, uint64_t now, size_t *ret, GError **error)
{
    Reader reader = {.pid_dir = -1, .init_dir = -1, .container.unified = root};
    g_auto(Snapshot) snapshot = {0};
    const View view = {.snapshot = &snapshot};

    if (!file->longest) {
        *ret = 0;
        return true;
    }
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        reader.container.v1[i] = root;
    if (!snapshot_take(sources, &reader, file->needs & NEEDS, now, &snapshot, error))
        return false;
    *ret = file->longest(&view);
    return true;
}

size_t
longest_known(const uint32_t *told)
{
    return __atomic_load_n(told, __ATOMIC_RELAXED);
}

size_t
longest_settle(uint32_t *told, size_t own)
{
    uint32_t first = 0;

    return __atomic_compare_exchange_n(told, &first, (uint32_t)own, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED)
               ? own
               : first;
}
