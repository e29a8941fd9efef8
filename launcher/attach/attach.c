/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/attach.h"

#include "common/fd.h"
#include "common/io.h"
#include "launcher/attach/eject.h"
#include "launcher/attach/enroll.h"
#include "launcher/attach/inject.h"
#include "launcher/attach/mount_tree.h"
#include "launcher/attach/select.h"
#include "launcher/launch_error.h"
#include "launcher/skip.h"
#include "launcher/tree_ask.h"

#include <fcntl.h>
#include <string.h>

/* The kernel knows it, nobody is asked. */
static char *
device_of(const char *path)
{
    autofd fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    char *device = NULL;
    uint64_t id;

    if (fd >= 0)
        (void)place_mount_of(fd, &id, &device);
    return device;
}

bool
attach_config_open(AttachConfig *config, GError **error)
{
    g_autofree char *bound = g_build_filename(config->run_dir, "containers", NULL);
    const char *const paths[] = {config->tree, bound, NULL};
    g_auto(GStrv) served = tree_ask_served(paths, error);
    g_autoptr(GStrvBuilder) devices = g_strv_builder_new();

    for (char **path = served; path && *path; path++) {
        g_autofree char *device = device_of(*path);

        if (!device)
            continue;
        g_strv_builder_add(devices, device);
        if (strcmp(*path, bound) == 0)
            config->bound_device = g_steal_pointer(&device);
        config->serves = config->serves || strcmp(*path, config->tree) == 0;
    }
    config->devices = g_strv_builder_end(devices);
    return served != NULL;
}

void
attach_config_clear(AttachConfig *config)
{
    g_clear_pointer(&config->devices, g_strfreev);
    g_clear_pointer(&config->bound_device, g_free);
}

static bool
open_place(const Process *process, Place *ret, GError **error)
{
    ret->root_fd = process_open(process, "root", O_PATH | O_DIRECTORY, error);
    ret->mnt_fd = ret->root_fd >= 0 ? process_open(process, "ns/mnt", O_RDONLY, error) : -1;
    if (ret->mnt_fd >= 0)
        ret->cgroup_fd = process_open(process, "ns/cgroup", O_RDONLY, NULL);
    return ret->mnt_fd >= 0;
}

/* Nobody but the container is to see what is mounted in it. */
static bool
check_peers(const GPtrArray *mounts, GError **error)
{
    static const char *const tables[] = {"/proc/self/mountinfo", "/proc/1/mountinfo"};

    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        size_t len;
        g_autofree char *text = io_read_at(AT_FDCWD, tables[i], &len, NULL);
        g_autoptr(GPtrArray) machine = text ? mount_tree_parse(text, len) : NULL;

        if (machine && mount_tree_is_shared_with(mounts, machine)) {
            g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                        "its /proc or /sys is shared with the machine: refused");
            return false;
        }
    }
    return true;
}

/* Only what is bound from our own daemon names anything there: others may call theirs as they like.
 */
static char *
bound_id(const AttachConfig *config, const TreeMount *mount)
{
    return g_strcmp0(config->bound_device, mount->device) == 0 ? mount_tree_bound_id(mount) : NULL;
}

/* What it was registered as when it was given what it has. */
static char *
former_id(const AttachConfig *config, const GPtrArray *mounts)
{
    char *id = NULL;

    for (guint i = mounts->len; i-- > 0 && !id;)
        id = bound_id(config, mounts->pdata[i]);
    return id;
}

static void
set_reason(AttachReport *report, AttachOutcome outcome, const char *reason)
{
    report->outcome = outcome;
    report->files = 0;
    g_free(report->reason);
    report->reason = g_strdup(reason);
}

/* Sets @ret's outcome and files, and what is left alone. */
static bool
inject(const AttachConfig *config, const Process *process, const char *bound, AttachReport *ret,
       GError **error)
{
    g_autoptr(GPtrArray) list = tree_ask_files(bound, config->tree, error), mounts = NULL;
    g_auto(Place) place = PLACE_NULL;
    InjectCounts counts = {0};

    if (!list || (config->files && !select_files(list, config->files, error)))
        return false;
    mounts = process_mounts(process, error); /* anew: what was dead is taken out by now */
    if (!mounts || !open_place(process, &place, error) ||
        !inject_files(&(Inject){&place, list, config->devices, mounts, ""}, &counts, &ret->left,
                      error))
        return false;
    ret->files = counts.injected ? counts.injected : counts.present;
    ret->outcome = counts.injected ? ATTACH_INJECTED : ATTACH_PRESENT;
    if (ret->files == 0 && counts.left > 0)
        set_reason(ret, ATTACH_SKIPPED, "no file is left to it");
    if (ret->reason || (ret->files > 0 && process_lives(process)))
        return true;
    g_set_error_literal(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                        ret->files > 0 ? "it has ended" : "it has neither /proc nor /sys");
    return false;
}

