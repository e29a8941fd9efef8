/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The host's memory nodes: /sys/devices/system/node (linux:drivers/base/node.c). */

#pragma once

#include "common/cpuset.h"
#include "fs/source/host.h"

typedef struct {
    CpuSet cpus;    /* online ones */
    uint64_t total; /* bytes */
} MemoryNode;

/* Sets of nodes are CpuSets. */
typedef struct {
    CpuSet online;
    CpuSet allowed;    /* those with memory that the container may use */
    MemoryNode *nodes; /* these, in their order.  Owned */
    unsigned n;        /* 0: the kernel has no NUMA */
} MemoryNodes;

/* @mems is the container's; what it leaves of the nodes with memory counts, or all if that is none.
 * READ_ERROR_MALFORMED, READ_ERROR_IO. */
bool memory_nodes_read(int root_fd, const CpuSet *mems, MemoryNodes *ret, GError **error);
void memory_nodes_clear(MemoryNodes *nodes);

/* The MemTotal of a node's meminfo in bytes.  [pure]  READ_ERROR_MALFORMED. */
bool memory_node_parse_total(const HostText *meminfo, uint64_t *ret, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MemoryNodes, memory_nodes_clear)
