/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/spec.h"

#include <string.h>

#define DEPTH_MAX 64 /* of a configuration; real ones have 8 */
#define INJECT "ownproc.dev/inject"
#define ADDED "ownproc.dev/runtime"
#define ADDED_FILES "files"
#define ADDED_TIME "files time"

// clang-format off
G_DEFINE_QUARK(ownproc-spec-error, spec_error)
// clang-format on

json_object *
spec_parse(const char *text, size_t len, GError **error)
{
    json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
    g_autoptr(json_object) spec = NULL;
    const char *what = "it is no object";

    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    /* To the parser the NUL behind the text is its end. */
    if (len < G_MAXINT && strlen(text) == len)
        spec = json_tokener_parse_ex(tokener, text, (int)len + 1);
    if (!spec)
        what = json_tokener_error_desc(json_tokener_get_error(tokener));
    json_tokener_free(tokener);
    if (json_object_is_type(spec, json_type_object))
        return g_steal_pointer(&spec);
    g_set_error(error, SPEC_ERROR, SPEC_ERROR_MALFORMED, "not JSON as it should be: %s", what);
    return NULL;
}

/* @key of @object if it is of @type, else NULL; borrowed. */
static json_object *
get(json_object *object, const char *key, json_type type)
{
    json_object *value = NULL;

    if (!json_object_is_type(object, json_type_object) ||
        !json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, type))
        return NULL;
    return value;
}

/* The same, made if it is missing or null; NULL if it is of another type. */
static json_object *
need(json_object *object, const char *key, json_type type)
{
    json_object *value = NULL;

    if (json_object_object_get_ex(object, key, &value) && value)
        return json_object_is_type(value, type) ? value : NULL;
    value = type == json_type_array ? json_object_new_array() : json_object_new_object();
    json_object_object_add(object, key, value);
    return value;
}

static const char *
string_of(json_object *object, const char *key)
{
    json_object *value = get(object, key, json_type_string);

    return value ? json_object_get_string(value) : NULL;
}

static size_t
length_of(json_object *array)
{
    return array ? json_object_array_length(array) : 0;
}

static json_object *
find_namespace(json_object *spec, const char *type)
{
    json_object *all = get(get(spec, "linux", json_type_object), "namespaces", json_type_array);

    for (size_t i = 0; i < length_of(all); i++) {
        json_object *one = json_object_array_get_idx(all, i);

        if (g_strcmp0(string_of(one, "type"), type) == 0)
            return one;
    }
    return NULL;
}

SpecPid
spec_pid_namespace(json_object *spec, const char **ret_path)
{
    json_object *pid = find_namespace(spec, "pid");

    *ret_path = string_of(pid, "path");
    if (!pid)
        return SPEC_PID_HOST;
    return *ret_path && **ret_path ? SPEC_PID_PATH : SPEC_PID_OWN;
}

SpecAnnotation
spec_annotation(json_object *spec)
{
    const char *value = string_of(get(spec, "annotations", json_type_object), INJECT);

    if (g_strcmp0(value, "true") == 0)
        return SPEC_ANNOTATION_YES;
    return g_strcmp0(value, "false") == 0 ? SPEC_ANNOTATION_NO : SPEC_ANNOTATION_NONE;
}

/* Where @mount is, from the container's root; NULL if it does not say.  The caller frees. */
static char *
point_of(json_object *mount)
{
    const char *destination = string_of(mount, "destination");

    if (!destination)
        return NULL;
    while (*destination == '/') /* two of them would be kept */
        destination++;
    return g_canonicalize_filename(*destination ? destination : ".", "/");
}

/* The last mount whose destination is @point; NULL if there is none. */
static json_object *
mount_at(json_object *spec, const char *point)
{
    json_object *mounts = get(spec, "mounts", json_type_array), *found = NULL;

    for (size_t i = 0; i < length_of(mounts); i++) {
        json_object *mount = json_object_array_get_idx(mounts, i);
        g_autofree char *path = point_of(mount);

        if (g_strcmp0(path, point) == 0)
            found = mount;
    }
    return found;
}

bool
spec_has_proc(json_object *spec, GError **error)
{
    json_object *proc = mount_at(spec, "/proc");

    if (get(spec, "linux", json_type_object) && g_strcmp0(string_of(proc, "type"), "proc") == 0)
        return true;
    g_set_error(error, SPEC_ERROR, SPEC_ERROR_SKIP, "it mounts no procfs of its own at /proc");
    return false;
}

bool
spec_is_unmasked(json_object *spec)
{
    return length_of(get(get(spec, "linux", json_type_object), "maskedPaths", json_type_array)) ==
           0;
}

