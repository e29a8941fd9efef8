/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/enroll.h"

#include "launcher/attach/sweep.h"
#include "launcher/control.h"
#include "launcher/launch_error.h"
#include "launcher/registration.h"

void
enrolment_clear(Enrolment *enrolment)
{
    g_clear_pointer(&enrolment->id, g_free);
    g_clear_pointer(&enrolment->path, g_free);
}

static bool
is_known(const char *run_dir, const char *id)
{
    g_autoptr(GString) request = control_request("view");
    g_autofree char *body = NULL;

    control_add(request, "id", id);
    control_add(request, "file", "proc/uptime");
    control_end(request);
    body = control_ask(run_dir, request, NULL, NULL);
    return body != NULL;
}

/* As @id, which becomes @ret's. */
static bool
try_id(const char *run_dir, pid_t pid, char *id, Enrolment *ret, GError **error)
{
    g_autoptr(GString) request = registration_request_process(id, pid);
    g_autofree char *body = NULL;

    enrolment_clear(ret);
    ret->id = id;
    ret->is_new = !is_known(run_dir, id);
    body = control_ask(run_dir, request, NULL, error);
    ret->path = body ? registration_path(body, run_dir, id, error) : NULL;
    return ret->path != NULL;
}

static bool
is_nobody(const GError *error)
{
    return g_error_matches(error, CONTROL_ERROR, CONTROL_ERROR_ABSENT) ||
           g_error_matches(error, CONTROL_ERROR, CONTROL_ERROR_FORBIDDEN);
}

bool
enroll(const char *run_dir, const Process *process, const char *preferred, Enrolment *ret,
       GError **error)
{
    char *of_namespace = sweep_name(process->mount_ns, process->started);
    const char *name = preferred ? preferred : process->id;
    g_autoptr(GError) problem = NULL;

    if (name && try_id(run_dir, process->pid, g_strdup(name), ret, &problem)) {
        g_free(of_namespace);
    } else if (is_nobody(problem)) {
        g_free(of_namespace);
        return true;
    } else {
        g_clear_error(&problem);
        if (!try_id(run_dir, process->pid, of_namespace, ret, &problem) && !is_nobody(problem)) {
            g_propagate_prefixed_error(error, g_steal_pointer(&problem),
                                       "the daemon does not register it: ");
            return false;
        }
    }
    if (process_lives(process)) /* so it was this one that was registered */
        return true;
    enroll_undo(run_dir, ret);
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "it has ended");
    return false;
}

void
enroll_end(const char *run_dir, const char *id)
{
    g_autoptr(GString) request = registration_end(id);
    g_autofree char *body = control_ask(run_dir, request, NULL, NULL);

    (void)body; /* a daemon that hears nothing forgets it with its cgroup */
}

void
enroll_undo(const char *run_dir, const Enrolment *enrolment)
{
    if (enrolment->is_new && enrolment->path)
        enroll_end(run_dir, enrolment->id);
}
