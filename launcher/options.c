/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/options.h"

#include "common/cpuset.h"
#include "common/number.h"
#include "launcher/launch_error.h"
#include "launcher/quantity.h"

#include <string.h>

#define CPUS_PERIOD_USEC 100000
#define NAME_MAX_LENGTH 64 /* HOST_NAME_MAX */

/* What GOption can store by itself, before it is understood. */
typedef struct {
    char *memory, *memory_swap, *cpus, *cpu_quota, *cpu_period, *cpu_shares, *pids;
    char *network, *proc;
    char **volumes, **tmpfs;
    gboolean help;
} RawOptions;

static void
raw_clear(RawOptions *raw)
{
    g_free(raw->memory);
    g_free(raw->memory_swap);
    g_free(raw->cpus);
    g_free(raw->cpu_quota);
    g_free(raw->cpu_period);
    g_free(raw->cpu_shares);
    g_free(raw->pids);
    g_free(raw->network);
    g_free(raw->proc);
    g_strfreev(raw->volumes);
    g_strfreev(raw->tmpfs);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RawOptions, raw_clear)

void
options_clear(RunOptions *options)
{
    g_free(options->limits.cpuset_cpus);
    g_clear_pointer(&options->mounts, g_ptr_array_unref);
    g_strfreev(options->env);
    g_free(options->workdir);
    g_free(options->user);
    g_free(options->hostname);
    g_free(options->name);
    g_free(options->tree);
    g_free(options->run_dir);
    g_free(options->daemon);
    g_free(options->rootfs);
    g_strfreev(options->command);
    *options = (RunOptions){0};
}

bool
options_name_is_valid(const char *name)
{
    size_t len = strlen(name);

    if (len == 0 || len > NAME_MAX_LENGTH || !g_ascii_isalnum(name[0]))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!g_ascii_isalnum(name[i]) && !strchr("_.-", name[i]))
            return false;
    return true;
}

static bool
refuse(GError **error, const char *message)
{
    g_set_error_literal(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE, message);
    return false;
}

static bool
parse_memory(const RawOptions *raw, Limits *limits, GError **error)
{
    if (raw->memory && !quantity_parse_size(raw->memory, &limits->memory, error))
        return g_prefix_error(error, "--memory: "), false;
    if (raw->memory_swap &&
        !quantity_parse_size_or_unlimited(raw->memory_swap, &limits->memory_swap, error))
        return g_prefix_error(error, "--memory-swap: "), false;
    if (limits->memory_swap && !limits->memory)
        return refuse(error, "--memory-swap needs --memory");
    if (limits->memory_swap && limits->memory_swap < limits->memory)
        return refuse(error, "--memory-swap is memory and swap together: it cannot be less than "
                             "--memory");
    return true;
}

/* The kernel's own ranges (kernel/sched/core.c): period 1 ms to 1 s, quota at least 1 ms. */
static bool
parse_quota(const RawOptions *raw, Limits *limits, GError **error)
{
    if (raw->cpus && (raw->cpu_quota || raw->cpu_period))
        return refuse(error, "--cpus is --cpu-quota and --cpu-period in one: give either");
    if (raw->cpus) {
        limits->cpu_period = CPUS_PERIOD_USEC;
        if (!quantity_parse_cpus(raw->cpus, &limits->cpu_quota, error))
            return g_prefix_error(error, "--cpus: "), false;
    }
    if (raw->cpu_period &&
        !quantity_parse_count(raw->cpu_period, 1000, 1000000, &limits->cpu_period, error))
        return g_prefix_error(error, "--cpu-period: "), false;
    if (g_strcmp0(raw->cpu_quota, "-1") == 0)
        limits->cpu_quota = NUMBER_MAX;
    else if (raw->cpu_quota &&
             !quantity_parse_count(raw->cpu_quota, 1000, UINT32_MAX, &limits->cpu_quota, error))
        return g_prefix_error(error, "--cpu-quota: "), false;
    return true;
}

static bool
parse_cpuset(const Limits *limits, GError **error)
{
    CpuSet set;

    if (!limits->cpuset_cpus)
        return true;
    if (!cpuset_parse(limits->cpuset_cpus, strlen(limits->cpuset_cpus), &set, NULL) ||
        strchr(limits->cpuset_cpus, '\n') || cpuset_count(&set) == 0) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE,
                    "--cpuset-cpus: '%s' is not a list of CPUs such as 0-2,4", limits->cpuset_cpus);
        return false;
    }
    return true;
}