/* True if @path is @above or below it. */
static bool
is_below(const char *path, const char *above)
{
    size_t len = strlen(above);

    return strncmp(path, above, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

/* True if a bind at @point would be where somebody else's mount is. */
static bool
is_taken(json_object *spec, const char *point)
{
    json_object *mounts = get(spec, "mounts", json_type_array);

    for (size_t i = 0; i < length_of(mounts); i++) {
        g_autofree char *path = point_of(json_object_array_get_idx(mounts, i));

        if (!path || strcmp(path, "/") == 0 || strcmp(path, "/proc") == 0 ||
            strcmp(path, "/sys") == 0)
            continue;
        if (is_below(path, point) || is_below(point, path))
            return true;
    }
    return false;
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
spec_add_file(json_object *spec, const char *tree, const char *file)
{
    static const char *const options[] = {"bind",   "ro",       "nosuid", "nodev",
                                          "noexec", "rprivate", NULL};
    json_object *mounts = need(spec, "mounts", json_type_array), *mount;
    g_autofree char *source = g_strdup_printf("%s/%s", tree, file);
    g_autofree char *point = g_strdup_printf("/%s", file);

    if (!mounts || is_taken(spec, point) ||
        (g_str_has_prefix(file, "sys/") && !mount_at(spec, "/sys")))
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
    json_object *hooks = need(spec, "hooks", json_type_object);
    json_object *stage = hooks ? need(hooks, "createContainer", json_type_array) : NULL, *hook;

    if (!stage)
        return false;
    hook = json_object_new_object();
    json_object_object_add(hook, "path", json_object_new_string(path));
    json_object_object_add(hook, "args", strings(args));
    json_object_array_add(stage, hook);
    return true;
}

bool
spec_add_time_namespace(json_object *spec, uint64_t boottime_nsec)
{
    json_object *system = get(spec, "linux", json_type_object), *namespaces, *name, *offsets, *boot;
    /* time_namespaces(7): nanoseconds are never negative, so -5.3 s is -6 s and 700,000,000 ns. */
    uint64_t nsec = boottime_nsec % G_GUINT64_CONSTANT(1000000000);
    int64_t sec = -(int64_t)(boottime_nsec / G_GUINT64_CONSTANT(1000000000)) - (nsec > 0);

    if (!system || find_namespace(spec, "time"))
        return false;
    namespaces = need(system, "namespaces", json_type_array);
    offsets = need(system, "timeOffsets", json_type_object);
    if (!namespaces || !offsets)
        return false;
    name = json_object_new_object();
    json_object_object_add(name, "type", json_object_new_string("time"));
    json_object_array_add(namespaces, name);
    boot = json_object_new_object();
    json_object_object_add(boot, "secs", json_object_new_int64(sec));
    json_object_object_add(boot, "nanosecs",
                           json_object_new_int64(nsec ? 1000000000 - (int64_t)nsec : 0));
    json_object_object_add(offsets, "boottime", boot);
    return true;
}

/* Removes each element of @array of which @ours says that it is. */
static void
drop(json_object *array, bool (*ours)(json_object *one, const char *text), const char *text)
{
    for (size_t i = length_of(array); i-- > 0;)
        if (ours(json_object_array_get_idx(array, i), text))
            json_object_array_del_idx(array, i, 1);
}

static bool
is_our_mount(json_object *mount, const char *tree)
{
    const char *source = string_of(mount, "source");

    return source && is_below(source, tree) &&
           g_strcmp0(source + strlen(tree), string_of(mount, "destination")) == 0;
}

static bool
is_our_hook(json_object *hook, const char *path)
{
    return g_strcmp0(string_of(hook, "path"), path) == 0;
}

static bool
is_time_namespace(json_object *name, const char *type)
{
    return g_strcmp0(string_of(name, "type"), type) == 0;
}

bool
spec_take_back(json_object *spec, const char *tree, const char *hook)
{
    json_object *notes = get(spec, "annotations", json_type_object);
    json_object *system = get(spec, "linux", json_type_object);
    const char *added = string_of(notes, ADDED);

    if (!added)
        return false;
    drop(get(spec, "mounts", json_type_array), is_our_mount, tree);
    if (hook)
        drop(get(get(spec, "hooks", json_type_object), "createContainer", json_type_array),
             is_our_hook, hook);
    if (system && strcmp(added, ADDED_TIME) == 0) {
        drop(get(system, "namespaces", json_type_array), is_time_namespace, "time");
        json_object_object_del(system, "timeOffsets");
    }
    json_object_object_del(notes, ADDED);
    return true;
}

bool
spec_note(json_object *spec, bool time_namespace)
{
    json_object *notes = need(spec, "annotations", json_type_object);

    if (!notes)
        return false;
    json_object_object_add(notes, ADDED,
                           json_object_new_string(time_namespace ? ADDED_TIME : ADDED_FILES));
    return true;
}

const char *
spec_text(json_object *spec)
{
    return json_object_to_json_string_ext(spec,
                                          JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}
