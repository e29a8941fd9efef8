/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/fs/machine.h"

#include "tests/unit/folder.h"

#include <unistd.h>

void
machine_write(const Machine *machine, const char *path, const char *text)
{
    folder_write(machine->directory, path, text);
}

void
machine_write_huge(const Machine *machine, const char *path, size_t size)
{
    g_autofree char *full = folder_inside(machine->directory, path);

    machine_write(machine, path, "");
    g_assert_cmpint(truncate(full, (off_t)size), ==, 0);
}

void
machine_link(const Machine *machine, const char *path, const char *target)
{
    g_autofree char *full = folder_inside(machine->directory, path);

    (void)unlink(full);
    g_assert_cmpint(symlink(target, full), ==, 0);
}

void
machine_remove(const Machine *machine, const char *path)
{
    g_autofree char *full = folder_inside(machine->directory, path);

    folder_remove(full);
}

Machine *
machine_new(const char *mounts)
{
    Machine *machine = g_new0(Machine, 1);

    machine->directory = folder_new();
    machine_write(machine, "proc/self/mountinfo", mounts);
    machine_link(machine, "proc/self/ns/cgroup", MACHINE_CGROUP_NS);
    machine_link(machine, "proc/self/ns/pid", MACHINE_PID_NS);
    machine_link(machine, "proc/self/ns/time", "time:[4026531834]");
    machine_write(machine, "proc/meminfo",
                  "MemTotal:        1048576 kB\nMemFree:          524288 kB\n"
                  "MemAvailable:     786432 kB\nCached:           100000 kB\n"
                  "SwapTotal:             0 kB\nSwapFree:              0 kB\n");
    machine_write(
        machine, "proc/stat",
        "cpu  100 0 50 800 0 0 0 0 0 0\ncpu0 100 0 50 800 0 0 0 0 0 0\nbtime 1700000000\n");
    machine_write(machine, "proc/cpuinfo", "processor\t: 0\n\n");
    machine_write(machine, "cg/cgroup.controllers", "cpuset cpu io memory pids\n");
    machine_write(machine, "v1/cpu/cgroup.procs", "");
    machine_write(machine, "v1/cpuacct/cgroup.procs", "");
    machine_write(machine, "v1/cpuset/cgroup.procs", "");
    machine_write(machine, "v1/memory/cgroup.procs", "");
    return machine;
}

void
machine_boot(Machine *machine)
{
    tree_open(machine->directory, &machine->tree);
}

void
machine_free(Machine *machine)
{
    if (!machine)
        return;
    if (machine->tree.history)
        tree_close(&machine->tree);
    folder_remove(machine->directory);
    g_free(machine->directory);
    g_free(machine);
}

static void
process_link(const Machine *machine, pid_t pid, const char *name, const char *target)
{
    g_autofree char *path = g_strdup_printf("proc/%d/ns/%s", (int)pid, name);

    machine_link(machine, path, target);
}

static void
process_write(const Machine *machine, pid_t pid, const char *name, const char *text)
{
    g_autofree char *path = g_strdup_printf("proc/%d/%s", (int)pid, name);

    machine_write(machine, path, text);
}

void
machine_process(const Machine *machine, const MachineProcess *process)
{
    g_autofree char *status = NULL, *stat = NULL;
    pid_t pid = process->pid;

    status = g_strdup_printf("Name:\tapp\nPPid:\t%d\nNSpid:\t%d\t%u\n",
                             process->parent ? (int)process->parent : 1, (int)pid,
                             process->number ? process->number : (unsigned)pid);
    stat = g_strdup_printf("%d (a) p) S 1 1 1 0 -1 %u 0 0 0 0 0 0 0 0 20 0 1 0 %u 0 0\n", (int)pid,
                           process->flags, process->start * 100);
    process_write(machine, pid, "cgroup", process->cgroup);
    process_write(machine, pid, "status", status);
    process_write(machine, pid, "stat", stat);
    process_link(machine, pid, "pid", process->pid_ns ? process->pid_ns : MACHINE_PID_NS);
    process_link(machine, pid, "cgroup",
                 process->cgroup_ns ? process->cgroup_ns : MACHINE_CGROUP_NS);
    process_link(machine, pid, "time", "time:[4026531834]");
    if (process->inside)
        process_write(machine, pid, "cgroup.inside", process->inside);
}

