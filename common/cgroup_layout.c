/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/cgroup_layout.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "common/mount_line.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define HANDLE_KERNFS                                                                              \
    0xfe /* FILEID_KERNFS (linux:include/linux/exportfs.h): a number of 64 bits                    \
          */

/* Takes @line's mount unless a wider one (nearer to the hierarchy's own root) is known, or it
 * cannot be opened: another mount may cover it. */
static void
hierarchy_take(CgroupHierarchy *hierarchy, unsigned version, int root_fd, const MountLine *line)
{
    g_autofree char *root = mount_line_path(line->root);
    g_autofree char *mount_point = mount_line_path(line->point);
    autofd fd = -1;

    if (hierarchy->version != 0 && strlen(hierarchy->root) <= strlen(root))
        return;
    fd = io_open_at(root_fd, strcmp(mount_point, "/") == 0 ? "." : mount_point + 1,
                    O_PATH | O_DIRECTORY, NULL);
    if (fd < 0)
        return;
    fd_clear(&hierarchy->fd);
    g_free(hierarchy->root);
    g_free(hierarchy->mount_point);
    *hierarchy = (CgroupHierarchy){.version = version,
                                   .fd = fd_steal(&fd),
                                   .root = g_steal_pointer(&root),
                                   .mount_point = g_steal_pointer(&mount_point)};
}

static void
take_v1(CgroupLayout *layout, int root_fd, const MountLine *line)
{
    Span options = line->super_options, option;

    while (span_next_field(&options, ',', &option))
        for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
            if (span_equals(option, cgroup_controller_name(i, 1)))
                hierarchy_take(&layout->controllers[i], 1, root_fd, line);
}

static void
hierarchy_share(const CgroupHierarchy *from, CgroupHierarchy *to)
{
    *to = (CgroupHierarchy){.version = from->version,
                            .fd = fcntl(from->fd, F_DUPFD_CLOEXEC, 0),
                            .root = g_strdup(from->root),
                            .mount_point = g_strdup(from->mount_point)};
}

/* Gives v2 the controllers it has: those listed, and those it has built in. */
static bool
assign_v2(CgroupLayout *layout, GError **error)
{
    g_autofree char *controllers = NULL;
    Span rest, name;
    size_t len;
    bool listed[CGROUP_N_CONTROLLERS] = {[CGROUP_CPUACCT] = true, [CGROUP_FREEZER] = true};

    if (layout->unified.version == 0)
        return true;
    controllers = io_read_at(layout->unified.fd, "cgroup.controllers", &len, error);
    if (!controllers)
        return false;
    rest = (Span){controllers, strcspn(controllers, "\n")};
    while (span_next_word(&rest, &name))
        for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
            if (cgroup_controller_name(i, 2) && span_equals(name, cgroup_controller_name(i, 2)))
                listed[i] = true;
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (listed[i] && layout->controllers[i].version == 0)
            hierarchy_share(&layout->unified, &layout->controllers[i]);
    return true;
}

static void
layout_init(CgroupLayout *layout)
{
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        layout->controllers[i] = (CgroupHierarchy){.fd = -1};
    layout->unified = (CgroupHierarchy){.fd = -1};
}

bool
cgroup_layout_read(int root_fd, CgroupLayout *ret, GError **error)
{
    g_autofree char *text = NULL;
    g_auto(CgroupLayout) layout;
    LineIter lines;
    MountLine mount;
    Span line;
    size_t len;

    layout_init(&layout);
    text = io_read_at(root_fd, "proc/self/mountinfo", &len, error);
    if (!text)
        return false;
    lines = lines_of(text, len);
    while (lines_next(&lines, &line)) {
        if (!mount_line_parse(line, &mount))
            continue;
        if (span_equals(mount.type, "cgroup"))
            take_v1(&layout, root_fd, &mount);
        else if (span_equals(mount.type, "cgroup2"))
            hierarchy_take(&layout.unified, 2, root_fd, &mount);
    }
    if (!assign_v2(&layout, error))
        return false;
    *ret = layout;
    layout_init(&layout);
    return true;
}

