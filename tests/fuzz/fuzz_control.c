/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A request over the control socket that is let through has what its verb needs. */

#include "common/control_value.h"
#include "fs/control/request.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/* What was understood can be said again, and is the same. */
static void
check_value(const char *value)
{
    g_autoptr(GString) text = g_string_new("unregister\nid=");
    g_auto(ControlRequest) again = {0};

    control_value_append(text, value);
    g_string_append(text, "\n\n");
    g_assert(control_request_parse(text->str, text->len, &again, NULL));
    g_assert(strcmp(again.id, value) == 0);
}

static void
check_path(const char *path)
{
    g_assert(!path || (path[0] == '/' && !strstr(path, "//") && !strstr(path, "/../")));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    g_auto(ControlRequest) request = {0};

    (void)control_request_is_whole(text, size);
    if (!control_request_parse(text, size, &request, NULL))
        return 0;
    g_assert((request.verb == CONTROL_REGISTER || request.verb == CONTROL_UNREGISTER) <=
             (request.id != NULL));
    g_assert((request.verb == CONTROL_VIEW) == (request.file != NULL));
    g_assert(request.pid >= 0);
    if (request.id)
        check_value(request.id);
    check_path(request.cgroup);
    check_path(request.cgroups.unified);
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        check_path(request.cgroups.v1[i]);
    return 0;
}
