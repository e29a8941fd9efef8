/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/serve_names.h"

#include "common/clock.h"
#include "common/error.h"
#include "common/fd.h"
#include "common/number.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

char *
serve_kernel_path(const char *path, const ProcNumbers *numbers, const CpuSet *cpus,
                  const Snapshot *snapshot, GError **error)
{
    unsigned counts = proc_path_counts(path);
    ProcNumbers kernels = *numbers;
    int number;

    if (!counts)
        return proc_path(path, numbers);
    number = cpuset_nth(counts == NEED_CPUS ? cpus : &snapshot->nodes.allowed, numbers->of[0]);
    if (number < 0) {
        g_set_error(error, READ_ERROR, READ_ERROR_GONE, "%s: the reader has no number %u", path,
                    numbers->of[0]);
        return NULL;
    }
    kernels.of[0] = (unsigned)number;
    return proc_path(path, &kernels);
}

/* What a thread is shown, of CPUs or of nodes. */
typedef struct {
    bool is_host;
    CpuSet cpus;
    Snapshot snapshot;
} Shown;

static void
shown_clear(Shown *shown)
{
    snapshot_clear(&shown->snapshot);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Shown, shown_clear)

/* What he was last told there is, in a text that names them as he knows them; the kernel's numbers
 * are not kept, so that 0 is taken for the first.  Nobody waits for one that is made anew, as
 * readers of texts do: who looks up a name holds its directory, and that is everybody's. */
static bool
recall(const Server *server, const Asker *asker, unsigned counts, Shown *ret)
{
    const char *path =
        counts == NEED_CPUS ? "sys/devices/system/cpu/online" : "sys/devices/system/node/online";
    CpuSet *numbers = counts == NEED_CPUS ? &ret->cpus : &ret->snapshot.nodes.allowed;
    TextsKey key = {.container = asker->container->number};
    g_auto(Text) text = {0};
    const char *list;
    uint64_t age;
    gsize len;

    key.file = proc_file_match(path, &key.numbers);
    if (!server->texts || !texts_recall(server->texts, &key, clock_boottime(), &text, &age))
        return false;
    list = g_bytes_get_data(text.bytes, &len);
    return cpuset_parse(list, len, numbers, NULL);
}

static bool
look(const Server *server, const Asker *asker, unsigned counts, Shown *ret)
{
    if (!asker)
        return false;
    ret->is_host = !asker->container;
    if (ret->is_host)
        return true;
    if (server->is_safe)
        return recall(server, asker, counts, ret);
    if (!snapshot_take(&server->sources, &asker->reader, counts, asker->tick, &ret->snapshot, NULL))
        return false;
    if (counts & NEED_CPUS)
        ret->cpus = cpu_view_shown(&ret->snapshot.cpu, serve_cpu_policy(server, asker));
    return true;
}

/* The kernel's path of @place; NULL if there is none.  *ret_is_host: no CPU is hidden from @asker.
 */
static char *
find_kernel_path(const Server *server, const ServePlace *place, const Asker *asker,
                 bool *ret_is_host)
{
    unsigned counts = proc_path_counts(place->path);
    g_auto(Shown) shown = {0};

    *ret_is_host = false;
    if (counts && !look(server, asker, counts, &shown))
        return NULL;
    *ret_is_host = shown.is_host;
    if (shown.is_host)
        return proc_path(place->path, &place->numbers);
    return serve_kernel_path(place->path, &place->numbers, &shown.cpus, &shown.snapshot, NULL);
}

bool
serve_has(const Server *server, const ServePlace *place, bool is_kernels, const Asker *asker)
{
    bool is_host;
    g_autofree char *path = find_kernel_path(server, place, asker, &is_host);

    if (!path)
        return false;
    return !(is_kernels || is_host) || faccessat(server->sources.root_fd, path, F_OK, 0) == 0;
}

/* The numbers of the entries called @prefix and a number. */
static CpuSet
list_numbers(int root_fd, const char *path, const char *prefix)
{
    int fd = openat(root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;
    CpuSet numbers = {0};
    uint64_t number;

    if (!dir) {
        fd_clear(&fd);
        return numbers;
    }
    while ((entry = readdir(dir))) {
        const char *digits = entry->d_name + strlen(prefix);

        if (g_str_has_prefix(entry->d_name, prefix) &&
            number_parse(digits, strlen(digits), &number, NULL) && number < CPUSET_MAX)
            cpuset_add(&numbers, (unsigned)number);
    }
    (void)closedir(dir); /* was only read */
    return numbers;
}

/* As the kernel has them; the directory they are in is @place's, which may have a number itself. */
static CpuSet
kernel_numbers(const Server *server, const ServePlace *place, const Asker *asker)
{
    g_autofree char *parent = g_path_get_dirname(place->path);
    g_autofree char *name = g_path_get_basename(place->path);
    const ServePlace directory = {parent, place->numbers};
    bool is_host;
    g_autofree char *path = find_kernel_path(server, &directory, asker, &is_host);

    *strchr(name, '%') = '\0';
    return path ? list_numbers(server->sources.root_fd, path, name) : (CpuSet){0};
}

CpuSet
serve_numbers(const Server *server, const ServePlace *place, const Asker *asker)
{
    unsigned counts = proc_path_counts(place->path);
    bool is_first = strchr(place->path, '%') == strrchr(place->path, '%');
    g_auto(Shown) shown = {0};
    const CpuSet *kernels;

    if (!is_first || !counts)
        return kernel_numbers(server, place, asker);
    if (!look(server, asker, counts, &shown))
        return (CpuSet){0};
    if (shown.is_host)
        return kernel_numbers(server, place, asker);
    kernels = counts == NEED_CPUS ? &shown.cpus : &shown.snapshot.nodes.allowed;
    return cpuset_renumber(kernels, kernels);
}
