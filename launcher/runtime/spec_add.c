/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is added to a configuration, and taken out again. */

#include "launcher/runtime/spec.h"

#include "launcher/runtime/spec_json.h"

#include <string.h>

#define ADDED "ownproc.dev/runtime"
#define NSEC_PER_SEC UINT64_C(1000000000)

/* What the annotation says, by SpecClock. */
static const char *const added_texts[] = {"files", "files offset", "files time"};

/* True if @path is @above or below it. */
static bool
is_below(const char *path, const char *above)
{
    size_t len = strlen(above);

    return strncmp(path, above, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static json_object *
strings(const char *const *words)
{
    json_object *array = json_object_new_array();

    for (size_t i = 0; words[i]; i++)
        json_object_array_add(array, json_object_new_string(words[i]));
    return array;
}

bool
spec_add_file(json_object *spec, const OwnMounts *own, const char *tree, const char *file)
{
    static const char *const options[] = {"bind",   "ro",       "nosuid", "nodev",
                                          "noexec", "rprivate", NULL};
    json_object *mounts = spec_need(spec, "mounts", json_type_array), *mount;
    g_autofree char *source = g_strdup_printf("%s/%s", tree, file);
    g_autofree char *point = g_strdup_printf("/%s", file);

    if (!mounts || own_mounts_cover(own, file))
        return false;
    mount = json_object_new_object();
    json_object_object_add(mount, "destination", json_object_new_string(point));
    json_object_object_add(mount, "type", json_object_new_string("bind"));
    json_object_object_add(mount, "source", json_object_new_string(source));
    json_object_object_add(mount, "options", strings(options));
    json_object_array_add(mounts, mount);
    return true;
}

bool
spec_add_hook(json_object *spec, const char *path, const char *const *args)
{
    json_object *hooks = spec_need(spec, "hooks", json_type_object);
    json_object *stage = hooks ? spec_need(hooks, "createContainer", json_type_array) : NULL, *hook;

    if (!stage)
        return false;
    hook = json_object_new_object();
    json_object_object_add(hook, "path", json_object_new_string(path));
    json_object_object_add(hook, "args", strings(args));
    json_object_array_add(stage, hook);
    return true;
}

static json_object *
boot_offset(uint64_t boottime_nsec)
{
    json_object *boot = json_object_new_object();
    /* time_namespaces(7): nanoseconds are never negative, so -5.3 s is -6 s and 700,000,000 ns. */
    uint64_t nsec = boottime_nsec % NSEC_PER_SEC;
    int64_t sec = -(int64_t)(boottime_nsec / NSEC_PER_SEC) - (nsec > 0);

    json_object_object_add(boot, "secs", json_object_new_int64(sec));
    json_object_object_add(boot, "nanosecs",
                           json_object_new_int64(nsec ? (int64_t)(NSEC_PER_SEC - nsec) : 0));
    return boot;
}

SpecClock
spec_add_clock(json_object *spec, uint64_t boottime_nsec)
{
    json_object *system = json_read_get(spec, "linux", json_type_object), *namespaces, *name,
                *offsets;
    json_object *own = spec_namespace(spec, "time");

    if (!system || json_read_string(own, "path") ||
        json_read_get(system, "timeOffsets", json_type_object))
        return SPEC_CLOCK_NONE;
    namespaces = spec_need(system, "namespaces", json_type_array);
    offsets = spec_need(system, "timeOffsets", json_type_object);
    if (!namespaces || !offsets)
        return SPEC_CLOCK_NONE;
    json_object_object_add(offsets, "boottime", boot_offset(boottime_nsec));
    if (own)
        return SPEC_CLOCK_OFFSET;
    name = json_object_new_object();
    json_object_object_add(name, "type", json_object_new_string("time"));
    json_object_array_add(namespaces, name);
    return SPEC_CLOCK_NAMESPACE;
}

/* Removes each element of @array of which @ours says that it is. */
static void
drop(json_object *array, bool (*ours)(json_object *one, const char *text), const char *text)
{
    for (size_t i = json_read_length(array); i-- > 0;)
        if (ours(json_object_array_get_idx(array, i), text))
            json_object_array_del_idx(array, i, 1);
}

static bool
is_our_mount(json_object *mount, const char *tree)
{
    const char *source = json_read_string(mount, "source");

    return source && is_below(source, tree) &&
           g_strcmp0(source + strlen(tree), json_read_string(mount, "destination")) == 0;
}

static bool
is_our_hook(json_object *hook, const char *path)
{
    return g_strcmp0(json_read_string(hook, "path"), path) == 0;
}

static bool
is_time_namespace(json_object *name, const char *type)
{
    return g_strcmp0(json_read_string(name, "type"), type) == 0;
}

bool
spec_take_back(json_object *spec, const char *tree, const char *hook)
{
    json_object *notes = json_read_get(spec, "annotations", json_type_object);
    json_object *system = json_read_get(spec, "linux", json_type_object);
    const char *added = json_read_string(notes, ADDED);

    if (!added)
        return false;
    drop(json_read_get(spec, "mounts", json_type_array), is_our_mount, tree);
    if (hook)
        drop(json_read_get(json_read_get(spec, "hooks", json_type_object), "createContainer",
                           json_type_array),
             is_our_hook, hook);
    if (system && strcmp(added, added_texts[SPEC_CLOCK_NAMESPACE]) == 0)
        drop(json_read_get(system, "namespaces", json_type_array), is_time_namespace, "time");
    if (system && strcmp(added, added_texts[SPEC_CLOCK_NONE]) != 0)
        json_object_object_del(system, "timeOffsets");
    json_object_object_del(notes, ADDED);
    return true;
}

bool
spec_note(json_object *spec, SpecClock clock)
{
    json_object *notes = spec_need(spec, "annotations", json_type_object);

    if (!notes)
        return false;
    json_object_object_add(notes, ADDED, json_object_new_string(added_texts[clock]));
    return true;
}
