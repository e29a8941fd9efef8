/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever a host's meminfo and stat and a memory node's meminfo say, parsing ends, and a machine
 * that is accepted has CPUs. */

#include "fs/source/host.h"
#include "fs/source/nodes.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    HostText text = {(char *)data, size}; /* the parsers take it as const */
    HostMemory memory;
    HostCpu cpu;
    uint64_t total;

    (void)memory_node_parse_total(&text, &total, NULL);
    (void)host_memory_parse(&text, &memory, NULL);
    if (!host_cpu_parse(&text, &cpu, NULL))
        return 0;
    g_assert(cpu.n > 0 && cpu.n <= CPUSET_MAX);
    g_assert(cpuset_count(&cpu.online) > 0 && cpuset_count(&cpu.online) <= cpu.n);
    host_cpu_clear(&cpu);
    return 0;
}
