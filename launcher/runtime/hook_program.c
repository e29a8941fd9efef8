/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/hook_program.h"

#include "launcher/program.h"

#include <unistd.h>

#define PROGRAM "ownproc"

char *
hook_program_find(const Settings *settings)
{
    static const char *const places[] = {"", "../", NULL};

    if (!settings->program)
        return program_beside(places, PROGRAM);
    return access(settings->program, X_OK) == 0 ? g_strdup(settings->program) : NULL;
}

bool
hook_program_add(json_object *spec, const char *program, const Settings *settings,
                 const char *files)
{
    const char *args[] = {PROGRAM,
                          "hook",
                          "--files",
                          files,
                          "--run-dir",
                          settings->run_dir,
                          "--mountpoint",
                          settings->tree,
                          "--force", /* the decision is made, and not made again by other rules */
                          settings->required ? "--require" : NULL,
                          NULL};

    return spec_add_hook(spec, program, args);
}
