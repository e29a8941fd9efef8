/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/options.h"

#include "common/error.h"
#include "common/io.h"
#include "common/number.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_GROUP "ownprocd"
#define CONFIG_FILES "files"
#define CONFIG_CONTAINER "container "
#define MOUNT_POINT_DEFAULT "/var/lib/ownproc"
#define RUN_DIR_DEFAULT "/run/ownproc"

static bool
take_mount_point(Options *options, const char *value)
{
    g_free(options->mount_point);
    options->mount_point = g_strdup(value);
    return g_path_is_absolute(value);
}

static bool
take_run_dir(Options *options, const char *value)
{
    g_free(options->run_dir);
    options->run_dir = g_strdup(value);
    return g_path_is_absolute(value);
}

static bool
take_cpu_policy(Options *options, const char *value)
{
    return policies_parse_cpu_policy(value, &options->cpu_policy);
}

static bool
take_container_pid(Options *options, const char *value)
{
    return number_parse_pid(value, strlen(value), &options->container_pid, NULL);
}

static bool
take_pod(Options *options, const char *value)
{
    return number_parse_pid(value, strlen(value), &options->pod_host, NULL);
}

static bool
take_debug(Options *options, const char *value)
{
    options->debug = g_str_equal(value, "true");
    return options->debug || g_str_equal(value, "false");
}

typedef struct {
    const char *key; /* in the file and after "--" alike */
    bool in_file;
    bool (*take)(Options *options, const char *value);
    const char *wanted;
} Setting;

static const Setting settings[] = {
    {"mountpoint", true, take_mount_point, "an absolute path"},
    {"run-dir", true, take_run_dir, "an absolute path"},
    {"cpu-policy", true, take_cpu_policy, "ceil, round or cpuset"},
    {"debug", true, take_debug, "true or false"},
    {"container-pid", false, take_container_pid, "the number of a process"},
    {"pod", false, take_pod, "the number of a process"},
};

static const Setting *
setting_find(const char *key)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(settings); i++)
        if (g_str_equal(settings[i].key, key))
            return &settings[i];
    return NULL;
}

static bool
daemon_take_key(GKeyFile *config, const char *group, const char *key, Options *options,
                GError **error)
{
    const Setting *setting = setting_find(key);
    g_autofree char *value = g_key_file_get_string(config, group, key, error);

    if (!value)
        return false;
    if (!setting || !setting->in_file) {
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND, "no such key");
        return false;
    }
    if (!setting->take(options, value)) {
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "'%s' is not %s",
                    value, setting->wanted);
        return false;
    }
    return true;
}

/* [files]: a line is a file and how it is shown. */
static bool
files_take_key(GKeyFile *config, const char *group, const char *key, Options *options,
               GError **error)
{
    g_autofree char *value = g_key_file_get_string(config, group, key, error);

    return value && policy_set_file(policies_name(options->policies, NULL), key, value, error);
}

/* [container PATTERN]: the same, and cpu-policy. */
static bool
container_take_key(GKeyFile *config, const char *group, const char *key, Options *options,
                   GError **error)
{
    Policy *policy = policies_name(options->policies, group + strlen(CONFIG_CONTAINER));
    g_autofree char *value = g_key_file_get_string(config, group, key, error);

    if (!value)
        return false;
    if (g_str_equal(key, "cpu-policy"))
        return policy_set_cpu_policy(policy, value, error);
    return policy_set_file(policy, key, value, error);
}

typedef bool (*TakeKey)(GKeyFile *config, const char *group, const char *key, Options *options,
                        GError **error);

static TakeKey
group_kind(const char *group)
{
    if (g_str_equal(group, CONFIG_GROUP))
        return daemon_take_key;
    if (g_str_equal(group, CONFIG_FILES))
        return files_take_key;
    if (g_str_has_prefix(group, CONFIG_CONTAINER) && group[strlen(CONFIG_CONTAINER)] != '\0')
        return container_take_key;
    return NULL;
}