static bool
parse_limits(const RawOptions *raw, Limits *limits, GError **error)
{
    if (!parse_memory(raw, limits, error) || !parse_quota(raw, limits, error) ||
        !parse_cpuset(limits, error))
        return false;
    /* The range of cpu.shares in kernel/sched/sched.h. */
    if (raw->cpu_shares &&
        !quantity_parse_count(raw->cpu_shares, 2, 262144, &limits->cpu_shares, error))
        return g_prefix_error(error, "--cpu-shares: "), false;
    if (g_strcmp0(raw->pids, "-1") == 0)
        limits->pids = NUMBER_MAX;
    else if (raw->pids && !quantity_parse_count(raw->pids, 1, 4194304, &limits->pids, error))
        return g_prefix_error(error, "--pids-limit: "), false;
    return true;
}

static bool
parse_mounts(char **texts, const char *flag, MountSpec *(*parse)(const char *text, GError **error),
             RunOptions *options, GError **error)
{
    for (char **text = texts; text && *text; text++) {
        MountSpec *spec = parse(*text, error);

        if (!spec)
            return g_prefix_error(error, "%s: ", flag), false;
        g_ptr_array_add(options->mounts, spec);
    }
    return true;
}

static bool
parse_choices(const RawOptions *raw, RunOptions *options, GError **error)
{
    static const char *const modes[] = {"auto", "require", "none", NULL};

    if (raw->network && strcmp(raw->network, "none") != 0 && strcmp(raw->network, "host") != 0)
        return refuse(error, "--network: only 'none' and 'host' are known");
    options->host_network = g_strcmp0(raw->network, "host") == 0;
    if (raw->proc && !g_strv_contains(modes, raw->proc))
        return refuse(error, "--proc: only 'auto', 'require' and 'none' are known");
    if (raw->proc)
        options->proc = strcmp(raw->proc, "none") == 0      ? PROC_NONE
                        : strcmp(raw->proc, "require") == 0 ? PROC_REQUIRE
                                                            : PROC_AUTO;
    return true;
}

static bool
check_strings(const RunOptions *options, GError **error)
{
    if (options->name && !options_name_is_valid(options->name))
        return refuse(error, "--name: only letters, digits, '_', '.' and '-' (not first), at most "
                             "64 of them");
    if (options->hostname &&
        (options->hostname[0] == '\0' || strlen(options->hostname) > NAME_MAX_LENGTH))
        return refuse(error, "--hostname: from 1 to 64 characters");
    if (options->workdir && options->workdir[0] != '/')
        return refuse(error, "--workdir: the directory must start with /");
    for (char **pair = options->env; pair && *pair; pair++)
        if ((*pair)[0] == '=' || (*pair)[0] == '\0')
            return refuse(error, "--env: a variable needs a name");
    return true;
}

/* What is left after the flags: ROOTFS [--] COMMAND... */
static bool
take_command(int argc, char **argv, RunOptions *options, GError **error)
{
    int at = 1;

    if (at < argc && strcmp(argv[at], "--") == 0)
        at++;
    if (at >= argc || argv[at][0] == '\0')
        return refuse(error, "which root directory?  ownproc run [FLAGS] ROOTFS -- COMMAND");
    options->rootfs = g_strdup(argv[at++]);
    if (at < argc && strcmp(argv[at], "--") == 0)
        at++;
    if (at >= argc || argv[at][0] == '\0')
        return refuse(error, "which command?  ownproc run [FLAGS] ROOTFS -- COMMAND");
    options->command = g_strdupv(argv + at);
    return true;
}

