/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/engine_id.h"

#include <string.h>

#define ID_LEN 64
#define PREFIX_MIN 6
#define NAME_MAX_LEN 128 /* what the daemon takes (docs/PROTOCOL.md, register) */

static bool
is_hex_id(const char *text)
{
    return strlen(text) == ID_LEN && strspn(text, "0123456789abcdef") == ID_LEN;
}

/* Podman's and CRI-O's monitor of a container, which is outside: "libpod-conmon-ID.scope". */
static bool
is_monitor(const char *component)
{
    return strstr(component, "conmon") != NULL;
}

/* "docker-ID.scope", "kubepods-pod1.slice:cri-containerd:ID", "libpod-ID", "ID". */
static char *
hex_id_in(const char *component)
{
    g_autofree char *name = g_strdup(component);
    char *last;

    if (g_str_has_suffix(name, ".scope"))
        name[strlen(name) - strlen(".scope")] = '\0';
    last = strpbrk(name, "-:") ? name + strlen(name) : NULL;
    while (last && last > name && last[-1] != '-' && last[-1] != ':')
        last--;
    if (!last)
        last = name;
    return is_hex_id(last) ? g_strdup(last) : NULL;
}

static bool
is_name(const char *text)
{
    size_t len = strlen(text);

    return len > 0 && len <= NAME_MAX_LEN && text[0] != '.' &&
           strspn(text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-") == len;
}

/* "/ownproc/web", "/lxc/web", "/lxc.payload.web". */
static char *
name_in(const char *parent, const char *component)
{
    static const char payload[] = "lxc.payload.";
    const char *name = NULL;

    if (g_str_has_prefix(component, payload))
        name = component + strlen(payload);
    else if (g_str_equal(parent, "ownproc") || g_str_equal(parent, "lxc"))
        name = component;
    return name && is_name(name) ? g_strdup(name) : NULL;
}

static char *
id_in_path(const char *path)
{
    g_auto(GStrv) components = g_strsplit(path, "/", -1);
    char *id = NULL;

    for (guint i = g_strv_length(components); i-- > 0 && !id;) {
        if (is_monitor(components[i]))
            return NULL;
        id = hex_id_in(components[i]);
        if (!id)
            id = name_in(i > 0 ? components[i - 1] : "", components[i]);
    }
    return id;
}

char *
engine_id_of(const CgroupPaths *paths)
{
    char *id = paths->unified ? id_in_path(paths->unified) : NULL;

    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS && !id; i++)
        if (paths->v1[i])
            id = id_in_path(paths->v1[i]);
    return id;
}

bool
engine_id_is_meant(const char *id, const char *word)
{
    return g_str_equal(id, word) ||
           (is_hex_id(id) && strlen(word) >= PREFIX_MIN && g_str_has_prefix(id, word));
}
