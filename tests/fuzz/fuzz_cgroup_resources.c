/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever io.stat, blkio.*, memory.stat and diskstats say, reading them ends, no device comes
 * twice, and what is shown of them are lines. */

#include "fs/proc/files.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/file_of.h"

static void
fuzz_disks(const HostText *text, bool (*parse)(const HostText *, GArray *, GError **))
{
    g_autoptr(GArray) disks = g_array_new(FALSE, FALSE, sizeof(CgroupDisk));
    g_autoptr(GString) out = g_string_new(NULL);
    Snapshot snapshot = {.diskstats = *text};

    (void)parse(text, disks, NULL);
    for (guint i = 1; i < disks->len; i++) {
        const CgroupDisk *a = &g_array_index(disks, CgroupDisk, i - 1), *b = a + 1;

        g_assert(a->major != b->major || a->minor != b->minor);
    }
    snapshot.io = (CgroupIo){.disks = (CgroupDisk *)(void *)disks->data, .n = disks->len};
    diskstats_render(&(View){.snapshot = &snapshot}, out);
    g_assert(out->len == 0 || out->str[out->len - 1] == '\n');
    (void)disk_view_total(text, &snapshot.io);
}

/* The same text as every file of the host: what is rendered of it has as many lines. */
static void
fuzz_renderers(const HostText *text)
{
    static const char *const paths[] = {"proc/vmstat", "proc/swaps", "proc/pressure/cpu",
                                        "proc/slabinfo"};
    Snapshot snapshot = {
        .vmstat = *text, .swaps = *text, .host_pressure = *text, .page_size = 4096};

    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GString) out = g_string_new(NULL);

        file_of(paths[i])->render(&(View){.snapshot = &snapshot}, out);
        g_assert(out->len == 0 || out->str[out->len - 1] == '\n');
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    HostText text = {(char *)data, size}; /* the parsers take it as const */
    CgroupEventCounts counts = {0};

    fuzz_disks(&text, cgroup_v2_io_stat_parse);
    fuzz_disks(&text, cgroup_v1_io_bytes_parse);
    fuzz_disks(&text, cgroup_v1_io_requests_parse);
    (void)cgroup_v1_events_parse(&text, &counts, NULL);
    (void)cgroup_v2_events_parse(&text, &counts, NULL);
    (void)cgroup_oom_kill_parse(&text, &counts, NULL);
    fuzz_renderers(&text);
    return 0;
}