static GOptionContext *
context_new(RawOptions *raw, RunOptions *options)
{
    GOptionContext *context = g_option_context_new("ROOTFS [--] COMMAND [ARG…]");
    const GOptionEntry entries[] = {
        {"memory", 'm', 0, G_OPTION_ARG_STRING, &raw->memory, "limit of memory", "SIZE"},
        {"memory-swap", 0, 0, G_OPTION_ARG_STRING, &raw->memory_swap,
         "limit of memory and swap together; -1: unlimited", "SIZE"},
        {"cpus", 0, 0, G_OPTION_ARG_STRING, &raw->cpus, "limit of CPU time", "N"},
        {"cpu-quota", 0, 0, G_OPTION_ARG_STRING, &raw->cpu_quota,
         "CPU time in each period; -1: unlimited", "USEC"},
        {"cpu-period", 0, 0, G_OPTION_ARG_STRING, &raw->cpu_period, "the period", "USEC"},
        {"cpu-shares", 0, 0, G_OPTION_ARG_STRING, &raw->cpu_shares, "weight, 1024 is usual", "N"},
        {"cpuset-cpus", 0, 0, G_OPTION_ARG_STRING, &options->limits.cpuset_cpus, "CPUs to run on",
         "LIST"},
        {"pids-limit", 0, 0, G_OPTION_ARG_STRING, &raw->pids,
         "limit of processes and threads; -1: unlimited", "N"},
        {"volume", 'v', 0, G_OPTION_ARG_STRING_ARRAY, &raw->volumes, "bind a file or directory",
         "SRC:DST[:ro]"},
        {"tmpfs", 0, 0, G_OPTION_ARG_STRING_ARRAY, &raw->tmpfs, "mount a tmpfs", "DST[:OPTIONS]"},
        {"read-only", 0, 0, G_OPTION_ARG_NONE, &options->read_only, "read-only root", NULL},
        {"env", 'e', 0, G_OPTION_ARG_STRING_ARRAY, &options->env, "set a variable", "NAME[=VALUE]"},
        {"workdir", 'w', 0, G_OPTION_ARG_STRING, &options->workdir, "working directory", "DIR"},
        {"user", 'u', 0, G_OPTION_ARG_STRING, &options->user, "user of the container's own passwd",
         "USER[:GROUP]"},
        {"hostname", 'h', 0, G_OPTION_ARG_STRING, &options->hostname, "host name", "NAME"},
        {"name", 0, 0, G_OPTION_ARG_STRING, &options->name, "name of the container", "NAME"},
        {"network", 0, 0, G_OPTION_ARG_STRING, &raw->network, "none (loopback only) or host",
         "KIND"},
        {"proc", 0, 0, G_OPTION_ARG_STRING, &raw->proc, "virtual files: auto, require or none",
         "MODE"},
        {"mountpoint", 0, 0, G_OPTION_ARG_FILENAME, &options->tree,
         "the daemon's tree (" OPTIONS_TREE ")", "DIR"},
        {"run-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->run_dir,
         "the daemon's run directory (" OPTIONS_RUN_DIR ", unless --mountpoint is given)", "DIR"},
        {"daemon", 0, 0, G_OPTION_ARG_FILENAME, &options->daemon, "program of a private daemon",
         "PATH"},
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &options->dry_run, "print the plan, start nothing",
         NULL},
        {"help", '?', 0, G_OPTION_ARG_NONE, &raw->help, "show this", NULL},
        {NULL},
    };

    g_option_context_set_help_enabled(context, FALSE); /* -h is the host name */
    g_option_context_set_strict_posix(context, TRUE);
    g_option_context_add_main_entries(context, entries, NULL);
    return context;
}

/* The daemon of another tree is another daemon: it need not be the one of the usual socket. */
static void
understand_daemon(RunOptions *options)
{
    g_autofree char *tree = g_steal_pointer(&options->tree);
    g_autofree char *run_dir = g_steal_pointer(&options->run_dir);

    options->tree = g_canonicalize_filename(tree ? tree : OPTIONS_TREE, NULL);
    if (run_dir || !tree)
        options->run_dir = g_canonicalize_filename(run_dir ? run_dir : OPTIONS_RUN_DIR, NULL);
}

static bool
understand(const RawOptions *raw, RunOptions *options, GError **error)
{
    options->mounts = g_ptr_array_new_with_free_func((GDestroyNotify)mount_spec_free);
    understand_daemon(options);
    return parse_limits(raw, &options->limits, error) &&
           parse_mounts(raw->volumes, "--volume", mount_spec_parse_volume, options, error) &&
           parse_mounts(raw->tmpfs, "--tmpfs", mount_spec_parse_tmpfs, options, error) &&
           parse_choices(raw, options, error) && check_strings(options, error);
}

bool
options_parse_run(int argc, char **argv, RunOptions *ret, char **ret_help, GError **error)
{
    g_auto(RawOptions) raw = {0};
    g_auto(RunOptions) options = {0};
    g_autoptr(GOptionContext) context = context_new(&raw, &options);
    g_autoptr(GError) local = NULL;

    if (!g_option_context_parse(context, &argc, &argv, &local)) {
        g_set_error_literal(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE, local->message);
        return false;
    }
    if (raw.help) {
        *ret_help = g_option_context_get_help(context, TRUE, NULL);
        return true;
    }
    if (!take_command(argc, argv, &options, error) || !understand(&raw, &options, error))
        return false;
    *ret = options;
    options = (RunOptions){0};
    return true;
}
