/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever a config.json says: what is added is there once, and is taken back whole. */

#include "launcher/oci.h"
#include "launcher/runtime/spec.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *const args[] = {"ownproc", "hook", NULL};
    g_autofree char *text = g_strndup((const char *)data, size), *once = NULL;
    g_autoptr(json_object) spec = json_read_object(text, size, NULL), again = NULL;
    g_autoptr(OwnMounts) own = NULL, then = NULL;
    const char *path;
    bool added;

    if (!spec)
        return 0;
    (void)spec_pid_namespace(spec, &path);
    (void)oci_is_unmasked(spec);
    if (oci_wish(spec) == WISH_NO)
        return 0;
    (void)spec_take_back(spec, "/tree", "/ownproc");
    own = spec_own_mounts(spec);
    (void)spec_has_proc(spec, own, NULL);
    added = spec_add_file(spec, own, "/tree", "proc/meminfo");
    then = spec_own_mounts(spec);
    g_assert(!added || !spec_add_file(spec, then, "/tree", "proc/meminfo"));
    (void)spec_add_hook(spec, "/ownproc", args);
    (void)spec_note(spec, spec_add_clock(spec, size));
    once = g_strdup(spec_text(spec));
    again = json_read_object(once, strlen(once), NULL);
    g_assert(again);
    g_assert(strcmp(spec_text(again), once) == 0);
    return 0;
}
