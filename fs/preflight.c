/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/preflight.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* The first namespaces have fixed numbers (linux:include/uapi/linux/nsfs.h). */
#define CGROUP_NS_INIT_INO 0xEFFFFFFBu
#define PID_NS_INIT_INO 0xEFFFFFFCu

static bool
is_in(const char *namespace, ino_t ino)
{
    struct stat st;

    return stat(namespace, &st) == 0 && st.st_ino == ino;
}

bool
preflight_check(bool bound, GError **error)
{
    if (geteuid() != 0) {
        g_set_error(error, READ_ERROR, READ_ERROR_IO, "must be started as root");
        return false;
    }
    /* FUSE tells a reader's thread id as the mounter's pid namespace numbers it: in another one
     * than the host's most readers would have none. */
    if (!bound && !is_in("/proc/self/ns/pid", PID_NS_INIT_INO)) {
        g_set_error(error, READ_ERROR, READ_ERROR_STRANGER,
                    "must run in the host's pid namespace (docker run --pid=host, hostPID: true), "
                    "or be told a container by --container-pid");
        return false;
    }
    return true;
}

/* In the host's pid namespace kthreadd is pid 2, and kernel threads stay in the first namespaces;
 * pid 1 is there as a rule. */
static bool
enter_host_cgroup_namespace(void)
{
    static const char *const links[] = {"/proc/2/ns/cgroup", "/proc/1/ns/cgroup"};

    for (unsigned i = 0; i < G_N_ELEMENTS(links); i++) {
        autofd fd = is_in(links[i], CGROUP_NS_INIT_INO)
                        ? io_open_at(AT_FDCWD, links[i], O_RDONLY, NULL)
                        : -1;

        if (fd >= 0 && setns(fd, CLONE_NEWCGROUP) == 0)
            return true;
    }
    return false;
}

void
preflight_settle(bool bound)
{
    struct rlimit files;

    if (!is_in("/proc/self/ns/cgroup", CGROUP_NS_INIT_INO) && !enter_host_cgroup_namespace() &&
        !bound)
        g_warning("cannot enter the host's cgroup namespace: containers outside of this one will "
                  "not be recognised");
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files); /* up to the hard limit is always allowed */
    }
    /* Of a stack or a buffer few pages are used: a huge one in their place is 2 MiB for nothing. */
    (void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}
