/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/mount_spec.h"

#include "common/lines.h"
#include "launcher/launch_error.h"

#include <string.h>

/* The options tmpfs(5) takes itself; the others become attributes of the mount. */
static const char *const tmpfs_keys[] = {"size=", "mode=", "uid=", "gid=", "nr_inodes="};

void
mount_spec_free(MountSpec *spec)
{
    if (!spec)
        return;
    g_free(spec->source);
    g_free(spec->target);
    g_free(spec->options);
    g_free(spec);
}

/* Writes "/a//b/./c/" as "/a/b/c".  NULL if it is not absolute or climbs with "..". */
static char *
canonical(const char *path)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Span rest = {path, strlen(path)}, part;

    if (path[0] != '/')
        return NULL;
    while (span_next_field(&rest, '/', &part)) {
        if (part.len == 0 || span_equals(part, "."))
            continue;
        if (span_equals(part, ".."))
            return NULL;
        g_string_append_c(out, '/');
        g_string_append_len(out, part.text, (gssize)part.len);
    }
    return g_strdup(out->len ? out->str : "/");
}

static bool
set_target(MountSpec *spec, const char *text, GError **error)
{
    spec->target = canonical(text);
    if (!spec->target) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE,
                    "'%s' is no place in the container: it must start with / and not contain ..",
                    text);
        return false;
    }
    if (strcmp(spec->target, "/") == 0 || strcmp(spec->target, "/proc") == 0) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE, "nothing can be mounted over %s",
                    spec->target);
        return false;
    }
    return true;
}

MountSpec *
mount_spec_parse_volume(const char *text, GError **error)
{
    g_autoptr(MountSpec) spec = g_new0(MountSpec, 1);
    g_auto(GStrv) parts = g_strsplit(text, ":", 4);
    unsigned n = g_strv_length(parts);

    if (n < 2 || n > 3 || parts[0][0] == '\0' ||
        (n == 3 && strcmp(parts[2], "ro") != 0 && strcmp(parts[2], "rw") != 0)) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE,
                    "'%s' is not SOURCE:TARGET or SOURCE:TARGET:ro", text);
        return NULL;
    }
    if (!strchr(parts[0], '/')) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE,
                    "'%s' names a volume; only paths such as ./%s are known", parts[0], parts[0]);
        return NULL;
    }
    spec->source = g_strdup(parts[0]);
    spec->read_only = n == 3 && strcmp(parts[2], "ro") == 0;
    return set_target(spec, parts[1], error) ? g_steal_pointer(&spec) : NULL;
}

static bool
is_tmpfs_key(Span option)
{
    for (size_t i = 0; i < G_N_ELEMENTS(tmpfs_keys); i++)
        if (span_starts_with(option, tmpfs_keys[i]) && option.len > strlen(tmpfs_keys[i]))
            return true;
    return false;
}

static bool
take_option(MountSpec *spec, Span option, GString *own)
{
    if (span_equals(option, "ro") || span_equals(option, "rw"))
        spec->read_only = option.text[1] == 'o';
    else if (span_equals(option, "exec") || span_equals(option, "noexec"))
        spec->executable = option.text[0] == 'e';
    else if (is_tmpfs_key(option))
        g_string_append_printf(own, "%s%.*s", own->len ? "," : "", (int)option.len, option.text);
    else
        return span_equals(option, "nosuid") || span_equals(option, "nodev");
    return true;
}

MountSpec *
mount_spec_parse_tmpfs(const char *text, GError **error)
{
    g_autoptr(MountSpec) spec = g_new0(MountSpec, 1);
    g_autoptr(GString) own = g_string_new(NULL);
    const char *colon = strchrnul(text, ':');
    g_autofree char *target = g_strndup(text, (gsize)(colon - text));
    Span rest = {*colon ? colon + 1 : colon, *colon ? strlen(colon + 1) : 0}, option;

    while (rest.len > 0 && span_next_field(&rest, ',', &option))
        if (!take_option(spec, option, own)) {
            g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE,
                        "'%.*s' is no option of a tmpfs here", (int)option.len, option.text);
            return NULL;
        }
    if (own->len)
        spec->options = g_strdup(own->str);
    return set_target(spec, target, error) ? g_steal_pointer(&spec) : NULL;
}
