/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc attach, detach and repair */

#include "launcher/verbs.h"

#include "launcher/attach/attach.h"
#include "launcher/attach/find.h"
#include "launcher/attach/select.h"
#include "launcher/attach/sweep.h"
#include "launcher/launch_error.h"
#include "launcher/tally.h"
#include "launcher/verb_options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *summary;
    void (*act)(const AttachConfig *config, const Process *process, AttachReport *ret);
    bool needs_daemon;
    bool is_for_all; /* if no container is named */
    bool takes_files;
    bool takes_repair;
} Verb;

static const Verb attach_verb = {
    .summary = "Puts the daemon's files into containers that run.",
    .act = attach_container,
    .needs_daemon = true,
    .takes_files = true,
    .takes_repair = true,
};
static const Verb detach_verb = {
    .summary = "Takes the daemon's files out of containers that run.",
    .act = detach_container,
};
static const Verb repair_verb = {
    .summary = "Puts new files into containers in which the daemon's, or those of lxcfs, are dead; "
               "into all if none is named.",
    .act = repair_container,
    .needs_daemon = true,
    .is_for_all = true,
    .takes_files = true,
};

typedef struct {
    gboolean all, force, repair;
    char *files, *format, *below, *run_dir, *tree;
    AttachConfig config;
} Options;

static void
options_clear_all(Options *options)
{
    g_strfreev(options->config.files);
    attach_config_clear(&options->config);
    g_free(options->files);
    g_free(options->format);
    g_free(options->below);
    g_free(options->run_dir);
    g_free(options->tree);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear_all)

/* What has been done so far. */
typedef struct {
    const Options *options;
    const Verb *verb;
    GString *json;
    unsigned counts[TALLY_OUTCOMES];
    bool failed, skipped;
    bool named; /* a container was registered under a name that attach has made */
} Course;

static void
count(Course *course, AttachOutcome outcome)
{
    static const int outcomes[] = {
        [ATTACH_INJECTED] = TALLY_INJECTED, [ATTACH_PRESENT] = -1,
        [ATTACH_REPAIRED] = TALLY_REPAIRED, [ATTACH_HEALTHY] = -1,
        [ATTACH_DETACHED] = TALLY_DETACHED, [ATTACH_NOTHING] = -1,
        [ATTACH_SKIPPED] = TALLY_SKIPPED,   [ATTACH_FAILED] = TALLY_FAILED,
    };

    if (outcomes[outcome] >= 0)
        tally_add(course->options->config.run_dir, TALLY_ATTACH, (TallyOutcome)outcomes[outcome],
                  1);
    course->failed = course->failed || outcome == ATTACH_FAILED;
    course->skipped = course->skipped || outcome == ATTACH_SKIPPED;
}

static void
tell(Course *course, const AttachReport *report)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (course->json) {
        g_string_append(course->json, course->json->len > 1 ? ",\n " : "");
        attach_report_json(report, course->json);
        return;
    }
    attach_report_text(report, text);
    if (report->reason)
        fprintf(stderr, "ownproc: %s\n", text->str);
    else
        printf("%s\n", text->str);
    fflush(stdout); /* in the order in which it was done */
}

static void
act(Course *course, const GPtrArray *containers)
{
    for (guint i = 0; i < containers->len; i++) {
        AttachReport report = {0};

        course->verb->act(&course->options->config, containers->pdata[i], &report);
        count(course, report.outcome);
        course->named = course->named || sweep_is_name(report.name);
        tell(course, &report);
        attach_report_clear(&report);
    }
}

static void
act_on(Course *course, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) containers =
        word ? find_container(word, course->options->config.run_dir, &error)
             : find_containers(course->options->below, &error);

    if (containers) {
        act(course, containers);
        return;
    }
    fprintf(stderr, "ownproc: %s\n", error->message);
    course->failed = true;
}

