/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/daemon.h"

#include "common/clock.h"
#include "common/fd.h"
#include "common/io.h"

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

/* From then on everybody is shown what @pid is in now. */
static bool
daemon_bind(Daemon *daemon, ReadersConfig *config, pid_t pid, GError **error)
{
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};

    if (!reader_identify(daemon->readers, pid, &reader, error))
        return false;
    cgroup_paths_copy(&reader.container, &daemon->bound);
    config->bound = &daemon->bound;
    g_clear_pointer(&daemon->readers, readers_free);
    daemon->readers = readers_new(config, error);
    return daemon->readers != NULL;
}

bool
daemon_open(Daemon *daemon, const Options *options, GError **error)
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
    daemon->history = history_new(HISTORY_MAX);
    history_watch(daemon->history, &daemon->layout);
    daemon->tick.length = TICK_USEC;
    /* Containers come less often than once a millisecond: no number of an earlier life of the
     * daemon comes again. */
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
    };
    daemon->loads = loads_new(&daemon->server.sources, LOADS_MAX);
    daemon->server.loads = daemon->loads;
    return true;
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
