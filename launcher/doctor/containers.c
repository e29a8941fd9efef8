/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The containers that run: has each its files, and are those alive? */

#include "launcher/doctor/checks.h"

#include "common/error.h"
#include "common/fd.h"
#include "launcher/attach/find.h"
#include "launcher/attach/mount_tree.h"
#include "launcher/attach/place.h"
#include "launcher/in_child.h"

#include <fcntl.h>
#include <string.h>

#define NAMED_MAX 10u /* containers that are called by name */
#define SILENT_MAX 5u /* connections whose answer is waited for in vain: anybody can make many */

typedef enum {
    CONTAINER_COVERED,
    CONTAINER_BARE,
    CONTAINER_UNMASKED,
    CONTAINER_DEAD,
    CONTAINER_UNSEEN,
} Condition;

typedef struct {
    const char *advice, *what; /* NULL: nothing to say of each */
    FindingState state;
} ConditionText;

static const ConditionText texts[] = {
    [CONTAINER_COVERED] = {NULL, NULL, FINDING_GOOD},
    [CONTAINER_BARE] = {"ownproc attach --all gives all of them their files.",
                        "has none of the files and sees the host", FINDING_BAD},
    [CONTAINER_UNMASKED] = {"It is privileged: ownproc attach --force, if no container runs in it.",
                            "has none of the files, and nothing of its /proc is masked",
                            FINDING_NOTE},
    [CONTAINER_DEAD] = {"ownproc repair --all puts new ones there.", "has files that are dead",
                        FINDING_BAD},
    [CONTAINER_UNSEEN] = {"Repair those that are dead, then ask again.",
                          "was not looked at, because too many others do not answer",
                          FINDING_UNKNOWN},
};

/* One file of one container, which may never answer. */
typedef struct {
    const Process *process;
    const TreeMount *mount;
} File;

/* Writes a word if the file is dead. */
static bool
probe(void *data, GString *ret, GError **error)
{
    const File *file = data;
    g_auto(Place) place = PLACE_NULL;
    autofd fd = -1;

    place.root_fd = process_open(file->process, "root", O_PATH | O_DIRECTORY, error);
    if (place.root_fd < 0 || !place_prepare(&place, error))
        return false;
    fd = place_open(&place, file->mount->point + strspn(file->mount->point, "/"));
    if (mount_tree_is_dead(file->mount, fd < 0 ? errno : place_probe(&place, fd)))
        g_string_append(ret, "dead");
    return true;
}

typedef enum { FILE_ALIVE, FILE_DEAD, FILE_SILENT } FileState;

/* What its reader is told, or that nobody answers him. */
static FileState
state_of(const Process *process, const TreeMount *mount)
{
    File file = {process, mount};
    InChild what = {probe, &file, CHECK_PATIENCE_SEC};
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) said = in_child(&what, &error);

    if (said)
        return said->len > 0 ? FILE_DEAD : FILE_ALIVE;
    return g_error_matches(error, READ_ERROR, READ_ERROR_IO) ? FILE_SILENT : FILE_ALIVE;
}

/* All of one connection live and die together, so of each one file is read; of one that did not
 * answer, @silent, no other container's. */
static Condition
condition_of(const Process *process, const GPtrArray *mounts, GHashTable *silent)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < mounts->len; i++) {
        const TreeMount *mount = mounts->pdata[i];
        FileState state = FILE_SILENT;

        if (!mount_tree_is_served(mount) || !g_hash_table_add(seen, mount->device))
            continue;
        if (!g_hash_table_contains(silent, mount->device) &&
            g_hash_table_size(silent) >= SILENT_MAX)
            return CONTAINER_UNSEEN;
        if (!g_hash_table_contains(silent, mount->device))
            state = state_of(process, mount);
        if (state == FILE_SILENT)
            g_hash_table_add(silent, g_strdup(mount->device));
        if (state != FILE_ALIVE)
            return CONTAINER_DEAD;
    }
    if (g_hash_table_size(seen) > 0)
        return CONTAINER_COVERED;
    return mount_tree_is_unmasked(mounts) ? CONTAINER_UNMASKED : CONTAINER_BARE;
}

static void
say_one(const Doctor *doctor, const Process *process, const ConditionText *text)
{
    CHECK_SAY(doctor, "containers", text->state, text->advice, "Container %.12s (process %d) %s.",
              process->id ? process->id : "without a name", (int)process->pid, text->what);
}

static bool
has_proc(const GPtrArray *mounts)
{
    for (guint i = 0; i < mounts->len; i++)
        if (strcmp(((const TreeMount *)mounts->pdata[i])->point, "/proc") == 0)
            return true;
    return false;
}

void
check_containers(const Doctor *doctor)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) containers = find_containers(NULL, &error);
    g_autoptr(GHashTable) silent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    unsigned counts[G_N_ELEMENTS(texts)] = {0};

    if (!containers) {
        CHECK_SAY(doctor, "containers", FINDING_UNKNOWN, NULL, "%s.", error->message);
        return;
    }
    for (guint i = 0; i < containers->len; i++) {
        const Process *process = containers->pdata[i];
        g_autoptr(GPtrArray) mounts = process_mounts(process, NULL);
        Condition condition;

        if (!mounts || !has_proc(mounts)) /* it has ended, or cannot read any of it */
            continue;
        condition = condition_of(process, mounts, silent);
        if (counts[condition]++ < NAMED_MAX && texts[condition].what)
            say_one(doctor, process, &texts[condition]);
    }
    CHECK_GOOD(doctor, "containers",
               "%u containers have their files, %u have not, of %u they are dead.",
               counts[CONTAINER_COVERED], counts[CONTAINER_BARE] + counts[CONTAINER_UNMASKED],
               counts[CONTAINER_DEAD]);
}
