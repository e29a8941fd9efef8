/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/step.h"

void
steps_undo(const Step *steps, size_t n, void *context)
{
    while (n-- > 0)
        if (steps[n].undo)
            steps[n].undo(context);
}

bool
steps_run(const Step *steps, size_t n, void *context, GError **error)
{
    for (size_t i = 0; i < n; i++)
        if (!steps[i].run(context, error)) {
            g_prefix_error(error, "cannot %s: ", steps[i].what);
            steps_undo(steps, i + 1, context);
            return false;
        }
    return true;
}
