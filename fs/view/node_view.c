/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/view/node_view.h"

#include "common/number.h"

CpuSet
node_view_cpus(const MemoryNodes *nodes, const CpuSet *shown, unsigned index)
{
    CpuSet mine = nodes->nodes[index].cpus;

    if (index == 0) {
        mine = *shown;
        for (unsigned i = 1; i < nodes->n; i++)
            for (unsigned word = 0; word < G_N_ELEMENTS(mine.bits); word++)
                mine.bits[word] &= ~nodes->nodes[i].cpus.bits[word];
    }
    return cpuset_renumber(&mine, shown);
}

MemoryView
node_view_memory(const MemoryNodes *nodes, const MemoryView *whole, unsigned index)
{
    MemoryView part = *whole;
    uint64_t *values = (uint64_t *)&part, all = 0; /* it consists of nothing else */

    G_STATIC_ASSERT(sizeof part % sizeof *values == 0);
    for (unsigned i = 0; i < nodes->n; i++)
        all = number_add(all, nodes->nodes[i].total);
    if (nodes->n < 2 || all == 0)
        return part;
    /* Rounding down keeps all that is no larger than something else so. */
    for (size_t i = 0; i < sizeof part / sizeof *values; i++)
        values[i] = number_mul_div(values[i], nodes->nodes[index].total, all);
    return part;
}
