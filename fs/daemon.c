/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/daemon.h"

#include "common/clock.h"
#include "common/fd.h"
#include "common/io.h"
#include "fs/survive/record.h"

#include <fcntl.h>

/* The counters of one container on 64 CPUs take some 8 KiB. */
#define HISTORY_MAX 2048

#define CONTAINERS_MAX 4096
#define REGISTERED_MAX 4096
/* Of one second. */
#define TEXTS_MAX 16384
#define TEXTS_MAX_BYTES (8u << 20)
/* The threads of one take half a KiB, and 4 us every 5 s while they are idle. */
#define LOADS_MAX 4096

#define BOUND_VERSION 1

static void
keep_bound(Shelf *shelf, const CgroupPaths *paths)
{
    g_auto(RecordWriter) writer;

    record_begin(&writer, BOUND_VERSION);
    record_write_paths(&writer, paths);
    record_keep(&writer, shelf, (ShelfKey){SHELF_BOUND, 1});
}

typedef struct {
    bool known;
    CgroupPaths paths;
} Bound;

/* A ShelfVisit. */
static bool
take_up_bound(uint64_t key, const void *data, size_t len, void *user)
{
    RecordReader reader = record_read(data, len, BOUND_VERSION);
    g_auto(CgroupPaths) paths = {0};
    Bound *bound = user;

    record_take_paths(&reader, &paths);
    if (!record_is_whole(&reader) || key != 1)
        return false;
    *bound = (Bound){true, paths};
    paths = (CgroupPaths){0};
    return true;
}

/* From then on everybody is shown what @pid is in now; or was, in the first life of the daemon: a
 * process may have ended since, and its number may be another's. */
static bool
daemon_bind(Daemon *daemon, ReadersConfig *config, pid_t pid, GError **error)
{
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};
    Bound bound = {.known = false};

    shelf_foreach(daemon->shelf, SHELF_BOUND, take_up_bound, &bound);
    daemon->bound = bound.paths;
    if (!bound.known) {
        if (!reader_identify(daemon->readers, pid, &reader, error))
            return false;
        cgroup_paths_copy(&reader.container, &daemon->bound);
        keep_bound(daemon->shelf, &daemon->bound);
    }
    config->bound = &daemon->bound;
    g_clear_pointer(&daemon->readers, readers_free);
    daemon->readers = readers_new(config, error);
    return daemon->readers != NULL;
}

static bool
open_sources(Daemon *daemon, const Options *options, GError **error)
{
    ReadersConfig config = {.layout = &daemon->layout,
                            .look_inside = reader_look_inside,
                            .look_back = reader_look_back};

    daemon->root_fd = io_open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY, error);
    if (daemon->root_fd < 0 || !cgroup_layout_read(daemon->root_fd, &daemon->layout, error))
        return false;
    config.root_fd = daemon->root_fd;
    daemon->readers = readers_new(&config, error);
    if (!daemon->readers)
        return false;
    if (options->container_pid != 0 &&
        !daemon_bind(daemon, &config, options->container_pid, error)) {
        g_prefix_error(error, "--container-pid %d: ", (int)options->container_pid);
        return false;
    }
    return true;
}

/* In this order: a name needs its container. */
static void
keep(Daemon *daemon)
{
    readers_keep(daemon->readers, daemon->shelf);
    containers_keep(daemon->containers, daemon->shelf);
    registry_keep(daemon->registry, daemon->shelf);
    history_keep(daemon->history, daemon->shelf);
    texts_keep(daemon->texts, daemon->shelf, clock_boottime());
    if (!daemon->is_safe) /* who comes next catches up */
        loads_keep(daemon->loads, daemon->shelf);
}

bool
daemon_open(Daemon *daemon, const Options *options, Shelf *shelf, GError **error)
{
    daemon->shelf = shelf;
    if (!open_sources(daemon, options, error))
        return false;
    daemon->history = history_new(HISTORY_MAX);
    history_watch(daemon->history, &daemon->layout);
    daemon->tick.length = TICK_USEC;
    /* Containers come less often than once a millisecond: also without a shelf no number of an
     * earlier life of the daemon comes again. */
    daemon->containers = containers_new(&daemon->layout, CONTAINERS_MAX, clock_boottime() / 1000);
    daemon->registry =
        registry_new(&daemon->layout, daemon->containers, REGISTERED_MAX, clock_boottime() / 1000);
    daemon->askers =
        askers_new(&(AskersConfig){daemon->readers, daemon->containers, &daemon->tick});
    daemon->host_files = host_files_new(daemon->root_fd);
    daemon->texts = texts_new(TEXTS_MAX, TEXTS_MAX_BYTES);
    daemon->server = (Server){
        .sources = {.root_fd = daemon->root_fd,
                    .layout = &daemon->layout,
                    .readers = daemon->readers,
                    .tick = &daemon->tick,
                    .host_files = daemon->host_files},
        .askers = daemon->askers,
        .containers = daemon->containers,
        .texts = daemon->texts,
        .history = daemon->history,
        .cpu_policy = options->cpu_policy,
        .policies = options->policies,
        .registry = daemon->registry,
        .is_safe = daemon->is_safe,
    };
    daemon->loads = loads_new(&daemon->server.sources, LOADS_MAX);
    daemon->server.loads = daemon->loads;
    if (shelf)
        keep(daemon);
    return true;
}

void
daemon_rest(Daemon *daemon)
{
    if (daemon->loads)
        loads_stop(daemon->loads);
}

void
daemon_close(Daemon *daemon)
{
    loads_free(daemon->loads);
    texts_free(daemon->texts);
    askers_free(daemon->askers);
    registry_free(daemon->registry);
    containers_free(daemon->containers);
    history_free(daemon->history);
    host_files_free(daemon->host_files);
    readers_free(daemon->readers);
    cgroup_paths_clear(&daemon->bound);
    cgroup_layout_clear(&daemon->layout);
    fd_clear(&daemon->root_fd);
}
