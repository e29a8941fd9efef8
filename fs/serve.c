/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/serve.h"

#include "common/error.h"
#include "common/io.h"
#include "fs/failure.h"
#include "fs/longest.h"
#include "fs/metrics.h"
#include "fs/proc/zero.h"
#include "fs/serve_names.h"

#include <sys/personality.h>

#define TEXT_FIRST 4096 /* bytes; most texts fit */

/* A shell on the host sees what the host sees, to the byte. */
static bool
serve_host(const Server *server, const ProcName *name, Text *ret, GError **error)
{
    size_t len;
    g_autofree char *path = proc_path(name->file->path, &name->numbers);
    char *text = io_read_at(server->sources.root_fd, path, &len, error);

    if (!text)
        return false;
    *ret = (Text){.bytes = g_bytes_new_take(text, len)};
    return true;
}

/* What is decided about the asker's container; about one on the host, and about nobody, the general
 * policy. */
static const Policy *
policy_of(const Server *server, const Asker *asker)
{
    return policies_find(server->policies,
                         asker && asker->container ? &asker->container->paths : NULL);
}

CpuPolicy
serve_cpu_policy(const Server *server, const Asker *asker)
{
    return policy_cpus(policy_of(server, asker), server->cpu_policy);
}

/* What the kernel counts for the container may go back; what it is shown does not. */
static void
keep_io(Counters *counters, Snapshot *snapshot, View *view)
{
    CountersKey key = {.id = snapshot->io.id, .kind = COUNTERS_DISKS_TOTAL};

    view->disks = disk_view_total(&snapshot->diskstats, &snapshot->io);
    counters_advance(counters, &key, snapshot->now, &view->disks.read, DISK_TOTAL_COUNTERS);
    key.kind = COUNTERS_DISK;
    for (unsigned i = 0; i < snapshot->io.n; i++) {
        CgroupDisk *disk = &snapshot->io.disks[i];

        key.device = (uint64_t)disk->major << 32 | disk->minor;
        counters_advance(counters, &key, snapshot->now, &disk->read_bytes, CGROUP_DISK_COUNTERS);
    }
}

static void
keep_events(Counters *counters, Snapshot *snapshot)
{
    const CountersKey key = {.id = snapshot->events.id, .kind = COUNTERS_EVENTS};

    counters_advance(counters, &key, snapshot->now, (uint64_t *)&snapshot->events.counts,
                     CGROUP_EVENTS_N);
}

/* Of the kernel's CPU or node that stands behind the reader's. */
static bool
take_own_text(const Server *server, const ProcName *name, const View *view, Snapshot *snapshot,
              GError **error)
{
    g_autofree char *path =
        serve_kernel_path(name->file->path, &name->numbers, &view->cpus, snapshot, error);

    return path && (!(name->file->needs & NEED_OWN_TEXT) ||
                    snapshot_take_own_text(&server->sources, path, snapshot, error));
}

/* One making of a text. */
typedef struct {
    const ProcName *name;
    const Asker *asker;
    TextsKey key;
    FileMode mode;
    uint64_t now;
} Making;

/* What @needs asks for, of CPUs what another file of the container has found in this tick. */
static bool
take_with_shared(const Server *server, const Making *making, unsigned needs, Snapshot *ret,
                 bool *ret_shared, GError **error)
{
    const unsigned of_cpus = NEED_CPUS | NEED_CPU_TIME;
    uint64_t tick = tick_enter(server->sources.tick, making->now);
    CpuFound found = {0};

    *ret_shared = shared_cpus_get(containers_cpus(server->containers),
                                  making->asker->container->number, tick, needs, &found);
    if (*ret_shared)
        needs = (needs & ~of_cpus) | NEED_HOST_CPU;
    if (!snapshot_take(&server->sources, &making->asker->reader, needs, making->now, ret, error)) {
        cgroup_cpu_clear(&found.cpu);
        return false;
    }
    if (*ret_shared) {
        ret->now = found.now; /* CPU times and the time they were taken at belong together */
        ret->born = found.born;
        ret->cpu = found.cpu;
    }
    return true;
}

static bool
take_snapshot(const Server *server, const Making *making, View *view, Snapshot *snapshot,
              GError **error)
{
    Container *container = making->asker->container;
    unsigned needs = making->name->file->needs;
    bool is_shared;

    if (!take_with_shared(server, making, needs, snapshot, &is_shared, error))
        return false;
    snapshot->boottime_offset = making->key.boottime_offset;
    if ((needs & (NEED_THREADS | NEED_LOAD)) &&
        !loads_read(server->loads, &making->asker->reader, needs, making->now, &view->load, error))
        return false;
    if (needs & (NEED_CPUS | NEED_CPU_TIME))
        view->cpus = cpu_view_shown(&snapshot->cpu, serve_cpu_policy(server, making->asker));
    /* What was read by paths may be another's by now. */
    if (!take_own_text(server, making->name, view, snapshot, error) ||
        !container_is_there_in(server->sources.layout, container, snapshot->tick, error))
        return false;
    if (!is_shared)
        shared_cpus_put(containers_cpus(server->containers), container->number, needs, snapshot);
    return true;
}

static size_t
longest_text(const Server *server, Container *container, const ProcFile *file, const View *view)
{
    unsigned number = proc_file_number(file);
    size_t known;

    if (!file->longest)
        return 0;
    g_assert(number < CONTAINER_FILES);
    known = longest_known(&container->longest[number]);
    if (known == 0) {
        known = longest_settle(&container->longest[number], file->longest(view));
        containers_told(server->containers, container);
    }
    return known;
}

