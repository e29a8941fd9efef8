/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/fs/serve_as.h"

bool
serve_as(const Server *server, const ProcName *name, pid_t tid, uint64_t now, GString *out,
         GError **error)
{
    g_autoptr(Asker) asker = askers_recall(server->askers, tid, now, error);
    g_auto(Text) text = {0};
    const char *bytes;
    size_t len;

    if (!asker || !serve_text(server, name, asker, now, &text, error))
        return false;
    bytes = g_bytes_get_data(text.bytes, &len);
    g_string_append_len(out, bytes, (gssize)len);
    return true;
}
