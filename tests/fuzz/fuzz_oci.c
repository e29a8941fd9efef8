/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a runtime tells a hook: a root directory is absolute whatever it says.  The input is two
 * texts, the state and config.json, with a NUL between. */

#include "launcher/oci.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *cut = memchr(text, '\0', size);
    size_t len = cut ? (size_t)(cut - text) : size;
    g_auto(OciState) state = {0};
    g_auto(OciConfig) config = {0};
    g_autofree char *root = NULL;

    if (!oci_state_parse(text, len, &state, NULL))
        return 0;
    g_assert(state.id && state.bundle[0] == '/' && state.pid >= 0);
    if (!cut || !oci_config_parse(cut + 1, size - len - 1, &config, NULL))
        return 0;
    root = oci_root(&state, &config);
    g_assert(root[0] == '/');
    return 0;
}
