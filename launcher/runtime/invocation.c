/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/invocation.h"

#include <glib.h>
#include <string.h>

typedef enum {
    OPTION_OTHER,
    OPTION_BUNDLE,
    OPTION_LOG,
    OPTION_LOG_FORMAT,
    OPTION_CONFIG,
} OptionKind;

typedef struct {
    const char *name;
    OptionKind kind;
} Option;

/* Options that take a value: of runc 1.0 to 1.5 and crun 1.0 to 1.28.  All others are switches. */
static const Option before_verb[] = {
    {"root", OPTION_OTHER},      {"log", OPTION_LOG},
    {"criu", OPTION_OTHER},      {"log-format", OPTION_LOG_FORMAT},
    {"rootless", OPTION_OTHER},  {"cgroup-manager", OPTION_OTHER},
    {"log-level", OPTION_OTHER},
};
static const Option after_verb[] = {
    {"bundle", OPTION_BUNDLE},      {"b", OPTION_BUNDLE}, {"console-socket", OPTION_OTHER},
    {"config", OPTION_CONFIG},      {"f", OPTION_CONFIG}, {"pid-file", OPTION_OTHER},
    {"preserve-fds", OPTION_OTHER},
};

static const Option *
find(const Option *options, size_t n, const char *name, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(options[i].name) == len && strncmp(options[i].name, name, len) == 0)
            return &options[i];
    return NULL;
}

static void
take(Invocation *ret, OptionKind kind, const char *value)
{
    switch (kind) {
    case OPTION_BUNDLE:
        ret->bundle = value;
        break;
    case OPTION_LOG:
        ret->log = value;
        break;
    case OPTION_LOG_FORMAT:
        ret->log_is_json = strcmp(value, "json") == 0;
        break;
    case OPTION_CONFIG:
        ret->other_config = true;
        break;
    case OPTION_OTHER:
        break;
    }
}

/* Reads the options at @argv, in "--name value" or "--name=value", with one dash or two.  Returns
 * what follows them. */
static char *const *
read_options(char *const *argv, const Option *options, size_t n, Invocation *ret)
{
    for (; *argv && (*argv)[0] == '-' && (*argv)[1]; argv++) {
        const char *name = *argv + ((*argv)[1] == '-' ? 2 : 1);
        const char *equals = strchr(name, '=');
        size_t len = equals ? (size_t)(equals - name) : strlen(name);
        const Option *option = find(options, n, name, len);

        if (len == 0) /* "--" */
            return argv + 1;
        if (!option)
            continue;
        if (equals)
            take(ret, option->kind, equals + 1);
        else if (argv[1])
            take(ret, option->kind, *++argv);
    }
    return argv;
}

void
invocation_parse(char *const *argv, Invocation *ret)
{
    *ret = (Invocation){.bundle = "."};
    if (!argv[0])
        return;
    argv = read_options(argv + 1, before_verb, G_N_ELEMENTS(before_verb), ret);
    ret->verb = *argv;
    if (ret->verb)
        (void)read_options(argv + 1, after_verb, G_N_ELEMENTS(after_verb), ret);
}

bool
invocation_makes(const Invocation *invocation)
{
    return invocation->verb &&
           (strcmp(invocation->verb, "create") == 0 || strcmp(invocation->verb, "run") == 0);
}
