/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever the kernel's own texts are, every file can be written, and it is not much longer than
 * the text it follows.  The first byte says which file, the rest is the text. */

#include "fs/proc/files.h"
#include "tests/fuzz/fuzz.h"

#define ADDED_MAX 512 /* what a renderer may add for a CPU, a disk or a line */

static Snapshot
machine_of(char *text, size_t len)
{
    const HostText own = {text, len};

    return (Snapshot){.now = 100000000,
                      .meminfo = own,
                      .stat = own,
                      .cpuinfo = own,
                      .own_text = own,
                      .swaps = own,
                      .diskstats = own,
                      .vmstat = own,
                      .slabinfo = own,
                      .pressure = own,
                      .host_pressure = own,
                      .page_size = 4096,
                      .host_memory = {.total = 1 << 30, .free = 1 << 29, .available = 1 << 29},
                      .memory = {.limit = 1 << 28, .usage = 1 << 27, .room = 1 << 27},
                      .cpu = {.quota = CGROUP_NO_LIMIT, .cpus = {{6}}}};
}

static size_t
count_lines(const uint8_t *data, size_t size)
{
    size_t n = 1;

    for (size_t i = 0; i < size; i++)
        n += data[i] == '\n';
    return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const ProcFile *file = &proc_files[size > 0 ? data[0] % proc_files_n : 0];
    Snapshot snapshot;
    View view = {.snapshot = &snapshot};

    if (size == 0 || !g_str_has_prefix(file->path, "proc/"))
        return 0;
    snapshot = machine_of((char *)data + 1, size - 1); /* renderers only read it */
    view.cpus = cpu_view_shown(&snapshot.cpu, CPU_POLICY_CEIL);
    cpu_view_advance(&view.cpu, &snapshot.cpu, &view.cpus, snapshot.now);
    file->render(&view, out);
    g_assert(out->len <= 3 * size + ADDED_MAX * (count_lines(data, size) + 4));
    cpu_view_clear(&view.cpu);
    return 0;
}
