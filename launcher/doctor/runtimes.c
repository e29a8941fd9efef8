/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which files each installed runtime lets be mounted. */

#include "launcher/doctor/checks.h"

#include "launcher/doctor/runtime_version.h"
#include "launcher/program.h"

static const char *const names[] = {"runc", "crun"};

static void
say(const Doctor *doctor, const RuntimeVersion *version)
{
    g_autofree char *list = version->files ? g_strjoinv(", ", version->files) : NULL;

    if (version->takes_all)
        CHECK_GOOD(doctor, "runtime", "%s %s takes every file.", version->name, version->version);
    else
        CHECK_SAY(doctor, "runtime", FINDING_GOOD,
                  "Others (pressure, vmstat) come by ownproc-runc, a hook or attach.",
                  "%s %s takes %s, and all below /sys.", version->name, version->version, list);
}

void
check_runtimes(const Doctor *doctor)
{
    guint before = doctor->findings->len;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = program_find(names[i]);
        g_autoptr(GString) text = path ? program_ask(path, "--version", CHECK_PATIENCE_SEC) : NULL;
        g_auto(RuntimeVersion) version = {0};

        if (text && runtime_version_parse(text->str, &version))
            say(doctor, &version);
        else if (path)
            CHECK_SAY(doctor, "runtime", FINDING_UNKNOWN, NULL, "%s does not say its version.",
                      path);
    }
    if (doctor->findings->len == before)
        CHECK_GOOD(doctor, "runtime", "Neither runc nor crun is installed.");
}
