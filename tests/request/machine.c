/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/request/machine.h"

#include "common/fd.h"
#include "tests/unit/folder.h"

#include <fcntl.h>
#include <unistd.h>

static uint64_t machine_clock = MACHINE_NOW;

uint64_t
machine_now(void)
{
    return machine_clock;
}

void
machine_set_now(uint64_t now)
{
    machine_clock = now;
}

void
machine_write(const Machine *machine, const char *path, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    folder_write(machine->path, path, text);
}

static void
link_to(const Machine *machine, const char *path, const char *target)
{
    g_autofree char *full = folder_inside(machine->path, path);

    g_assert(symlink(target, full) == 0);
}

void
machine_remove(const Machine *machine, const char *path)
{
    g_autofree char *full = g_build_filename(machine->path, path, NULL);

    folder_remove(full);
}

static void
add_namespaces(const Machine *machine, const char *process)
{
    static const char *const names[] = {"pid", "cgroup", "time", "user"};

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_strdup_printf("proc/%s/ns/%s", process, names[i]);
        g_autofree char *target = g_strdup_printf("%s:[402653183%u]", names[i], 4 + i);

        link_to(machine, path, target);
    }
}

void
machine_set_namespace(const Machine *machine, int pid, const char *type, unsigned number)
{
    g_autofree char *path = g_strdup_printf("proc/%d/ns/%s", pid, type);
    g_autofree char *target = g_strdup_printf("%s:[%u]", type, number);

    machine_remove(machine, path);
    link_to(machine, path, target);
}

void
machine_add_process(const Machine *machine, int pid, const char *cgroup)
{
    g_autofree char *process = g_strdup_printf("%d", pid);
    g_autofree char *dir = g_strdup_printf("proc/%d/", pid);
    g_autofree char *path = g_strconcat(dir, "cgroup", NULL);
    g_autofree char *status = g_strconcat(dir, "status", NULL);
    g_autofree char *stat = g_strconcat(dir, "stat", NULL);

    machine_write(machine, path, "0::%s\n", cgroup);
    machine_write(machine, status, "Name:\tsh\nPPid:\t1\nNSpid:\t%d\n", pid);
    machine_write(machine, stat,
                  "%d (sh) S 1 1 1 0 -1 4194304 1 0 0 0 1 1 0 0 20 0 1 0 400000 0 0\n", pid);
    add_namespaces(machine, process);
}

static void
add_container(const Machine *machine, const char *name, unsigned mib)
{
    g_autofree char *dir = g_strconcat("sys/fs/cgroup/", name, "/", NULL);
    const struct {
        const char *file, *text;
    } files[] = {
        {"memory.current", "1048576\n"},
        {"memory.high", "max\n"},
        {"memory.swap.max", "0\n"},
        {"memory.swap.current", "0\n"},
        {"memory.stat", "anon 524288\nfile 262144\ninactive_file 262144\n"},
        {"cpu.max", "100000 100000\n"},
        {"cpu.stat", "usage_usec 3000000\nuser_usec 2000000\nsystem_usec 1000000\n"
                     "nr_periods 1\nnr_throttled 0\nthrottled_usec 0\n"},
        {"cpuset.cpus.effective", "0-1\n"},
        {"cgroup.controllers", "cpuset cpu memory\n"},
        {"cgroup.procs", ""},
    };
    g_autofree char *limit = g_strconcat(dir, "memory.max", NULL);

    for (unsigned i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_strconcat(dir, files[i].file, NULL);

        machine_write(machine, path, "%s", files[i].text);
    }
    machine_write(machine, limit, "%u\n", mib << 20);
}

static void
add_kernel(const Machine *machine)
{
    machine_write(machine, "proc/self/mountinfo",
                  "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    add_namespaces(machine, "self");
    machine_write(machine, "sys/fs/cgroup/cgroup.controllers", "cpuset cpu memory\n");
    machine_write(machine, "sys/fs/cgroup/cpuset.cpus.effective", "0-1\n");
    machine_write(machine, "proc/meminfo",
                  "MemTotal:        8388608 kB\nMemFree:         4194304 kB\n"
                  "MemAvailable:    6291456 kB\nBuffers:               0 kB\n"
                  "Cached:          1048576 kB\nSwapCached:            0 kB\n"
                  "AnonPages:        524288 kB\nShmem:                 0 kB\n"
                  "SwapTotal:             0 kB\nSwapFree:              0 kB\n"
                  "SReclaimable:          0 kB\nSUnreclaim:            0 kB\n");
    machine_write(machine, "proc/stat",
                  "cpu  20 0 20 200 0 0 0 0 0 0\ncpu0 10 0 10 100 0 0 0 0 0 0\n"
                  "cpu1 10 0 10 100 0 0 0 0 0 0\nintr 0\nctxt 7\nbtime 1700000000\n"
                  "processes 9\nprocs_running 1\nprocs_blocked 0\nsoftirq 0\n");
    machine_write(machine, "proc/uptime", "5000.00 9000.00\n");
    machine_write(machine, "proc/cpuinfo",
                  "processor\t: 0\nmodel name\t: A\n\nprocessor\t: 1\nmodel name\t: A\n\n");
    machine_write(machine, "sys/devices/system/cpu/online", "0-1\n");
}

Machine *
machine_new(void)
{
    Machine *machine = g_new0(Machine, 1);
    ReadersConfig config = {.layout = &machine->layout};

    machine_set_now(MACHINE_NOW);
    machine->path = folder_new();
    add_kernel(machine);
    add_container(machine, "a", 256);
    add_container(machine, "b", 512);
    machine_add_process(machine, PID_HOST, "/");
    machine_add_process(machine, PID_A, "/a");
    machine_add_process(machine, PID_A2, "/a");
    machine_add_process(machine, PID_B, "/b");
    config.root_fd = open(machine->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    g_assert(cgroup_layout_read(config.root_fd, &machine->layout, NULL));
    machine->readers = readers_new(&config, NULL);
    g_assert(machine->readers);
    machine->containers = containers_new(&machine->layout, 16, 0);
    machine->registry = registry_new(&machine->layout, machine->containers, 16, 0);
    machine->askers = askers_new(&(AskersConfig){machine->readers, machine->containers, NULL});
    machine->history = history_new(16);
    machine->server = (Server){
        .sources = {config.root_fd, &machine->layout, machine->readers, NULL},
        .askers = machine->askers,
        .containers = machine->containers,
        .registry = machine->registry,
        .history = machine->history,
    };
    machine->loads = loads_new(&machine->server.sources, 16);
    machine->server.loads = machine->loads;
    return machine;
}

void
machine_keep_texts(Machine *machine)
{
    machine->texts = texts_new(64, 1 << 20);
    machine->server.texts = machine->texts;
}

void
machine_share(Machine *machine)
{
    machine_keep_texts(machine);
    machine->tick.length = TICK_USEC;
    machine->server.sources.tick = &machine->tick;
    askers_free(machine->askers);
    machine->askers =
        askers_new(&(AskersConfig){machine->readers, machine->containers, &machine->tick});
    machine->server.askers = machine->askers;
}

void
machine_free(Machine *machine)
{
    machine_remove(machine, "");
    texts_free(machine->texts);
    loads_free(machine->loads);
    history_free(machine->history);
    askers_free(machine->askers);
    registry_free(machine->registry);
    containers_free(machine->containers);
    readers_free(machine->readers);
    cgroup_layout_clear(&machine->layout);
    fd_clear(&machine->server.sources.root_fd);
    g_free(machine->path);
    g_free(machine);
}