static bool
make_text(const Server *server, const Making *making, Text *ret, GError **error)
{
    const ProcFile *file = making->name->file;
    g_auto(Snapshot) snapshot = {0};
    View view = {.snapshot = &snapshot, .number = making->name->numbers.of[0]};
    g_autoptr(GString) out = NULL;

    if (!take_snapshot(server, making, &view, &snapshot, error))
        return false;
    if (file->needs & NEED_IO)
        keep_io(history_counters(server->history), &snapshot, &view);
    if (file->needs & NEED_EVENTS)
        keep_events(history_counters(server->history), &snapshot);
    if (file->needs & NEED_CPU_TIME)
        history_advance(server->history, &snapshot, &view.cpus, &view.cpu);
    out = g_string_sized_new(TEXT_FIRST);
    file->render(&view, out);
    cpu_view_clear(&view.cpu);
    if (making->mode == FILE_ZERO)
        zero_text(file->path, out, 0);
    ret->longest = longest_text(server, making->asker->container, file, &view);
    ret->bytes = g_bytes_new(out->str, out->len); /* it is kept: without the room that was left */
    return true;
}

/* The kernel writes cpuinfo for the personality of the thread that reads: for a 32-bit reader this
 * thread becomes one.  Such a text is his alone. */
static bool
make_linux32_text(const Server *server, const Making *making, Text *ret, GError **error)
{
    int before = personality(PER_LINUX32);
    bool ok = make_text(server, making, ret, error);

    if (before >= 0)
        (void)personality((unsigned long)before); /* it was ours a moment ago */
    return ok;
}

/* The text of this @tick, if it is there. */
static bool
has_shared(const Server *server, const Making *making, uint64_t tick, Text *ret)
{
    if (!texts_get(server->texts, &making->key, making->now, ret))
        return false;
    if (ret->tick == tick)
        return true;
    text_clear(ret);
    return false;
}

static bool
make_shared(const Server *server, const Making *making, uint64_t tick, Text *ret, GError **error)
{
    const Attempt attempt = {server->texts, &making->key, making->now};
    GError *problem = NULL;

    (void)__atomic_add_fetch(&making->asker->container->snapshots, 1, __ATOMIC_RELAXED);
    metrics_count(METRIC_SNAPSHOTS);
    ret->tick = tick; /* of before the numbers are read: it lasts no longer */
    if (!make_text(server, making, ret, &problem))
        return failure_forgive(&attempt, problem, ret, error);
    if (server->texts)
        texts_put(server->texts, &making->key, making->now, ret);
    return true;
}

static bool
share_text(const Server *server, const Making *making, Text *ret, GError **error)
{
    uint64_t tick = tick_enter(server->sources.tick, making->now);
    bool is_maker, ok;

    if (tick == 0)
        return make_shared(server, making, tick, ret, error);
    if (has_shared(server, making, tick, ret))
        return true;
    is_maker = texts_make(server->texts, &making->key);
    ok = has_shared(server, making, tick, ret) || make_shared(server, making, tick, ret, error);
    if (is_maker)
        texts_made(server->texts, &making->key);
    return ok;
}

/* In this tick it is everybody's, so that a page may have it. */
static bool
recall(const Server *server, const Making *making, Text *ret, GError **error)
{
    uint64_t age;

    if (!texts_recall(server->texts, &making->key, making->now, ret, &age)) {
        g_set_error(error, READ_ERROR, READ_ERROR_LATER, "no text of %s is left",
                    making->name->file->path);
        return false;
    }
    ret->tick = tick_enter(server->sources.tick, making->now);
    metrics_recalled(age);
    return true;
}

static bool
serve_container(const Server *server, const Making *making, Asker *asker, Text *ret, GError **error)
{
    const ProcFile *file = making->name->file;

    (void)__atomic_add_fetch(&asker->container->reads, 1, __ATOMIC_RELAXED);
    switch (making->mode) {
    case FILE_HOST:
        metrics_count(METRIC_SERVED_HOST);
        return serve_host(server, making->name, ret, error);
    case FILE_HIDE: /* it was opened by somebody for whom it is there */
        g_set_error(error, READ_ERROR, READ_ERROR_GONE, "%s is hidden from its reader", file->path);
        return false;
    case FILE_ZERO:
        metrics_count(METRIC_SERVED_ZERO);
        break;
    default:
        break;
    }
    if (server->is_safe) /* to all alike: what a 32-bit personality would be told is not kept */
        return recall(server, making, ret, error);
    if ((file->needs & NEED_CPUINFO) && asker_is_linux32(asker))
        return make_linux32_text(server, making, ret, error);
    return share_text(server, making, ret, error);
}

bool
serve_text(const Server *server, const ProcName *name, Asker *asker, uint64_t now, Text *ret,
           GError **error)
{
    Making making = {
        .name = name,
        .asker = asker,
        .mode = policy_file(policy_of(server, asker), name->file),
        .now = now,
    };

    *ret = (Text){0};
    if (!asker->container)
        return serve_host(server, name, ret, error);
    making.key = (TextsKey){
        .container = asker->container->number, .file = name->file, .numbers = name->numbers};
    return (!(name->file->needs & NEED_CPU_TIME) ||
            asker_boottime_offset(server->sources.readers, asker, &making.key.boottime_offset,
                                  error)) &&
           serve_container(server, &making, asker, ret, error);
}

bool
serve_hides(const Server *server, const ProcFile *file, const Asker *asker)
{
    return policies_may_hide(server->policies, file) && /* the usual case costs nothing */
           policy_file(policy_of(server, asker), file) == FILE_HIDE;
}
