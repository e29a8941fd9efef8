/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What holds for the texts of meminfo, swaps, vmstat and diskstats of one container at one instant,
 * whatever its cgroups say, on 100,000 of them (fixed seed). */

#include "common/lines.h"
#include "common/number.h"
#include "tests/unit/pure/random.h"
#include "tests/unit/pure/rendering.h"

#define N_SNAPSHOTS 100000
#define PAGE 4096u
#define DISKS_MAX 4

static const char meminfo[] = "MemTotal: 9 kB\nMemFree: 9 kB\nMemAvailable: 9 kB\nCached: 9 kB\n"
                              "SwapCached: 9 kB\nSwapTotal: 9 kB\nSwapFree: 9 kB\nAnonPages: 9 kB\n"
                              "Mapped: 9 kB\nShmem: 9 kB\nVmallocUsed: 9 kB\nHugePages_Total: 9\n"
                              "HugePages_Free: 9\nHugePages_Rsvd: 9\nHugePages_Surp: 9\n"
                              "Hugetlb: 9 kB\nof_a_newer_kernel: 9 kB\n";
static const char vmstat[] = "nr_free_pages 9\nnr_anon_pages 9\nnr_mapped 9\nnr_file_pages 9\n"
                             "nr_shmem 9\nnr_hugetlb 9\npgpgin 9\npgfault 9\nof_a_newer_kernel 9\n";
static const char swaps[] = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
static const char diskstats[] = "   7       0 loop0 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9\n"
                                " 254       0 vd a 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9\n"
                                " 254      16 \xc3\xa9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9\n";

/* What is missing in a text of the kernel is 0 here: any number may be missing. */
static void
random_snapshot(GRand *rand, Snapshot *ret, CgroupDisk *disks)
{
    CgroupMemory *memory = &ret->memory;
    size_t stats = (sizeof *memory - offsetof(CgroupMemory, swap_limit)) / sizeof(uint64_t);

    *ret = (Snapshot){.meminfo = host_text(meminfo),
                      .vmstat = host_text(vmstat),
                      .swaps = host_text(swaps),
                      .diskstats = host_text(diskstats),
                      .page_size = PAGE};
    random_numbers(rand, (uint64_t *)(void *)&ret->host_memory,
                   sizeof(HostMemory) / sizeof(uint64_t));
    memory->swap_known = g_rand_boolean(rand);
    random_numbers(rand, &memory->limit, 3);
    random_numbers(rand, &memory->swap_limit, stats);
    ret->hugetlb = (CgroupHugetlb){random_number(rand), random_number(rand), g_rand_boolean(rand),
                                   random_number(rand)};
    random_numbers(rand, (uint64_t *)(void *)&ret->events.counts, CGROUP_EVENTS_N);
    ret->io = (CgroupIo){.disks = disks, .n = (unsigned)g_rand_int_range(rand, 0, DISKS_MAX)};
    for (unsigned i = 0; i < ret->io.n; i++) {
        disks[i] = (CgroupDisk){.major = i ? 254 : 7, .minor = i > 1 ? 16 * i - 32 : 16};
        random_numbers(rand, &disks[i].read_bytes, CGROUP_DISK_COUNTERS);
    }
}

static GString *
text_of(void (*render)(const View *view, GString *out), const View *view)
{
    GString *text = g_string_new(NULL);

    render(view, text);
    assert_true(text->len == 0 || text->str[text->len - 1] == '\n');
    assert_null(memchr(text->str, '-', text->len)); /* no number is negative */
    return text;
}

/* The number behind @key. */
static uint64_t
get(const GString *text, const char *key)
{
    LineIter lines = lines_of(text->str, text->len);
    Span line, word;
    uint64_t number = 0;

    while (lines_next(&lines, &line))
        if (span_next_word(&line, &word) && span_equals(word, key)) {
            assert_true(span_next_word(&line, &word) && span_number(word, &number, NULL));
            return number;
        }
    fail_msg("no %s", key);
    return 0;
}

static void
swaps_agree_with_meminfo(const View *view, const GString *memory)
{
    g_autoptr(GString) text = text_of(swaps_render, view);
    uint64_t total = get(memory, "SwapTotal:"), size = 0, used = 0;
    LineIter lines = lines_of(text->str, text->len);
    Span line, word;

    assert_true(lines_next(&lines, &line) && line.len == strlen(swaps) - 1);
    if (lines_next(&lines, &line)) {
        assert_true(span_next_word(&line, &word) && span_next_word(&line, &word));
        assert_true(span_next_word(&line, &word) && span_number(word, &size, NULL));
        assert_true(span_next_word(&line, &word) && span_number(word, &used, NULL));
        assert_true(span_next_word(&line, &word) && span_equals(word, "0"));
    }
    assert_false(lines_next(&lines, &line));
    assert_true(size == total && used == total - get(memory, "SwapFree:"));
}

