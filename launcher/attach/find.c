/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/find.h"

#include "common/number.h"
#include "launcher/attach/engine_id.h"
#include "launcher/control.h"
#include "launcher/launch_error.h"
#include "launcher/state.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* What is no container, whatever else is in it. */
typedef struct {
    uint64_t machine_mount_ns; /* 0: we may not look at process 1 */
    uint64_t own_mount_ns, own_pid_ns;
    struct statx root;
} Machine;

static uint64_t
namespace_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_ino : 0;
}

/* As the kernel remembers it: a container's root may be on a file system that never answers. */
static bool
look_at_root(int dirfd, const char *path, struct statx *ret)
{
    return statx(dirfd, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO, ret) == 0;
}

static Machine
machine_read(void)
{
    Machine machine = {.machine_mount_ns = namespace_of("/proc/1/ns/mnt"),
                       .own_mount_ns = namespace_of("/proc/self/ns/mnt"),
                       .own_pid_ns = namespace_of("/proc/self/ns/pid")};

    (void)look_at_root(AT_FDCWD, "/", &machine.root);
    return machine;
}

/* A service may have a mount namespace of its own, and an engine in one starts its monitors there:
 * they have our pids and our root. */
static bool
has_root_of_its_own(const Machine *machine, const Process *process)
{
    const struct statx *own = &machine->root;
    struct statx its;

    return look_at_root(process->dir_fd, "root", &its) &&
           (its.stx_dev_major != own->stx_dev_major || its.stx_dev_minor != own->stx_dev_minor ||
            its.stx_ino != own->stx_ino);
}

static bool
is_in_container(const Machine *machine, const Process *process)
{
    if (process->mount_ns == machine->machine_mount_ns ||
        process->mount_ns == machine->own_mount_ns)
        return false;
    return process->pid_ns != machine->own_pid_ns ||
           (process->id && has_root_of_its_own(machine, process));
}

static bool
is_older(const Process *a, const Process *b)
{
    return a->started != b->started ? a->started < b->started : a->pid < b->pid;
}

static gint
compare(gconstpointer a, gconstpointer b)
{
    return is_older(*(const Process *const *)a, *(const Process *const *)b) ? -1 : 1;
}

/* Takes over @process. */
static void
take(GHashTable *oldest, Process *process)
{
    const Process *other = g_hash_table_lookup(oldest, &process->mount_ns);

    if (!other || is_older(process, other))
        g_hash_table_replace(oldest, &process->mount_ns, process);
    else
        process_free(process);
}

/* Most processes are: of these nothing else is read. */
static bool
is_of_machine(const Machine *machine, const char *name)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/ns/mnt", name);
    uint64_t mount_ns = namespace_of(path);

    return mount_ns == machine->machine_mount_ns || mount_ns == machine->own_mount_ns;
}

static Process *
look_at(const char *name, const Machine *machine)
{
    g_autoptr(Process) process = NULL;
    pid_t pid;

    if (!number_parse_pid(name, strlen(name), &pid, NULL) || is_of_machine(machine, name))
        return NULL;
    process = process_hold(pid, NULL); /* most failures: it has ended meanwhile */
    return process && is_in_container(machine, process) ? g_steal_pointer(&process) : NULL;
}

static bool
is_below(const Process *process, const char *cgroup)
{
    if (!cgroup || cgroup[0] != '/' || cgroup[1] == '\0')
        return false;
    if (process->cgroups.unified && cgroup_path_is_below(process->cgroups.unified, cgroup))
        return true;
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (process->cgroups.v1[i] && cgroup_path_is_below(process->cgroups.v1[i], cgroup))
            return true;
    return false;
}

GPtrArray *
find_containers(const char *below, GError **error)
{
    g_autoptr(GDir) processes = g_dir_open("/proc", 0, error);
    g_autoptr(GHashTable) oldest =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)process_free);
    GPtrArray *containers;
    Machine machine = machine_read();
    GHashTableIter iter;
    gpointer process;
    const char *name;

    if (!processes)
        return NULL;
    while ((name = g_dir_read_name(processes)) != NULL) {
        process = look_at(name, &machine);
        if (process && (!below || is_below(process, below)))
            take(oldest, process);
        else
            process_free(process);
    }
    containers = g_ptr_array_new_with_free_func((GDestroyNotify)process_free);
    g_hash_table_iter_init(&iter, oldest);
    while (g_hash_table_iter_next(&iter, NULL, &process)) {
        g_ptr_array_add(containers, process);
        g_hash_table_iter_steal(&iter);
    }
    g_ptr_array_sort(containers, compare);
    return containers;
}

/* The cgroup of the container that the daemon calls @word; NULL if it knows none. */
static char *
cgroup_of(const char *word, const char *run_dir)
{
    g_autoptr(GPtrArray) records = control_list(run_dir, NULL);

    for (guint i = 0; records && i < records->len; i++)
        if (g_strcmp0(g_hash_table_lookup(records->pdata[i], "name"), word) == 0)
            return g_strdup(g_hash_table_lookup(records->pdata[i], "cgroup"));
    return NULL;
}

static bool
is_same_container(const Process *a, const Process *b)
{
    return g_strcmp0(a->id, b->id) == 0 && (a->id || a->pid_ns == b->pid_ns);
}

/* Leaves those of @containers that @word means. */
static bool
keep_meant(GPtrArray *containers, const char *word, const char *run_dir, GError **error)
{
    g_autofree char *cgroup = cgroup_of(word, run_dir);

    for (guint i = 0; i < containers->len;) {
        const Process *process = containers->pdata[i], *first = containers->pdata[0];

        if (!(process->id && engine_id_is_meant(process->id, word)) && !is_below(process, cgroup)) {
            g_ptr_array_remove_index(containers, i);
            continue;
        }
        if (!is_same_container(first, process)) {
            g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                        "'%s' means several containers, of process %d and of %d: say which", word,
                        (int)first->pid, (int)process->pid);
            return false;
        }
        i++;
    }
    return true;
}

/* Leaves the one whose mount namespace process @pid is in. */
static bool
keep_of_process(GPtrArray *containers, pid_t pid, GError **error)
{
    g_autoptr(Process) process = process_hold(pid, error);

    if (!process)
        return false;
    for (guint i = 0; i < containers->len;) {
        const Process *oldest = containers->pdata[i];

        if (oldest->mount_ns == process->mount_ns)
            i++;
        else
            g_ptr_array_remove_index(containers, i);
    }
    if (containers->len > 0)
        return true;
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "process %d is in no container",
                (int)pid);
    return false;
}

/* The number of a process if @word is one, or the name of a container of `ownproc run`, and nobody
 * else is called so. */
static bool
means_process(const char *word, const char *init, pid_t *ret)
{
    const char *number = init ? init : word;

    return number_parse_pid(number, strlen(number), ret, NULL);
}

GPtrArray *
find_container(const char *word, const char *run_dir, GError **error)
{
    g_autofree char *init = state_init_pid(word);
    g_autoptr(GPtrArray) containers = find_containers(NULL, error);
    pid_t pid;

    if (!containers || (!init && !keep_meant(containers, word, run_dir, error)))
        return NULL;
    if (!init && containers->len > 0)
        return g_steal_pointer(&containers);
    if (means_process(word, init, &pid)) {
        g_clear_pointer(&containers, g_ptr_array_unref);
        containers = find_containers(NULL, error);
        return containers && keep_of_process(containers, pid, error) ? g_steal_pointer(&containers)
                                                                     : NULL;
    }
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "no running container is called '%s'",
                word);
    return NULL;
}