static bool
enroll_and_inject(const AttachConfig *config, const Process *process, const GPtrArray *mounts,
                  AttachReport *ret, GError **error)
{
    g_autofree char *former = former_id(config, mounts);
    g_auto(Enrolment) enrolment = {0};
    bool good = check_peers(mounts, error) &&
                enroll(config->run_dir, process, former, &enrolment, error) &&
                inject(config, process, enrolment.path, ret, error);

    if (enrolment.id) {
        g_free(ret->name);
        ret->name = g_strdup(enrolment.id);
    }
    if (!good || ret->outcome != ATTACH_INJECTED)
        enroll_undo(config->run_dir, &enrolment);
    return good;
}

static void
report_begin(const Process *process, AttachReport *ret)
{
    *ret = (AttachReport){.name = process->id ? g_strdup(process->id)
                                              : g_strdup_printf("%d", (int)process->pid),
                          .pid = process->pid};
}

/* Of what skip.h knows only this can be seen.  The caller frees. */
static char *
reason_to_skip(const AttachConfig *config, const GPtrArray *mounts)
{
    const char *reason = skip_reason(&(SkipFacts){.unmasked = mount_tree_is_unmasked(mounts)},
                                     &(SkipRules){.unmasked = config->force});

    return reason ? g_strdup_printf("%s; --force attaches all the same", reason) : NULL;
}

void
attach_container(const AttachConfig *config, const Process *process, AttachReport *ret)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) mounts = NULL;
    g_autofree char *reason = NULL;

    if (config->repair) {
        repair_container(config, process, ret);
        if (ret->outcome != ATTACH_HEALTHY)
            return;
        attach_report_clear(ret);
    }
    mounts = process_mounts(process, &error);
    report_begin(process, ret);
    reason = mounts ? reason_to_skip(config, mounts) : NULL;
    if (reason)
        set_reason(ret, ATTACH_SKIPPED, reason);
    else if (!mounts || !enroll_and_inject(config, process, mounts, ret, &error))
        set_reason(ret, ATTACH_FAILED, error->message);
}

static bool
eject(const AttachConfig *config, const Process *process, EjectWhat what, unsigned *ret_count,
      GError **error)
{
    g_autoptr(GPtrArray) mounts = process_mounts(process, error);
    g_auto(Place) place = PLACE_NULL;

    return mounts && open_place(process, &place, error) &&
           eject_files(&(Eject){&place, mounts, config->devices, what}, ret_count, error);
}

static void
unregister_all(const AttachConfig *config, const GPtrArray *mounts)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < mounts->len; i++) {
        char *id = bound_id(config, mounts->pdata[i]);

        if (id && g_hash_table_add(seen, id))
            enroll_end(config->run_dir, id);
    }
}

/* How many of the daemon's files it still has: somebody else's mounts cover them, or it moves what
 * is on the way to them just now. */
static unsigned
left_of(const AttachConfig *config, const Process *process)
{
    g_autoptr(GPtrArray) mounts = process_mounts(process, NULL);
    unsigned left = 0;

    for (guint i = 0; mounts && i < mounts->len; i++) {
        const TreeMount *mount = mounts->pdata[i];

        if (mount_tree_is_over_kernel_file(mount) &&
            g_strv_contains((const char *const *)config->devices, mount->device))
            left++;
    }
    return left;
}

void
detach_container(const AttachConfig *config, const Process *process, AttachReport *ret)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) mounts = process_mounts(process, &error);
    g_autofree char *id = mounts ? former_id(config, mounts) : NULL;
    unsigned count = 0, left;

    report_begin(process, ret);
    if (id) {
        g_free(ret->name);
        ret->name = g_steal_pointer(&id);
    }
    if (!mounts || !eject(config, process, EJECT_OURS, &count, &error)) {
        set_reason(ret, ATTACH_FAILED, error->message);
        return;
    }
    left = left_of(config, process);
    if (left > 0) {
        g_autofree char *reason = g_strdup_printf("%u of its files cannot be reached", left);

        set_reason(ret, ATTACH_FAILED, reason);
        return;
    }
    unregister_all(config, mounts);
    ret->outcome = count ? ATTACH_DETACHED : ATTACH_NOTHING;
    ret->files = count;
}

void
repair_container(const AttachConfig *config, const Process *process, AttachReport *ret)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) mounts = process_mounts(process, &error);
    unsigned dead = 0;

    report_begin(process, ret);
    if (!mounts || !eject(config, process, EJECT_LOOK, &dead, &error)) {
        set_reason(ret, ATTACH_FAILED, error->message);
        return;
    }
    ret->outcome = ATTACH_HEALTHY;
    if (dead == 0)
        return;
    if (!check_peers(mounts, &error) || !eject(config, process, EJECT_DEAD, &dead, &error) ||
        !enroll_and_inject(config, process, mounts, ret, &error))
        set_reason(ret, ATTACH_FAILED, error->message);
    else if (ret->outcome != ATTACH_SKIPPED)
        ret->outcome = ATTACH_REPAIRED;
}
