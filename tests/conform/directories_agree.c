/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The directories below sys/devices/system are those that its lists and meminfo speak of: a cpuN
 * for each CPU that is present, a nodeN for each node that is online, each CPU on one node. */

#include "tests/conform/proc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX 8192
#define SYSTEM "../sys/devices/system"

typedef struct {
    bool has[MAX];
} Set;

static void
set_add(Set *set, unsigned long number)
{
    expect(number < MAX, "there is no number %lu", number);
    set->has[number] = true;
}

/* Of a list such as "0-3,5". */
static void
set_read(const char *directory, const char *name, Set *ret)
{
    ProcText list = proc_read(directory, name);

    memset(ret, 0, sizeof *ret);
    (void)list_expand(list.text, ret->has, MAX);
    free(list.text);
}

/* Of the directories called @prefix and a number; false if there is no @name. */
static bool
set_list(const char *directory, const char *name, const char *prefix, Set *ret)
{
    char path[4096], *end;
    struct dirent *entry;
    DIR *dir;

    memset(ret, 0, sizeof *ret);
    snprintf(path, sizeof path, "%s/%s", directory, name);
    dir = opendir(path);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        const char *digits = entry->d_name + strlen(prefix);

        if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 || *digits < '0' || *digits > '9')
            continue;
        set_add(ret, strtoul(digits, &end, 10));
        expect(*end == '\0', "%s has an odd entry %s", path, entry->d_name);
    }
    if (dir != NULL)
        closedir(dir);
    return dir != NULL;
}

static void
check_equal(const Set *one, const char *one_name, const Set *other, const char *other_name)
{
    for (unsigned i = 0; i < MAX; i++)
        expect(one->has[i] == other->has[i], "%u is in %s, but not in %s", i,
               one->has[i] ? one_name : other_name, one->has[i] ? other_name : one_name);
}

/* Whoever is in one package with a CPU is a CPU, and so is it itself. */
static void
check_topology(const char *directory, const Set *online)
{
    static const char *const files[] = {"core_siblings_list", "thread_siblings_list"};
    char name[256];
    Set set;

    for (unsigned cpu = 0; cpu < MAX; cpu++)
        for (unsigned i = 0; online->has[cpu] && i < sizeof files / sizeof *files; i++) {
            snprintf(name, sizeof name, SYSTEM "/cpu/cpu%u/topology/%s", cpu, files[i]);
            set_read(directory, name, &set);
            expect(set.has[cpu], "%s has no CPU %u", name, cpu);
            for (unsigned other = 0; other < MAX; other++)
                expect(!set.has[other] || online->has[other], "%s has CPU %u, cpu/online not", name,
                       other);
        }
}

static uint64_t
node_total(const char *directory, unsigned node)
{
    char name[256], key[64];
    const char *line;
    ProcText meminfo;
    uint64_t total;

    snprintf(name, sizeof name, SYSTEM "/node/node%u/meminfo", node);
    snprintf(key, sizeof key, "Node %u MemTotal:", node);
    meminfo = proc_read(directory, name);
    line = strstr(meminfo.text, key);
    expect(line != NULL, "%s has no line %s", name, key);
    total = strtoull(line + strlen(key), NULL, 10);
    free(meminfo.text);
    return total;
}

static void
check_nodes(const char *directory, const Set *nodes, const Set *online)
{
    ProcText meminfo = proc_read(directory, "meminfo");
    uint64_t total = 0, all = meminfo_get(meminfo.text, "MemTotal");
    Set cpus, seen = {0};
    char name[256];

    for (unsigned node = 0; node < MAX; node++) {
        if (!nodes->has[node])
            continue;
        snprintf(name, sizeof name, SYSTEM "/node/node%u/cpulist", node);
        set_read(directory, name, &cpus);
        for (unsigned cpu = 0; cpu < MAX; cpu++) {
            expect(!cpus.has[cpu] || !seen.has[cpu], "CPU %u is on two nodes", cpu);
            if (cpus.has[cpu])
                set_add(&seen, cpu);
        }
        total += node_total(directory, node);
    }
    check_equal(&seen, "the nodes' CPUs", online, "cpu/online");
    expect(total <= all, "the nodes have %lu kB, meminfo %lu kB", (unsigned long)total,
           (unsigned long)all);
    free(meminfo.text);
}

int
main(int argc, char **argv)
{
    const char *directory = directory_argument(argc, argv);
    static Set listed, present, online, nodes;

    expect(set_list(directory, SYSTEM "/cpu", "cpu", &listed), "there are no directories of CPUs");
    set_read(directory, SYSTEM "/cpu/present", &present);
    set_read(directory, SYSTEM "/cpu/online", &online);
    check_equal(&listed, "the listing of cpu/", &present, "cpu/present");
    check_topology(directory, &online);
    if (!set_list(directory, SYSTEM "/node", "node", &listed))
        return 0; /* a kernel without NUMA */
    set_read(directory, SYSTEM "/node/online", &nodes);
    check_equal(&listed, "the listing of node/", &nodes, "node/online");
    check_nodes(directory, &nodes, &online);
    return 0;
}
