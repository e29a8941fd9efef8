/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/users.h"

#include "common/lines.h"
#include "common/number.h"
#include "launcher/launch_error.h"

#include <string.h>

#define ID_MAX (UINT32_MAX - 1) /* (uid_t)-1 means "unchanged" to setresuid(2) */

/* One line of passwd(5) or group(5). */
typedef struct {
    Span name;
    uint32_t id; /* uid, or the group's gid */
    Span rest;   /* what follows the id */
} IdLine;

void
users_clear(User *user)
{
    g_clear_pointer(&user->home, g_free);
}

static bool
parse_id(Span text, uint32_t *ret)
{
    uint64_t value;

    if (!text.text || !span_number(text, &value, NULL) || value > ID_MAX)
        return false;
    *ret = (uint32_t)value;
    return true;
}

/* Both files start with name, password and id. */
static bool
id_line_parse(Span line, IdLine *ret)
{
    Span password, id;

    ret->rest = line;
    return span_next_field(&ret->rest, ':', &ret->name) && ret->name.len > 0 &&
           span_next_field(&ret->rest, ':', &password) && span_next_field(&ret->rest, ':', &id) &&
           parse_id(id, &ret->id);
}

static bool
is_number(Span text)
{
    size_t digits = 0;

    while (digits < text.len && g_ascii_isdigit(text.text[digits]))
        digits++;
    return text.len > 0 && digits == text.len;
}

/* The first line called @who; if that is a number, the first with that id, never a name: an image
 * may call its root "1000" (CVE-2016-3697). */
static bool
find(const char *text, Span who, IdLine *ret)
{
    bool by_id = is_number(who);
    uint32_t id = 0;
    LineIter lines = lines_of(text ? text : "", text ? strlen(text) : 0);
    Span line;

    if (by_id && !parse_id(who, &id))
        return false;
    while (lines_next(&lines, &line)) {
        if (!id_line_parse(line, ret))
            continue;
        if (by_id ? ret->id == id
                  : ret->name.len == who.len && memcmp(ret->name.text, who.text, who.len) == 0)
            return true;
    }
    return false;
}

static bool
resolve_user(Span who, const char *passwd, User *user, Span *ret_name, GError **error)
{
    IdLine line;
    Span gid, gecos, home;

    *ret_name = (Span){NULL, 0};
    if (!find(passwd, who, &line)) {
        if (parse_id(who, &user->uid))
            return true;
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                    "the container's /etc/passwd has no user '%.*s'", (int)who.len, who.text);
        return false;
    }
    user->uid = line.id;
    *ret_name = line.name;
    if (!span_next_field(&line.rest, ':', &gid) || !parse_id(gid, &user->gid))
        user->gid = 0;
    if (span_next_field(&line.rest, ':', &gecos) && span_next_field(&line.rest, ':', &home) &&
        home.len > 0 && home.text[0] == '/') {
        g_free(user->home);
        user->home = span_dup(home);
    }
    return true;
}

static bool
resolve_group(Span who, const char *group, User *user, GError **error)
{
    IdLine line;

    if (find(group, who, &line))
        user->gid = line.id;
    else if (!parse_id(who, &user->gid)) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                    "the container's /etc/group has no group '%.*s'", (int)who.len, who.text);
        return false;
    }
    return true;
}

static bool
lists(Span members, Span name)
{
    Span member;

    while (span_next_field(&members, ',', &member))
        if (member.len == name.len && memcmp(member.text, name.text, name.len) == 0)
            return true;
    return false;
}

static void
collect_groups(Span name, const char *group, User *user)
{
    LineIter lines = lines_of(group ? group : "", group ? strlen(group) : 0);
    IdLine parsed;
    Span line;

    while (name.text && lines_next(&lines, &line) && user->n_groups < USERS_MAX_GROUPS)
        if (id_line_parse(line, &parsed) && parsed.id != user->gid && lists(parsed.rest, name))
            user->groups[user->n_groups++] = parsed.id;
}

bool
users_resolve(const char *spec, const char *passwd, const char *group, User *ret, GError **error)
{
    g_auto(User) user = {0};
    const char *text = spec ? spec : "0", *colon = strchrnul(text, ':');
    Span who = {text, (size_t)(colon - text)}, name;

    user.home = g_strdup("/");
    if (who.len == 0)
        who = (Span){"0", 1};
    if (!resolve_user(who, passwd, &user, &name, error))
        return false;
    if (*colon == ':' && colon[1] != '\0') {
        if (!resolve_group((Span){colon + 1, strlen(colon + 1)}, group, &user, error))
            return false;
    } else {
        collect_groups(name, group, &user);
    }
    *ret = user;
    user.home = NULL;
    return true;
}
