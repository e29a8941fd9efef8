/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/control/request.h"

#include "common/control_value.h"
#include "common/lines.h"
#include "common/number.h"

#include <errno.h>
#include <string.h>

/* clang-format off: it would put spaces round the hyphens. */
G_DEFINE_QUARK(control - refusal - quark, control_refusal)
/* clang-format on */

/* Keys that were given, and that a verb takes. */
enum {
    KEY_ID = 1 << 0,
    KEY_PID = 1 << 1,
    KEY_CGROUP = 1 << 2,
    KEY_CGROUPS = 1 << 3, /* "cgroup.memory" and its like, any number of them */
    KEY_OFFSET = 1 << 4,
    KEY_FILE = 1 << 5,
};

static const struct {
    const char *word;
    ControlVerb verb;
    unsigned needed, one_of, allowed; /* of one_of exactly one is needed */
} verbs[] = {
    {"register", CONTROL_REGISTER, KEY_ID, KEY_PID | KEY_CGROUP | KEY_CGROUPS, KEY_OFFSET},
    {"unregister", CONTROL_UNREGISTER, KEY_ID, 0, 0},
    {"list", CONTROL_LIST, 0, 0, 0},
    {"view", CONTROL_VIEW, KEY_FILE, KEY_ID | KEY_PID, 0},
};

static bool
take_id(ControlRequest *request, const char *value)
{
    request->id = g_strdup(value);
    return value[0] != '\0';
}

static bool
take_pid(ControlRequest *request, const char *value)
{
    return number_parse_pid(value, strlen(value), &request->pid, NULL);
}

/* As /proc/PID/cgroup has it. */
static bool
is_cgroup_path(const char *path)
{
    Span rest, name;

    if (path[0] != '/')
        return false;
    rest = (Span){path + 1, strlen(path + 1)};
    if (rest.len == 0)
        return true;
    while (span_next_field(&rest, '/', &name))
        if (name.len == 0 || span_equals(name, ".") || span_equals(name, ".."))
            return false;
    return true;
}

static bool
take_cgroup(ControlRequest *request, const char *value)
{
    request->cgroup = g_strdup(value);
    return is_cgroup_path(value);
}

/* Up to 2^63 microseconds each way, as the kernel has it (time_namespaces(7)). */
static bool
take_offset(ControlRequest *request, const char *value)
{
    bool is_negative = value[0] == '-';
    uint64_t number;

    if (!number_parse(value + is_negative, strlen(value + is_negative), &number, NULL) ||
        number > G_MAXINT64)
        return false;
    request->boottime_offset = is_negative ? -(int64_t)number : (int64_t)number;
    request->has_offset = true;
    return true;
}

static bool
take_file(ControlRequest *request, const char *value)
{
    request->file = g_strdup(value);
    return value[0] != '\0';
}

static const struct {
    const char *key;
    unsigned bit;
    bool (*take)(ControlRequest *request, const char *value);
} keys[] = {
    {"id", KEY_ID, take_id},
    {"pid", KEY_PID, take_pid},
    {"cgroup", KEY_CGROUP, take_cgroup},
    {"boottime_offset", KEY_OFFSET, take_offset},
    {"file", KEY_FILE, take_file},
};

/* Where the path of the hierarchy called so goes: "memory", or "unified"; NULL if there is none. */
static char **
place_of(CgroupPaths *paths, Span name)
{
    if (span_equals(name, "unified"))
        return &paths->unified;
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (span_equals(name, cgroup_controller_name(i, 1)))
            return &paths->v1[i];
    return NULL;
}

#define HIERARCHY "cgroup."

static bool
take_hierarchy(ControlRequest *request, Span key, const char *value, unsigned *given)
{
    Span name = {key.text + strlen(HIERARCHY), key.len - strlen(HIERARCHY)};
    char **place = place_of(&request->cgroups, name);

    if (!place || *place || !is_cgroup_path(value))
        return false;
    *place = g_strdup(value);
    *given |= KEY_CGROUPS;
    return true;
}

static bool
take(ControlRequest *request, Span key, const char *value, unsigned *given)
{
    if (span_starts_with(key, HIERARCHY))
        return take_hierarchy(request, key, value, given);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (span_equals(key, keys[i].key)) {
            if (*given & keys[i].bit)
                return false; /* said twice */
            *given |= keys[i].bit;
            return keys[i].take(request, value);
        }
    return false;
}

bool
control_request_is_whole(const char *text, size_t len)
{
    return (len > 0 && text[0] == '\n') || g_strstr_len(text, (gssize)len, "\n\n") != NULL;
}

static bool
refuse_line(Span line, GError **error)
{
    g_autofree char *text = span_dup(line);
    g_autofree char *shown = g_strescape(text, NULL);

    g_set_error(error, CONTROL_REFUSAL, EINVAL, "the line '%.100s' is not understood", shown);
    return false;
}

static bool
take_lines(LineIter *lines, ControlRequest *request, unsigned *given, GError **error)
{
    Span line;

    while (lines_next(lines, &line) && line.len > 0) {
        Span value = line, key;
        g_autofree char *decoded = NULL;

        if (!span_next_field(&value, '=', &key) || !value.text ||
            !(decoded = control_value_decode(value)) || !take(request, key, decoded, given))
            return refuse_line(line, error);
    }
    if (lines->next == lines->end)
        return true;
    g_set_error(error, CONTROL_REFUSAL, EINVAL, "something follows the empty line");
    return false;
}

static bool
is_complete(size_t verb, unsigned given, GError **error)
{
    unsigned one = given & verbs[verb].one_of;
    bool has_one = one != 0 && (one & (one - 1)) == 0;

    if ((given & ~(verbs[verb].needed | verbs[verb].one_of | verbs[verb].allowed)) == 0 &&
        (given & verbs[verb].needed) == verbs[verb].needed && has_one == (verbs[verb].one_of != 0))
        return true;
    g_set_error(error, CONTROL_REFUSAL, EINVAL, "these are not the keys of %s", verbs[verb].word);
    return false;
}

bool
control_request_parse(const char *text, size_t len, ControlRequest *ret, GError **error)
{
    g_auto(ControlRequest) request = {0};
    LineIter lines = lines_of(text, len);
    unsigned given = 0;
    Span word = {"", 0};
    size_t verb = 0;

    (void)lines_next(&lines, &word);
    while (verb < G_N_ELEMENTS(verbs) && !span_equals(word, verbs[verb].word))
        verb++;
    if (verb == G_N_ELEMENTS(verbs))
        return refuse_line(word, error);
    request.verb = verbs[verb].verb;
    if (!take_lines(&lines, &request, &given, error) || !is_complete(verb, given, error))
        return false;
    *ret = request;
    request = (ControlRequest){0};
    return true;
}

void
control_request_clear(ControlRequest *request)
{
    g_free(request->id);
    g_free(request->cgroup);
    g_free(request->file);
    cgroup_paths_clear(&request->cgroups);
    *request = (ControlRequest){0};
}
