/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/confine.h"

#include "common/error.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static const unsigned kept_capabilities[] = {
    CAP_SYS_ADMIN,       /* setns(2) into a reader's cgroup namespace */
    CAP_SYS_PTRACE,      /* /proc/PID/ns and personality of readers of other users */
    CAP_DAC_READ_SEARCH, /* cgroups that are closed to others; open_by_handle_at(2) of cgroups */
};

static uint64_t
kept_mask(void)
{
    uint64_t mask = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS(kept_capabilities); i++)
        mask |= UINT64_C(1) << kept_capabilities[i];
    return mask;
}

/* The bounding set is for what is executed, which nothing is: to be sure. */
static void
bound_capabilities(uint64_t mask)
{
    for (unsigned cap = 0; cap < 64; cap++)
        if (!(mask >> cap & 1))
            (void)prctl(PR_CAPBSET_DROP, (unsigned long)cap, 0, 0, 0);
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

/* Who has fewer than those keeps what he has. */
static bool
drop_capabilities(GError **error)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    uint64_t mask = kept_mask();

    bound_capabilities(mask);
    if (syscall(SYS_capget, &header, data) != 0) {
        read_error_set_errno(error, errno, "cannot read the capabilities");
        return false;
    }
    for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
        data[i].permitted &= (uint32_t)(mask >> (32 * i));
        data[i].effective = data[i].permitted;
        data[i].inheritable = 0;
    }
    if (syscall(SYS_capset, &header, data) != 0) {
        read_error_set_errno(error, errno, "cannot drop capabilities");
        return false;
    }
    return true;
}

static bool
limit(int resource, rlim_t most, GError **error)
{
    struct rlimit now;

    if (getrlimit(resource, &now) != 0) {
        read_error_set_errno(error, errno, "cannot read a resource limit");
        return false;
    }
    now.rlim_max = MIN(now.rlim_max, most);
    now.rlim_cur = now.rlim_max;
    if (setrlimit(resource, &now) != 0) {
        read_error_set_errno(error, errno, "cannot set a resource limit");
        return false;
    }
    return true;
}

/* A crash ends it as a kill does.  Who dumps a core waits first for all its threads (linux:
 * kernel/exit.c, coredump_task_exit()), of which one may wait for a page that only the next
 * worker's answer unlocks: it would look alive for ever. */
static bool
dump_no_core(GError **error)
{
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
        return true;
    read_error_set_errno(error, errno, "cannot do without core dumps");
    return false;
}

bool
confine(GError **error)
{
    return dump_no_core(error) && limit(RLIMIT_DATA, CONFINE_MEMORY_BYTES, error) &&
           limit(RLIMIT_NOFILE, CONFINE_FILES, error) && drop_capabilities(error) &&
           confine_system_calls(error);
}