static void
hierarchy_clear(CgroupHierarchy *hierarchy)
{
    if (hierarchy->version != 0)
        fd_clear(&hierarchy->fd);
    g_free(hierarchy->root);
    g_free(hierarchy->mount_point);
    *hierarchy = (CgroupHierarchy){.fd = -1};
}

void
cgroup_layout_clear(CgroupLayout *layout)
{
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        hierarchy_clear(&layout->controllers[i]);
    hierarchy_clear(&layout->unified);
}

const char *
cgroup_layout_path(const CgroupLayout *layout, const CgroupPaths *paths,
                   CgroupController controller)
{
    switch (layout->controllers[controller].version) {
    case 1:
        return paths->v1[controller];
    case 2:
        return paths->unified;
    default:
        return NULL;
    }
}

/* @path below the directory of the mount; NULL if it lies outside what the mount shows. */
static const char *
path_below(const CgroupHierarchy *hierarchy, const char *path, GError **error)
{
    const char *below = path;

    if (!cgroup_path_is_below(path, hierarchy->root)) {
        g_set_error(error, READ_ERROR, READ_ERROR_IO,
                    "cgroup %s is outside %s, which shows %s only", path, hierarchy->mount_point,
                    hierarchy->root);
        return NULL;
    }
    if (strcmp(hierarchy->root, "/") != 0)
        below += strlen(hierarchy->root);
    while (*below == '/')
        below++;
    return *below ? below : ".";
}

int
cgroup_layout_open(const CgroupHierarchy *hierarchy, const char *path, GError **error)
{
    const char *below = path_below(hierarchy, path, error);

    return below ? io_open_at(hierarchy->fd, below, O_PATH | O_DIRECTORY, error) : -1;
}

bool
cgroup_layout_stat(const CgroupHierarchy *hierarchy, const char *path, struct stat *ret,
                   GError **error)
{
    const char *below = path_below(hierarchy, path, error);

    if (!below)
        return false;
    if (fstatat(hierarchy->fd, below, ret, 0) == 0)
        return true;
    read_error_set_errno(error, errno, "cannot open %s", below);
    return false;
}

/* A file handle of kernfs, filled in. */
typedef struct {
    _Alignas(struct file_handle) unsigned char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
} Handle;

static struct file_handle *
handle_of(Handle *space)
{
    return (struct file_handle *)(void *)space->bytes;
}

/* Since Linux 5.5 it is the number of the inode, on machines where that has 64 bits. */
static bool
handles_are_numbers(const CgroupHierarchy *hierarchy)
{
    Handle space = {0};
    struct file_handle *handle = handle_of(&space);
    struct stat root;
    uint64_t number;
    int mount;

    handle->handle_bytes = MAX_HANDLE_SZ;
    if (name_to_handle_at(hierarchy->fd, "", handle, &mount, AT_EMPTY_PATH) != 0 ||
        handle->handle_type != HANDLE_KERNFS || handle->handle_bytes != sizeof number ||
        fstat(hierarchy->fd, &root) != 0)
        return false;
    memcpy(&number, handle->f_handle, sizeof number);
    return number == root.st_ino;
}

bool
cgroup_layout_lost(const CgroupHierarchy *hierarchy, uint64_t id)
{
    Handle space = {0};
    struct file_handle *wanted = handle_of(&space);
    autofd mount = -1, found = -1;

    if (hierarchy->version == 0 || !handles_are_numbers(hierarchy))
        return false;
    mount = io_open_at(hierarchy->fd, ".", O_RDONLY | O_DIRECTORY, NULL); /* not O_PATH */
    if (mount < 0)
        return false;
    wanted->handle_type = HANDLE_KERNFS;
    wanted->handle_bytes = sizeof id;
    memcpy(wanted->f_handle, &id, sizeof id);
    found = open_by_handle_at(mount, wanted, O_PATH | O_CLOEXEC);
    return found < 0 && errno == ESTALE;
}
