/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever is found in the memory of the life before: what is taken for a record can be lived with,
 * and is the same when it is written and read again.  The first byte says whose it is. */

#include "common/number.h"
#include "fs/container_record.h"
#include "fs/counters_record.h"
#include "fs/cpu_record.h"
#include "fs/load_record.h"
#include "fs/registered_record.h"
#include "fs/text_record.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define NUMBER 7

static void
check_path(const char *path)
{
    g_assert(!path || (path[0] == '/' && !strstr(path, "/../") && !g_str_has_suffix(path, "/..")));
}

static void
check_paths(const CgroupPaths *paths)
{
    check_path(paths->unified);
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        check_path(paths->v1[i]);
}

static void
check_container(const void *data, size_t len)
{
    g_autoptr(Container) container = container_record_read(NUMBER, data, len), again = NULL;
    g_auto(RecordWriter) writer = {.more = NULL};

    if (!container)
        return;
    check_paths(&container->paths);
    container_record_write(container, &writer);
    data = record_bytes(&writer, &len);
    again = container_record_read(NUMBER, data, len);
    g_assert(again && again->id == container->id);
}

static void
check_registered(const void *data, size_t len)
{
    RegisteredContainer of;
    g_autoptr(Registered) registered = registered_record_read(NUMBER, data, len, &of), again = NULL;
    g_auto(RecordWriter) writer = {.more = NULL};

    if (!registered)
        return;
    check_paths(&registered->paths);
    g_assert(registry_name_is_valid(registered->name));
    registered_record_write(registered, &writer);
    data = record_bytes(&writer, &len);
    again = registered_record_read(NUMBER, data, len, &of);
    g_assert(again && strcmp(again->name, registered->name) == 0);
}

/* No counter of it goes back. */
static void
check_cpu(const void *data, size_t len)
{
    g_auto(CpuView) view = {0}, again = {0};
    g_auto(RecordWriter) writer = {.more = NULL};
    CpuUsage per_cpu[2] = {{1, 1, 2}, {5, 5, 10}};
    CgroupCpu now = {
        .quota = CGROUP_NO_LIMIT, .user = 6, .system = 6, .per_cpu = per_cpu, .n_per_cpu = 2};
    CpuTimes before;
    CpuSet shown;

    if (!cpu_record_read(data, len, &view))
        return;
    cpu_record_write(&view, &writer);
    data = record_bytes(&writer, &len);
    g_assert(cpu_record_read(data, len, &again) && again.n_seen == view.n_seen);
    cpuset_add(&now.cpus, 1);
    shown = now.cpus;
    before = view.cpus[0];
    cpu_view_advance(&view, &now, &shown, number_add(view.elapsed, 1000));
    g_assert(view.cpus[0].user >= before.user && view.cpus[0].idle >= before.idle);
}

static void
check_counters(const void *data, size_t len)
{
    CountersRecord record, again;
    g_autofree CounterView *views = counters_record_read(data, len, &record), *same = NULL;
    g_auto(RecordWriter) writer = {.more = NULL};

    if (!views)
        return;
    counters_record_write(&record, views, &writer);
    data = record_bytes(&writer, &len);
    same = counters_record_read(data, len, &again);
    g_assert(same && again.n == record.n);
    for (unsigned i = 0; i < record.n; i++) {
        counter_view_advance(&views[i], 1);
        g_assert(views[i].shown >= same[i].shown);
    }
}

static void
check_load(const void *data, size_t len)
{
    g_autoptr(Load) load = load_record_read(NUMBER, data, len), again = NULL;
    g_auto(RecordWriter) writer = {.more = NULL};

    if (!load)
        return;
    check_paths(&load->container);
    load_record_write(load, &writer);
    data = record_bytes(&writer, &len);
    again = load_record_read(NUMBER, data, len);
    g_assert(again && again->due == load->due);
    load_view_advance(&load->view, 1 + load->due);
}

static void
check_text(const void *data, size_t len)
{
    g_auto(RecordWriter) writer = {.more = NULL};
    TextRecord record, again;

    if (!text_record_read(data, len, &record))
        return;
    g_assert(record.key.container != 0 && proc_file_number(record.key.file) < proc_files_n);
    text_record_write(&record, &writer);
    data = record_bytes(&writer, &len);
    g_assert(text_record_read(data, len, &again));
    g_assert(g_bytes_equal(again.text.bytes, record.text.bytes));
    text_clear(&record.text);
    text_clear(&again.text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const checks[])(const void *, size_t) = {
        check_container, check_registered, check_cpu, check_counters, check_load, check_text};
    g_autofree uint8_t *aligned = NULL;

    if (size == 0)
        return 0;
    aligned = g_memdup2(data + 1, size - 1);
    checks[data[0] % G_N_ELEMENTS(checks)](aligned, size - 1);
    return 0;
}
