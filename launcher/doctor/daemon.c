/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The daemon and its keeper: are they there, do they answer, do they see who reads? */

#include "launcher/doctor/checks.h"

#include "common/fd.h"
#include "launcher/control.h"
#include "launcher/in_child.h"
#include "launcher/keeper_ask.h"
#include "launcher/launch_error.h"

#include <fcntl.h>
#include <string.h>

#define START "Start it: systemctl start ownprocd, or ownprocd."

/* The text of @data/proc/meminfo; an errno's name in the error. */
static bool
read_meminfo(void *data, GString *ret, GError **error)
{
    g_autofree char *path = g_build_filename(data, "proc/meminfo", NULL);
    autofd fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    char text[4096];
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);

    if (n >= 0) {
        g_string_append_len(ret, text, n);
        return true;
    }
    launch_error_set_errno(error, errno, "%s", path);
    return false;
}

static const struct {
    int code;
    const char *advice;
} reasons[] = {
    {EACCES, "The daemon does not see the pids of who reads: it is in a pid namespace of its own "
             "and belongs into the host's (in Kubernetes, hostPID: true)."},
    {ENOTCONN, "Its daemon is gone for good: ownproc shutdown, then start it again and run "
               "ownproc repair --all."},
    {ENOENT, START},
    {ENOTDIR, START},
    {EIO, "The daemon cannot read cgroups: its log says why."},
};

/* What to do if reading failed with this sentence. */
static const char *
advice_for(const char *sentence)
{
    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (g_str_has_suffix(sentence, strerror(reasons[i].code)))
            return reasons[i].advice;
    return "If it does not answer the keeper replaces it within seconds: ownproc status.";
}

static void
check_reading(const Doctor *doctor)
{
    InChild what = {read_meminfo, (void *)doctor->tree, CHECK_PATIENCE_SEC};
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = in_child(&what, &error);

    if (!text)
        CHECK_SAY(doctor, "daemon", FINDING_BAD, advice_for(error->message), "%s.", error->message);
    else if (!g_str_has_prefix(text->str, "MemTotal:"))
        CHECK_SAY(doctor, "daemon", FINDING_BAD, START,
                  "%s/proc/meminfo is not what the daemon serves.", doctor->tree);
    else
        CHECK_GOOD(doctor, "daemon", "It serves %s.", doctor->tree);
}

static bool
ask_list(void *data, GString *ret, GError **error)
{
    g_autoptr(GPtrArray) containers = control_list(data, error);

    (void)ret; /* that it answers is enough */
    return containers != NULL;
}

static void
check_socket(const Doctor *doctor)
{
    InChild what = {ask_list, (void *)doctor->run_dir, CHECK_PATIENCE_SEC};
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = in_child(&what, &error);

    if (text)
        CHECK_GOOD(doctor, "daemon", "It answers at %s.", doctor->run_dir);
    else
        CHECK_SAY(doctor, "daemon", FINDING_BAD,
                  "Containers cannot be registered: start the daemon, with this run directory.",
                  "%s.", error->message);
}

static void
check_connections(const Doctor *doctor, const ProtocolStatus *status)
{
    for (unsigned i = 0; i < MIN(status->n_connections, TABLE_CONNECTIONS_MAX); i++)
        if (!status->connections[i].is_connected)
            CHECK_SAY(doctor, "keeper", FINDING_BAD,
                      "Somebody unmounted it: start the daemon again.", "It lost %.*s.",
                      (int)sizeof status->connections[i].target, status->connections[i].target);
    if (status->poisoned > 0)
        CHECK_SAY(doctor, "keeper", FINDING_NOTE, "The daemon's log tells which: please report it.",
                  "%" G_GUINT64_FORMAT " requests were given up, because workers died of them.",
                  status->poisoned);
}

static void
check_keeper(const Doctor *doctor)
{
    g_autoptr(GError) error = NULL;
    ProtocolStatus status;
    bool standby = false, serving = false;

    if (!keeper_ask_status(doctor->run_dir, &status, &error)) {
        CHECK_SAY(doctor, "keeper", FINDING_NOTE,
                  "Without one the files are dead when the daemon crashes: do not start it with "
                  "--no-keeper.",
                  "%s.", error->message);
        return;
    }
    for (unsigned i = 0; i < MIN(status.n_workers, PROTOCOL_WORKERS_MAX); i++) {
        standby = standby || strncmp(status.workers[i].state, "standby", 7) == 0;
        serving = serving || strncmp(status.workers[i].state, "serving", 7) == 0 ||
                  strncmp(status.workers[i].state, "safe", 4) == 0;
    }
    if (serving)
        CHECK_GOOD(doctor, "keeper", "A worker serves, %s.",
                   standby ? "and another waits" : "and another is being made");
    else
        CHECK_SAY(doctor, "keeper", FINDING_BAD,
                  "Workers die young: the daemon's log says of what.", "No worker serves.");
    check_connections(doctor, &status);
}

void
check_daemon(const Doctor *doctor)
{
    check_reading(doctor);
    check_socket(doctor);
    check_keeper(doctor);
}