/* A page or less is lost to rounding in either file. */
static bool
nearly(uint64_t pages, uint64_t kib)
{
    return pages <= kib / (PAGE / KIB) && kib - pages * (PAGE / KIB) < 2 * (PAGE / KIB);
}

static void
vmstat_agrees_with_meminfo(const View *view, const GString *memory)
{
    g_autoptr(GString) text = text_of(vmstat_render, view);
    const Snapshot *snapshot = view->snapshot;

    assert_true(nearly(get(text, "nr_free_pages"), get(memory, "MemFree:")));
    assert_true(nearly(get(text, "nr_anon_pages"), get(memory, "AnonPages:")));
    assert_true(nearly(get(text, "nr_mapped"), get(memory, "Mapped:")));
    assert_true(nearly(get(text, "nr_shmem"), get(memory, "Shmem:")));
    assert_true(get(text, "nr_file_pages") >=
                (get(memory, "Cached:") + get(memory, "SwapCached:")) / (PAGE / KIB));
    assert_true(get(text, "pgfault") == snapshot->events.counts.pgfault);
    assert_true(get(text, "pgpgin") == view->disks.read / KIB);
    assert_int_equal(get(text, "of_a_newer_kernel"), 0);
}

static void
huge_pages_fit(const View *view, const GString *memory)
{
    const HostMemory *host = &view->snapshot->host_memory;
    uint64_t total = get(memory, "HugePages_Total:"), free = get(memory, "HugePages_Free:");

    assert_true(total <= host->huge_total && free <= total);
    assert_true(get(memory, "HugePages_Rsvd:") <= free);
    assert_int_equal(get(memory, "HugePages_Surp:"), 0);
    assert_true(get(memory, "Hugetlb:") == number_mul(total, host->huge_size) / KIB);
    assert_int_equal(get(memory, "of_a_newer_kernel:"), 0);
}

static void
disks_are_lines_of_the_kernels(const View *view)
{
    g_autoptr(GString) text = text_of(diskstats_render, view);
    LineIter lines = lines_of(text->str, text->len);
    unsigned n = 0, words;
    Span line, word;

    while (lines_next(&lines, &line)) {
        bool blank_in_name = memmem(line.text, line.len, "vd a", 4) != NULL;

        for (words = 0; span_next_word(&line, &word); words++)
            ;
        assert_int_equal(words, 20 + blank_in_name);
        n++;
    }
    assert_true(n <= view->snapshot->io.n);
}

static void
no_numbers_break_an_invariant(void **state)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(22);
    CgroupDisk disks[DISKS_MAX];

    (void)state;
    for (int i = 0; i < N_SNAPSHOTS; i++) {
        Snapshot snapshot;
        View view = {.snapshot = &snapshot};
        g_autoptr(GString) memory = NULL;

        random_snapshot(rand, &snapshot, disks);
        view.disks = disk_view_total(&snapshot.diskstats, &snapshot.io);
        memory = text_of(meminfo_render, &view);
        swaps_agree_with_meminfo(&view, memory);
        vmstat_agrees_with_meminfo(&view, memory);
        huge_pages_fit(&view, memory);
        disks_are_lines_of_the_kernels(&view);
    }
}

/* "key number" lines of all kinds, also such that no kernel has. */
static void
no_pressure_or_slab_text_is_changed(void **state)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(23);

    (void)state;
    for (int i = 0; i < N_SNAPSHOTS; i++) {
        char text[64];
        size_t len = (size_t)g_rand_int_range(rand, 0, sizeof text);
        Snapshot snapshot = {.pressure = {text, len}, .slabinfo = {text, len}};
        View view = {.snapshot = &snapshot};
        g_autoptr(GString) out = g_string_new(NULL);

        for (size_t j = 0; j < len; j++)
            text[j] = (char)g_rand_int_range(rand, 0, 256);
        pressure_render(&view, out);
        assert_true(out->len == len && memcmp(out->str, text, len) == 0);
        snapshot.host_pressure = snapshot.pressure;
        snapshot.pressure = (HostText){0};
        pressure_render(&view, out); /* whatever the host says, it ends */
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_numbers_break_an_invariant),
        cmocka_unit_test(no_pressure_or_slab_text_is_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
