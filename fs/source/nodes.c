/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/nodes.h"

#include "common/error.h"
#include "common/io.h"
#include "common/lines.h"
#include "common/number.h"

#define DIRECTORY "sys/devices/system/node"
#define KIB 1024u

/* Cuts "Node 0 MemTotal:" off *@line. */
static bool
cut_total(Span *line)
{
    Span word;

    return span_next_word(line, &word) && span_equals(word, "Node") &&
           span_next_word(line, &word) && span_next_word(line, &word) &&
           span_equals(word, "MemTotal:");
}

bool
memory_node_parse_total(const HostText *meminfo, uint64_t *ret, GError **error)
{
    LineIter lines = lines_of(meminfo->text, meminfo->len);
    uint64_t number;
    Span line, word;

    while (lines_next(&lines, &line))
        if (cut_total(&line) && span_next_word(&line, &word)) {
            if (!span_number(word, &number, error))
                return false;
            *ret = number_mul(number, KIB);
            return true;
        }
    g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "no MemTotal");
    return false;
}

static bool
read_list(int root_fd, const char *path, CpuSet *ret, GError **error)
{
    g_auto(HostText) text = {0};

    if (!host_text_read(root_fd, path, &text, error))
        return false;
    if (cpuset_parse(text.text, text.len, ret, error))
        return true;
    g_prefix_error(error, "%s: ", path);
    return false;
}

static bool
read_node(int root_fd, unsigned number, MemoryNode *ret, GError **error)
{
    g_autofree char *cpulist = g_strdup_printf(DIRECTORY "/node%u/cpulist", number);
    g_autofree char *meminfo = g_strdup_printf(DIRECTORY "/node%u/meminfo", number);
    g_auto(HostText) text = {0};

    if (!read_list(root_fd, cpulist, &ret->cpus, error) ||
        !host_text_read(root_fd, meminfo, &text, error))
        return false;
    if (memory_node_parse_total(&text, &ret->total, error))
        return true;
    g_prefix_error(error, "%s: ", meminfo);
    return false;
}

/* Without NUMA the kernel has none of these files. */
static bool
read_sets(int root_fd, CpuSet *ret_online, CpuSet *ret_memory, GError **error)
{
    g_autoptr(GError) problem = NULL;

    if (read_list(root_fd, DIRECTORY "/online", ret_online, &problem) &&
        read_list(root_fd, DIRECTORY "/has_memory", ret_memory, &problem))
        return true;
    if (!g_error_matches(problem, READ_ERROR, READ_ERROR_GONE)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    *ret_memory = *ret_online; /* before Linux 5.4 only some kernels had has_memory */
    return true;
}

bool
memory_nodes_read(int root_fd, const CpuSet *mems, MemoryNodes *ret, GError **error)
{
    g_auto(MemoryNodes) nodes = {0};
    CpuSet memory = {0};

    if (!read_sets(root_fd, &nodes.online, &memory, error))
        return false;
    nodes.allowed = memory;
    cpuset_and(&nodes.allowed, mems);
    if (cpuset_count(&nodes.allowed) == 0)
        nodes.allowed = memory;
    nodes.nodes = g_new0(MemoryNode, cpuset_count(&nodes.allowed));
    for (int node = cpuset_next(&nodes.allowed, 0); node >= 0; nodes.n++) {
        if (!read_node(root_fd, (unsigned)node, &nodes.nodes[nodes.n], error))
            return false;
        node = cpuset_next(&nodes.allowed, (unsigned)node + 1);
    }
    *ret = nodes;
    nodes = (MemoryNodes){0};
    return true;
}

void
memory_nodes_clear(MemoryNodes *nodes)
{
    g_clear_pointer(&nodes->nodes, g_free);
    nodes->n = 0;
}