static bool
config_take_group(GKeyFile *config, const char *group, Options *options, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(config, group, NULL, error);
    TakeKey take = group_kind(group);

    if (!keys)
        return false;
    if (!take) {
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND,
                    "[%s]: no such group", group);
        return false;
    }
    for (unsigned i = 0; keys[i]; i++)
        if (!take(config, group, keys[i], options, error)) {
            g_prefix_error(error, "[%s] %s: ", group, keys[i]);
            return false;
        }
    return true;
}

static bool
config_take(const char *text, size_t len, Options *options, GError **error)
{
    g_autoptr(GKeyFile) config = g_key_file_new();
    g_auto(GStrv) groups = NULL;

    /* GKeyFile does not like an empty text, which is as good as one with comments. */
    if (len > 0 && !g_key_file_load_from_data(config, text, len, G_KEY_FILE_NONE, error))
        return false;
    groups = g_key_file_get_groups(config, NULL);
    for (unsigned i = 0; groups[i]; i++)
        if (!config_take_group(config, groups[i], options, error))
            return false;
    return true;
}

/* Only the default file may be missing. */
static bool
config_read(const char *given, Options *options, GError **error)
{
    const char *path = given ? given : OPTIONS_CONFIG_DEFAULT;
    const char *number = g_getenv(OPTIONS_CONFIG_VARIABLE);
    g_autoptr(GError) missing = NULL;
    size_t len;
    g_autofree char *text = number ? io_read_fd(atoi(number), path, &len, &missing)
                                   : io_read_at(AT_FDCWD, path, &len, &missing);

    if (!text) {
        if (!given && g_error_matches(missing, READ_ERROR, READ_ERROR_GONE))
            return true;
        g_propagate_error(error, g_steal_pointer(&missing));
        return false;
    }
    if (config_take(text, len, options, error))
        return true;
    g_prefix_error(error, "%s: ", path);
    return false;
}

/* The command line, as it is written; NULL: not given. */
typedef struct {
    char *config, *mount_point, *run_dir, *cpu_policy, *container_pid, *keeper_cgroup, *pod;
    gboolean foreground, no_keeper, adopt, fd_store, resend, debug, version;
} CommandLine;

static void
command_line_clear(CommandLine *line)
{
    g_free(line->config);
    g_free(line->mount_point);
    g_free(line->run_dir);
    g_free(line->cpu_policy);
    g_free(line->container_pid);
    g_free(line->keeper_cgroup);
    g_free(line->pod);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CommandLine, command_line_clear)

static bool
command_line_parse(int argc, char **argv, CommandLine *ret, GError **error)
{
    const GOptionEntry entries[] = {
        {"mountpoint", 'm', 0, G_OPTION_ARG_FILENAME, &ret->mount_point,
         "Where the tree appears (" MOUNT_POINT_DEFAULT ")", "DIR"},
        {"run-dir", 0, 0, G_OPTION_ARG_FILENAME, &ret->run_dir,
         "Where the socket and the registered containers are (" RUN_DIR_DEFAULT ")", "DIR"},
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &ret->config,
         "Configuration file (" OPTIONS_CONFIG_DEFAULT ")", "FILE"},
        {"cpu-policy", 0, 0, G_OPTION_ARG_STRING, &ret->cpu_policy,
         "How a CPU quota becomes a number of CPUs (ceil)", "ceil|round|cpuset"},
        {"container-pid", 0, 0, G_OPTION_ARG_STRING, &ret->container_pid,
         "Show everybody the container of this process", "PID"},
        {"foreground", 'f', 0, G_OPTION_ARG_NONE, &ret->foreground,
         "Stay in the foreground, log to stderr", NULL},
        {"keeper-cgroup", 0, 0, G_OPTION_ARG_STRING, &ret->keeper_cgroup,
         "Leave the own cgroup for this one at the root, as a pod's must", "NAME"},
        {"pod", 0, 0, G_OPTION_ARG_STRING, &ret->pod,
         "Outlive the pod: keep in the namespaces of this process, which is the host's (1)", "PID"},
        {"no-keeper", 0, 0, G_OPTION_ARG_NONE, &ret->no_keeper,
         "One process, whose end ends the mounts", NULL},
        {"adopt", 0, 0, G_OPTION_ARG_NONE, &ret->adopt,
         "Take over from the keeper that runs, if one does", NULL},
        {"fd-store", 0, 0, G_OPTION_ARG_NONE, &ret->fd_store,
         "Leave the mounts to the service manager when it restarts us", NULL},
        {"resend", 0, 0, G_OPTION_ARG_NONE, &ret->resend,
         "Have the kernel send again what a dead worker left open, too (Linux 6.9)", NULL},
        {"debug", 'd', 0, G_OPTION_ARG_NONE, &ret->debug, "Log more", NULL},
        {"version", 'V', 0, G_OPTION_ARG_NONE, &ret->version, "Print the version", NULL},
        {0},
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("- every container reads its own /proc");

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error))
        return false;
    if (argc > 1) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "unexpected argument '%s'",
                    argv[1]);
        return false;
    }
    return true;
}

