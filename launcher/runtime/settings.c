/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/settings.h"

#include "launcher/options.h"

#include <stddef.h>
#include <string.h>

#define GROUP "ownproc-runc"
#define NAME_PREFIX "ownproc-"

/* Words that a key may have, and what each of them means. */
typedef struct {
    const char *key;
    size_t offset; /* of a bool in Settings */
    const char *no, *yes;
} Choice;

static const Choice choices[] = {
    {"hook", offsetof(Settings, hook), "false", "true"},
    {"time-namespace", offsetof(Settings, time_namespace), "false", "true"},
    {"not-serving", offsetof(Settings, required), "start", "fail"},
    {"host-pids", offsetof(Settings, rules.host_pids), "skip", "inject"},
    {"unmasked", offsetof(Settings, rules.unmasked), "skip", "inject"},
};

static const struct {
    const char *key;
    size_t offset; /* of a char * in Settings */
} texts[] = {
    {"runtime", offsetof(Settings, runtime)},
    {"mountpoint", offsetof(Settings, tree)},
    {"run-dir", offsetof(Settings, run_dir)},
    {"ownproc", offsetof(Settings, program)},
};

void
settings_clear(Settings *settings)
{
    g_free(settings->runtime);
    g_free(settings->tree);
    g_free(settings->run_dir);
    g_free(settings->program);
    g_strfreev(settings->files);
    *settings = (Settings){0};
}

static bool
take_choice(const Choice *choice, const char *value, Settings *ret, GError **error)
{
    bool *flag = (bool *)((char *)ret + choice->offset);

    if (strcmp(value, choice->no) != 0 && strcmp(value, choice->yes) != 0) {
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                    "%s is either '%s' or '%s', not '%s'", choice->key, choice->no, choice->yes,
                    value);
        return false;
    }
    *flag = strcmp(value, choice->yes) == 0;
    return true;
}

static bool
take_text(const char *key, const char *value, Settings *ret)
{
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        char **text = (char **)((char *)ret + texts[i].offset);

        if (strcmp(key, texts[i].key) != 0)
            continue;
        g_free(*text);
        *text = g_strdup(value);
        return true;
    }
    return false;
}

static bool
take_key(GKeyFile *file, const char *key, Settings *ret, GError **error)
{
    g_autofree char *value = g_key_file_get_string(file, GROUP, key, error);

    if (!value)
        return false;
    if (strcmp(key, "files") == 0) {
        g_strfreev(ret->files);
        ret->files = g_key_file_get_string_list(file, GROUP, key, NULL, error);
        return ret->files != NULL;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(choices); i++)
        if (strcmp(key, choices[i].key) == 0)
            return take_choice(&choices[i], value, ret, error);
    if (take_text(key, value, ret))
        return true;
    g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND, "there is no key '%s'",
                key);
    return false;
}

static bool
take_file(const char *path, Settings *ret, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) local = NULL;
    g_auto(GStrv) keys = NULL;
    bool good = true;

    if (!g_key_file_load_from_file(file, path ? path : SETTINGS_FILE, G_KEY_FILE_NONE, &local)) {
        if (!path && g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            return true;
        g_propagate_prefixed_error(error, g_steal_pointer(&local),
                                   "%s: ", path ? path : SETTINGS_FILE);
        return false;
    }
    keys = g_key_file_get_keys(file, GROUP, NULL, &local);
    for (size_t i = 0; keys && keys[i]; i++)
        good = take_key(file, keys[i], ret, local ? NULL : &local) && good;
    if (!keys || !good)
        g_propagate_prefixed_error(error, g_steal_pointer(&local),
                                   "%s: ", path ? path : SETTINGS_FILE);
    return keys && good;
}

/* "/usr/bin/ownproc-crun" wraps "crun". */
static const char *
runtime_of(const char *argv0)
{
    const char *slash = argv0 ? strrchr(argv0, '/') : NULL;
    const char *name = slash ? slash + 1 : argv0;

    if (name && g_str_has_prefix(name, NAME_PREFIX) && name[strlen(NAME_PREFIX)])
        return name + strlen(NAME_PREFIX);
    return "runc";
}

bool
settings_read(const char *path, const char *argv0, Settings *ret, GError **error)
{
    const char *own = runtime_of(argv0);
    bool good;

    *ret = (Settings){.runtime = g_strdup(own),
                      .tree = g_strdup(OPTIONS_TREE),
                      .run_dir = g_strdup(OPTIONS_RUN_DIR),
                      .hook = true};
    good = take_file(path, ret, error);
    if (strcmp(own, "runc") != 0) { /* who calls a wrapper by the name of a runtime means that */
        g_free(ret->runtime);
        ret->runtime = g_strdup(own);
    }
    return good;
}

bool
settings_want(const Settings *settings, const char *file)
{
    if (!settings->files)
        return true;
    for (size_t i = 0; settings->files[i]; i++)
        if (g_pattern_match_simple(settings->files[i], file))
            return true;
    return false;
}
