/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the kernel can do, probed and not deduced from its version. */

#include "launcher/doctor/checks.h"

#include "common/fd.h"
#include "launcher/doctor/fuse_features.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* linux:include/uapi/linux/pidfd.h; newer than what we are built with. */
#define PIDFD_INFO_SIZE 64u
#define PIDFD_GET_INFO_IOCTL _IOC(_IOC_READ | _IOC_WRITE, 0xff, 11, PIDFD_INFO_SIZE)

static bool
has_mount_setattr(void)
{
    return syscall(SYS_mount_setattr, -1, "", 0, NULL, (size_t)0) < 0 && errno != ENOSYS;
}

static bool
has_time_namespaces(void)
{
    return access("/proc/self/ns/time_for_children", F_OK) == 0;
}

static bool
has_cgroup_namespaces(void)
{
    return access("/proc/self/ns/cgroup", F_OK) == 0;
}

static bool
has_pidfd_info(void)
{
    autofd fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    char info[PIDFD_INFO_SIZE] = {0};

    return fd >= 0 && ioctl(fd, PIDFD_GET_INFO_IOCTL, info) == 0;
}

static const struct {
    bool (*has)(void);
    const char *name;
    FindingState without;
    const char *advice;
} features[] = {
    {has_mount_setattr, "mount_setattr", FINDING_BAD,
     "Linux 5.12 is the oldest on which containers can be given files."},
    {has_cgroup_namespaces, "cgroup namespaces", FINDING_NOTE,
     "Without them containers are told apart by their pid namespaces."},
    {has_time_namespaces, "time namespaces", FINDING_NOTE,
     "Without them sysinfo(2) in a container tells the host's uptime."},
    {has_pidfd_info, "PIDFD_GET_INFO", FINDING_NOTE, "Nothing needs it; Linux 6.13 has it."},
};

static const struct {
    uint64_t bit;
    const char *name, *advice;
} fuse_features[] = {
    {FUSE_FEATURE_ALLOW_IDMAP, "idmapped FUSE mounts",
     "Kubernetes pods with hostUsers: false need NRI or attach, not hostPath (Linux 6.12)."},
    {FUSE_FEATURE_RESEND, "FUSE resend",
     "Nothing needs it: requests of workers that die are kept in any case."},
};

static void
check_fuse(const Doctor *doctor)
{
    g_autoptr(GError) error = NULL;
    uint64_t has;

    if (!fuse_features_read(&has, &error)) {
        CHECK_SAY(doctor, "fuse", FINDING_BAD,
                  "Load the module (modprobe fuse), and be root of the host.", "%s.",
                  error->message);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(fuse_features); i++)
        if (has & fuse_features[i].bit)
            CHECK_GOOD(doctor, "fuse", "The kernel has %s.", fuse_features[i].name);
        else
            CHECK_SAY(doctor, "fuse", FINDING_NOTE, fuse_features[i].advice,
                      "The kernel has no %s.", fuse_features[i].name);
}

void
check_kernel(const Doctor *doctor)
{
    g_autoptr(GString) have = g_string_new(NULL);
    struct utsname name;

    for (size_t i = 0; i < G_N_ELEMENTS(features); i++)
        if (features[i].has())
            g_string_append_printf(have, "%s%s", have->len > 0 ? ", " : "", features[i].name);
        else
            CHECK_SAY(doctor, "kernel", features[i].without, features[i].advice,
                      "The kernel has no %s.", features[i].name);
    CHECK_GOOD(doctor, "kernel", "Linux %s has %s.", uname(&name) == 0 ? name.release : "?",
               have->len > 0 ? have->str : "nothing of what is looked for");
    check_fuse(doctor);
}