static bool
command_line_take(const char *key, const char *value, Options *options, GError **error)
{
    const Setting *setting = setting_find(key);

    if (!value || setting->take(options, value))
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s: '%s' is not %s", key, value,
                setting->wanted);
    return false;
}

/* Of one cgroup, not a path. */
static bool
is_cgroup_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && !strchr(name, '/');
}

/* One container needs no registry; and what is at the default place is the system's. */
static void
settle_run_dir(Options *options)
{
    if (options->container_pid != 0)
        g_clear_pointer(&options->run_dir, g_free);
    else if (!options->run_dir && g_str_equal(options->mount_point, MOUNT_POINT_DEFAULT))
        options->run_dir = g_strdup(RUN_DIR_DEFAULT);
}

bool
options_parse(int argc, char **argv, Options *ret, GError **error)
{
    g_auto(CommandLine) line = {0};
    g_auto(Options)
        options = {.mount_point = g_strdup(MOUNT_POINT_DEFAULT), .policies = policies_new()};
    g_autofree char *mount_point = NULL, *run_dir = NULL;

    if (!command_line_parse(argc, argv, &line, error))
        return false;
    if (!line.version && !config_read(line.config, &options, error))
        return false;
    if (line.mount_point) /* the daemon leaves the directory this is relative to */
        mount_point = g_canonicalize_filename(line.mount_point, NULL);
    if (line.run_dir)
        run_dir = g_canonicalize_filename(line.run_dir, NULL);
    else if (line.mount_point) /* the configuration's is another daemon's, as its tree is */
        g_clear_pointer(&options.run_dir, g_free);
    if (!command_line_take("mountpoint", mount_point, &options, error) ||
        !command_line_take("run-dir", run_dir, &options, error) ||
        !command_line_take("cpu-policy", line.cpu_policy, &options, error) ||
        !command_line_take("container-pid", line.container_pid, &options, error) ||
        !command_line_take("pod", line.pod, &options, error))
        return false;
    if (options.pod_host != 0 && (line.no_keeper || options.container_pid != 0)) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--pod: without a keeper nothing outlives it");
        return false;
    }
    if (line.keeper_cgroup && !is_cgroup_name(line.keeper_cgroup)) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--keeper-cgroup: '%s' is not the name of a cgroup", line.keeper_cgroup);
        return false;
    }
    settle_run_dir(&options);
    options.foreground = line.foreground;
    options.no_keeper = line.no_keeper;
    options.adopt = line.adopt;
    options.keeper_cgroup = g_steal_pointer(&line.keeper_cgroup);
    options.fd_store = line.fd_store;
    options.resend = line.resend;
    if (line.config) /* workers are started elsewhere */
        options.config = g_canonicalize_filename(line.config, NULL);
    options.debug |= line.debug;
    options.version = line.version;
    *ret = options;
    options = (Options){0}; /* handed over */
    return true;
}

void
options_clear(Options *options)
{
    g_clear_pointer(&options->mount_point, g_free);
    g_clear_pointer(&options->config, g_free);
    g_clear_pointer(&options->keeper_cgroup, g_free);
    g_clear_pointer(&options->run_dir, g_free);
    g_clear_pointer(&options->policies, policies_free);
}