static int
run(const Options *options, const Verb *verb, char **words)
{
    g_autoptr(GString) json = options->format ? g_string_new("[") : NULL;
    Course course = {.options = options, .verb = verb, .json = json};

    if (!*words)
        act_on(&course, NULL);
    for (; *words; words++)
        act_on(&course, *words);
    if (course.named)
        sweep(options->config.run_dir);
    if (json)
        printf("%s]\n", json->str);
    /* Of all containers some may be skipped; the one that was named was to be attached. */
    return course.failed || (course.skipped && !options->all) ? LAUNCH_ERROR_FAILED : 0;
}

static bool
usage(GError **error, const char *sentence)
{
    g_set_error_literal(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE, sentence);
    return false;
}

static bool
check(Options *options, const Verb *verb, int argc, GError **error)
{
    if (options->format && strcmp(options->format, "text") == 0)
        g_clear_pointer(&options->format, g_free);
    if (options->format && strcmp(options->format, "json") != 0)
        return usage(error, "--format: only 'text' and 'json' are known");
    if (argc > 1 && options->all)
        return usage(error, "either --all or a container");
    options->all = options->all || (argc == 1 && verb->is_for_all);
    if (options->below && !options->all)
        return usage(error, "--below is for --all");
    if (options->below && (options->below[0] != '/' || options->below[1] == '\0'))
        return usage(error, "--below: a cgroup begins with '/', and is not the root");
    if (argc == 1 && !options->all)
        return usage(error, "which container?  A name, an engine's id, a pid, or --all");
    if (options->files) {
        options->config.files = select_parse(options->files, error);
        if (!options->config.files)
            return false;
    }
    return true;
}

static bool
prepare(Options *options, const Verb *verb, GError **error)
{
    if (!options->run_dir)
        options->run_dir = g_strdup(OPTIONS_RUN_DIR);
    if (!options->tree)
        options->tree = g_strdup(OPTIONS_TREE);
    options->config.run_dir = options->run_dir;
    options->config.tree = options->tree;
    options->config.force = options->force;
    options->config.repair = options->repair;
    if (geteuid() != 0) {
        g_set_error_literal(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "this needs root");
        return false;
    }
    if (!attach_config_open(&options->config, error))
        return false;
    if (options->config.serves || !verb->needs_daemon)
        return true;
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "no daemon serves %s", options->tree);
    return false;
}

static int
verb_main(const Verb *verb, int argc, char **argv)
{
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &options.all, "every container that runs", NULL},
        {"below", 0, 0, G_OPTION_ARG_STRING, &options.below,
         "of --all, only what is below this cgroup", "CGROUP"},
        {"format", 0, 0, G_OPTION_ARG_STRING, &options.format, "text or json", "FORMAT"},
        VERB_RUN_DIR(&options.run_dir),
        VERB_TREE(&options.tree),
        {NULL},
    };
    const GOptionEntry of_files[] = {
        {"files", 0, 0, G_OPTION_ARG_STRING, &options.files, "only these: meminfo,stat,…", "LIST"},
        {"force", 0, 0, G_OPTION_ARG_NONE, &options.force, "also where /proc is unmasked", NULL},
        {NULL},
    };
    const GOptionEntry of_attach[] = {
        {"repair", 0, 0, G_OPTION_ARG_NONE, &options.repair,
         "replace files that are dead, as repair does", NULL},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("CONTAINER|PID...");
    g_autoptr(GError) error = NULL;

    g_option_context_set_summary(context, verb->summary);
    g_option_context_add_main_entries(context, entries, NULL);
    if (verb->takes_files)
        g_option_context_add_main_entries(context, of_files, NULL);
    if (verb->takes_repair)
        g_option_context_add_main_entries(context, of_attach, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "ownproc: %s\n", error->message);
        return LAUNCH_ERROR_USAGE;
    }
    if (!check(&options, verb, argc, &error) || !prepare(&options, verb, &error)) {
        fprintf(stderr, "ownproc: %s\n", error->message);
        return launch_error_exit_code(error);
    }
    return run(&options, verb, argv + 1);
}

int
attach_main(int argc, char **argv)
{
    return verb_main(&attach_verb, argc, argv);
}

int
detach_main(int argc, char **argv)
{
    return verb_main(&detach_verb, argc, argv);
}

int
repair_main(int argc, char **argv)
{
    return verb_main(&repair_verb, argc, argv);
}
