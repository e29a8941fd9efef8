/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/serve.h"

#include "common/error.h"
#include "common/io.h"
#include "fs/failure.h"
#include "fs/metrics.h"
#include "fs/proc/zero.h"
#include "fs/serve_names.h"

#include <sys/personality.h>

#define NO_READER ((Reader){.pid_dir = -1, .init_dir = -1})

/* A shell on the host sees what the host sees, to the byte. */
static bool
serve_host(const Server *server, const ProcName *name, GString *out, GError **error)
{
    size_t len;
    g_autofree char *path = proc_path(name->file->path, &name->numbers);
    g_autofree char *text = io_read_at(server->sources.root_fd, path, &len, error);

    if (!text)
        return false;
    g_string_append_len(out, text, (gssize)len);
    return true;
}

/* What is decided about the reader's container; about a reader on the host, the general policy. */
static const Policy *
policy_of(const Server *server, const Reader *reader)
{
    return policies_find(server->policies, reader->is_host ? NULL : &reader->container);
}

CpuPolicy
serve_cpu_policy(const Server *server, const Reader *reader)
{
    return policy_cpus(policy_of(server, reader), server->cpu_policy);
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

static bool
make_text(const Server *server, const ProcName *name, const Reader *reader, uint64_t now,
          GString *out, GError **error)
{
    const ProcFile *file = name->file;
    g_auto(Snapshot) snapshot = {0};
    View view = {.snapshot = &snapshot, .number = name->numbers.of[0]};

    if (!snapshot_take(&server->sources, reader, file->needs, now, &snapshot, error))
        return false;
    if ((file->needs & (NEED_THREADS | NEED_LOAD)) &&
        !loads_read(server->loads, reader, file->needs, now, &view.load, error))
        return false;
    if (file->needs & NEED_IO)
        keep_io(history_counters(server->history), &snapshot, &view);
    if (file->needs & NEED_EVENTS)
        keep_events(history_counters(server->history), &snapshot);
    if (file->needs & (NEED_CPUS | NEED_CPU_TIME))
        view.cpus = cpu_view_shown(&snapshot.cpu, serve_cpu_policy(server, reader));
    if (!take_own_text(server, name, &view, &snapshot, error))
        return false;
    if (file->needs & NEED_CPU_TIME)
        history_advance(server->history, &snapshot, &view.cpus, &view.cpu);
    file->render(&view, out);
    cpu_view_clear(&view.cpu);
    return true;
}

static bool
serve_container(const Server *server, const ProcName *name, const Reader *reader, uint64_t now,
                GString *out, GError **error)
{
    const ProcFile *file = name->file;
    /* Of the many files of a row none is kept: they would crowd out the rest. */
    const Attempt attempt = {proc_path_counts(file->path) ? NULL : server->last_good,
                             server->sources.layout, &reader->container, file, now};
    FileMode mode = policy_file(policy_of(server, reader), file);
    size_t start = out->len;
    GError *problem = NULL;

    if (mode == FILE_HOST) {
        metrics_count(METRIC_SERVED_HOST);
        return serve_host(server, name, out, error);
    }
    if (mode == FILE_HIDE) { /* it was opened by somebody for whom it is there */
        g_set_error(error, READ_ERROR, READ_ERROR_GONE, "%s is hidden from its reader", file->path);
        return false;
    }
    if (!make_text(server, name, reader, now, out, &problem))
        return failure_forgive(&attempt, problem, out, error);
    if (mode == FILE_ZERO) {
        zero_text(file->path, out, start);
        metrics_count(METRIC_SERVED_ZERO);
    }
    failure_keep(&attempt, out->str + start, out->len - start);
    return true;
}

/* The kernel writes cpuinfo for the personality of the thread that reads: for a 32-bit reader this
 * thread becomes one.  Returns what to go back to, or -1. */
static int
personality_enter(const ProcFile *file, const Reader *reader)
{
    if (!(file->needs & NEED_CPUINFO) || !reader_is_linux32(reader))
        return -1;
    return personality(PER_LINUX32);
}

static void
personality_leave(int before)
{
    if (before >= 0)
        (void)personality((unsigned long)before); /* it was ours a moment ago */
}

bool
serve(const Server *server, const ProcName *name, pid_t tid, uint64_t now, GString *out,
      GError **error)
{
    g_auto(Reader) reader = NO_READER;
    int before;
    bool ok;

    if (!reader_identify(server->sources.readers, tid, &reader, error)) /* who asks? */
        return false;
    before = personality_enter(name->file, &reader);
    ok = reader.is_host ? serve_host(server, name, out, error)
                        : serve_container(server, name, &reader, now, out, error);
    personality_leave(before);
    return ok;
}

bool
serve_container_id(const Server *server, pid_t tid, uint64_t *ret, GError **error)
{
    g_auto(Reader) reader = NO_READER;

    if (!reader_identify(server->sources.readers, tid, &reader, error))
        return false;
    if (reader.is_host) {
        *ret = 0;
        return true;
    }
    return cgroup_container_id(server->sources.layout, &reader.container, ret, error);
}

bool
serve_hides(const Server *server, const ProcFile *file, pid_t tid)
{
    g_auto(Reader) reader = NO_READER;

    if (!policies_may_hide(server->policies, file)) /* the usual case costs nothing */
        return false;
    if (!reader_identify(server->sources.readers, tid, &reader, NULL))
        return policy_file(policies_find(server->policies, NULL), file) == FILE_HIDE;
    return policy_file(policy_of(server, &reader), file) == FILE_HIDE;
}