static const char *
mount_of(const Machine *machine, const char *file)
{
    g_autofree char *v2 = g_build_filename(machine->directory, "cg", "cgroup.procs", NULL);

    if (g_file_test(v2, G_FILE_TEST_EXISTS))
        return "cg";
    if (g_str_has_prefix(file, "memory."))
        return "v1/memory";
    if (g_str_has_prefix(file, "cpuset."))
        return "v1/cpuset";
    return g_str_has_prefix(file, "cpuacct.") ? "v1/cpuacct" : "v1/cpu";
}

void
machine_set(const Machine *machine, const char *cgroup, const char *file, const char *text)
{
    g_autofree char *path = g_build_filename(mount_of(machine, file), cgroup, file, NULL);

    machine_write(machine, path, text);
}

void
machine_cgroup_v2(const Machine *machine, const char *path)
{
    static const struct {
        const char *file, *text;
    } files[] = {
        {"cgroup.procs", ""},
        {"memory.max", "max\n"},
        {"memory.high", "max\n"},
        {"memory.current", "0\n"},
        {"memory.swap.max", "max\n"},
        {"memory.swap.current", "0\n"},
        {"cpu.max", "max 100000\n"},
        {"cpuset.cpus.effective", "0\n"},
        {"memory.stat", "anon 0\nfile 0\nkernel 0\n"},
        {"cpu.stat", "usage_usec 0\nuser_usec 0\nsystem_usec 0\nthrottled_usec 0\n"},
    };

    machine_write(machine, "cg/cgroup.procs", "");
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        machine_set(machine, path, files[i].file, files[i].text);
}

void
machine_cgroup_v1(const Machine *machine, const char *path)
{
    static const char none[] = "9223372036854771712\n";
    static const struct {
        const char *file, *text;
    } files[] = {
        {"memory.limit_in_bytes", none},
        {"memory.usage_in_bytes", "0\n"},
        {"memory.memsw.limit_in_bytes", none},
        {"memory.memsw.usage_in_bytes", "0\n"},
        {"memory.kmem.usage_in_bytes", "0\n"},
        {"memory.use_hierarchy", "1\n"},
        {"memory.stat", "cache 1\ntotal_cache 0\ntotal_rss 0\ntotal_swap 0\n"},
        {"cpu.cfs_quota_us", "-1\n"},
        {"cpu.cfs_period_us", "100000\n"},
        {"cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n"},
        {"cpuset.effective_cpus", "0\n"},
        {"cpuacct.usage_percpu", "0 \n"},
        {"cpuacct.usage_all", "cpu user system\n0 0 0\n"},
    };
    static const char *const mounts[] = {"memory", "cpu", "cpuset", "cpuacct"};

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        machine_set(machine, path, files[i].file, files[i].text);
    for (size_t i = 0; i < G_N_ELEMENTS(mounts); i++) {
        g_autofree char *procs = g_build_filename("v1", mounts[i], path, "cgroup.procs", NULL);

        machine_write(machine, procs, "");
    }
}

static Machine *
pod(const char *mounts, void (*add)(const Machine *machine, const char *path))
{
    Machine *machine = machine_new(mounts);

    add(machine, "pod");
    add(machine, "pod/app");
    machine_boot(machine);
    return machine;
}

Machine *
machine_pod_v2(void)
{
    return pod(MACHINE_V2, machine_cgroup_v2);
}

Machine *
machine_pod_v1(void)
{
    return pod(MACHINE_V1, machine_cgroup_v1);
}
