/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/control/commands.h"

#include "common/control_value.h"
#include "common/error.h"
#include "common/number.h"
#include "fs/control/list.h"
#include "fs/control/paths.h"

#include <errno.h>
#include <string.h>

static bool
refuse(int code, const char *reason, GError **error)
{
    g_set_error_literal(error, CONTROL_REFUSAL, code, reason);
    return false;
}

/* What anybody below said, as an errno value that tells the asker what to do. */
static int
code_of(const GError *problem, int if_gone)
{
    if (problem->domain == CONTROL_REFUSAL)
        return problem->code;
    if (problem->domain == REGISTRY_ERROR)
        return problem->code == REGISTRY_ERROR_EXISTS ? EEXIST : ENOSPC;
    if (g_error_matches(problem, READ_ERROR, READ_ERROR_GONE))
        return if_gone;
    return g_error_matches(problem, READ_ERROR, READ_ERROR_STRANGER) ? EACCES : EIO;
}

/* Takes over @problem. */
static bool
refuse_for(GError *problem, int if_gone, GError **error)
{
    g_set_error_literal(error, CONTROL_REFUSAL, code_of(problem, if_gone), problem->message);
    g_error_free(problem);
    return false;
}

/* The container and time namespace of a process. */
static bool
look_at_process(const ControlConfig *config, const ControlRequest *request, CgroupPaths *ret,
                int64_t *ret_offset, GError **error)
{
    Readers *readers = config->server->sources.readers;
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};
    GError *problem = NULL;

    if (!reader_identify(readers, request->pid, &reader, &problem) ||
        !reader_boottime_offset(readers, &reader, ret_offset, &problem))
        return refuse_for(problem, ESRCH, error);
    if (reader.is_host)
        return refuse(EINVAL, "this process is in no container", error);
    cgroup_paths_copy(&reader.container, ret);
    return true;
}

static bool
do_register(const ControlConfig *config, const ControlRequest *request, GString *body,
            GError **error)
{
    g_autoptr(Registered) registered = NULL;
    g_auto(CgroupPaths) paths = {0};
    GError *problem = NULL;
    int64_t offset = 0;

    if (!registry_name_is_valid(request->id))
        return refuse(EINVAL, "this cannot be an id", error);
    if (request->pid != 0 ? !look_at_process(config, request, &paths, &offset, error)
                          : !control_paths(config->server->sources.layout, request, &paths, error))
        return false;
    if (request->has_offset)
        offset = request->boottime_offset;
    registered = registry_add(config->server->registry,
                              &(Registration){request->id, &paths, offset}, &problem);
    if (!registered)
        return refuse_for(problem, ESTALE, error);
    g_string_append(body, "path=");
    control_value_append(body, config->containers);
    g_string_append_printf(body, "/%s\n", request->id);
    return true;
}

static bool
do_unregister(const ControlConfig *config, const ControlRequest *request, GString *body,
              GError **error)
{
    (void)body;
    return registry_remove(config->server->registry, request->id) ||
           refuse(ENOENT, "nothing is registered under this id", error);
}

static bool
do_list(const ControlConfig *config, const ControlRequest *request, GString *body, GError **error)
{
    (void)request;
    (void)error;
    control_list(config->server, config->now(), body);
    return true;
}

/* Who has the container called @id: a registered name, or the number of another one. */
static Asker *
somebody_in(const ControlConfig *config, const char *id, GError **error)
{
    const Server *server = config->server;
    g_autoptr(Registered) registered = registry_find_name(server->registry, id);
    g_autoptr(Container) container = NULL;
    GError *problem = NULL;
    uint64_t number;

    if (registered)
        container = registry_container(server->registry, registered, &problem);
    else if (number_parse(id, strlen(id), &number, NULL))
        container = containers_find(server->containers, number);
    if (container)
        return asker_new(container, registered ? registered->boottime_offset : 0);
    if (problem)
        (void)refuse_for(problem, ESTALE, error);
    else
        (void)refuse(ENOENT, "no container has this id", error);
    return NULL;
}

static Asker *
find_asker(const ControlConfig *config, const ControlRequest *request, GError **error)
{
    GError *problem = NULL;
    Asker *asker;

    if (request->id)
        return somebody_in(config, request->id, error);
    asker = askers_identify(config->server->askers, request->pid, config->now(), &problem);
    if (!asker)
        (void)refuse_for(problem, ESRCH, error);
    return asker;
}

static bool
do_view(const ControlConfig *config, const ControlRequest *request, GString *body, GError **error)
{
    const Server *server = config->server;
    g_autoptr(Asker) asker = NULL;
    g_auto(Text) text = {0};
    GError *problem = NULL;
    const char *bytes;
    ProcName name;
    size_t len;

    name.file = proc_file_match(request->file, &name.numbers);
    if (!name.file)
        return refuse(ENOENT, "there is no such file", error);
    asker = find_asker(config, request, error);
    if (!asker)
        return false;
    if (serve_hides(server, name.file, asker))
        return refuse(ENOENT, "the file is hidden from this container", error);
    if (!serve_text(server, &name, asker, config->now(), &text, &problem))
        return refuse_for(problem, ESTALE, error);
    bytes = g_bytes_get_data(text.bytes, &len);
    g_string_append_len(body, bytes, (gssize)len);
    return true;
}

/* Appends the body of the answer.  CONTROL_REFUSAL. */
static bool
carry_out(const ControlConfig *config, const ControlRequest *request, GString *body, GError **error)
{
    static bool (*const verbs[])(const ControlConfig *config, const ControlRequest *request,
                                 GString *body, GError **error) = {
        [CONTROL_REGISTER] = do_register,
        [CONTROL_UNREGISTER] = do_unregister,
        [CONTROL_LIST] = do_list,
        [CONTROL_VIEW] = do_view,
    };

    return verbs[request->verb](config, request, body, error);
}

GString *
control_answer_refusal(const GError *refusal)
{
    const char *name = strerrorname_np(refusal->code);
    GString *answer = g_string_new("error ");

    g_string_append_printf(answer, "%s %s", name ? name : "EIO", refusal->message);
    g_strdelimit(answer->str, "\n", ' ');
    g_string_append_c(answer, '\n');
    return answer;
}

GString *
control_answer(const ControlConfig *config, const char *text, size_t len)
{
    g_auto(ControlRequest) request = {0};
    g_autoptr(GString) body = g_string_new(NULL);
    g_autoptr(GError) refusal = NULL;

    if (!control_request_parse(text, len, &request, &refusal) ||
        !carry_out(config, &request, body, &refusal))
        return control_answer_refusal(refusal);
    g_string_prepend(body, "ok\n");
    return g_steal_pointer(&body);
}
