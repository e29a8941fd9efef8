/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/subject.h"

#include <string.h>

#define STATE_RUNNING 3      /* ContainerState, pkg/api/api.proto */
#define PID_LIMIT (1u << 22) /* PID_MAX_LIMIT, include/linux/threads.h */

static void
mount_free(gpointer data)
{
    SubjectMount *mount = data;

    g_free(mount->destination);
    g_free(mount->type);
    g_free(mount->source);
    g_free(mount);
}

void
subject_free(Subject *subject)
{
    if (!subject)
        return;
    g_free(subject->id);
    g_free(subject->name);
    g_free(subject->namespace);
    g_free(subject->handler);
    g_free(subject->cgroups_path);
    g_free(subject->joined_pids);
    g_ptr_array_unref(subject->mounts);
    g_free(subject);
}

static Wish
wish_among(Nri__Pair *const *annotations, size_t n)
{
    const char *value = NULL;

    for (size_t i = 0; i < n; i++)
        if (strcmp(annotations[i]->key, WISH_ANNOTATION) == 0)
            value = annotations[i]->value;
    return wish_of(value);
}

/* Runtimes write a default mount's options in full. */
static bool
is_writable_sysfs(const Nri__Mount *mount)
{
    if (strcmp(mount->type, "sysfs") != 0)
        return false;
    for (size_t i = 0; i < mount->n_options; i++)
        if (strcmp(mount->options[i], "ro") == 0)
            return false;
    return true;
}

static void
take_mounts(Subject *subject, const Nri__Container *container)
{
    for (size_t i = 0; i < container->n_mounts; i++) {
        const Nri__Mount *mount = container->mounts[i];
        SubjectMount *kept;

        if (strcmp(mount->destination, "/sys") == 0 && is_writable_sysfs(mount))
            subject->writable_sys = true;
        kept = g_new(SubjectMount, 1);
        *kept = (SubjectMount){g_strdup(mount->destination), g_strdup(mount->type),
                               g_strdup(mount->source)};
        g_ptr_array_add(subject->mounts, kept);
    }
}

/* A runtime that tells of no namespace at all tells nothing (Docker). */
static void
take_platform(Subject *subject, const Nri__Linux *platform)
{
    bool own_pids = false;

    if (!platform)
        return;
    g_free(subject->cgroups_path);
    subject->cgroups_path = g_strdup(platform->cgroups_path);
    for (size_t i = 0; i < platform->n_namespaces; i++) {
        const char *type = platform->namespaces[i]->type, *path = platform->namespaces[i]->path;

        if (strcmp(type, "pid") == 0 && path[0]) {
            g_free(subject->joined_pids);
            subject->joined_pids = g_strdup(path);
        }
        own_pids = own_pids || strcmp(type, "pid") == 0;
        subject->user_namespace = subject->user_namespace || strcmp(type, "user") == 0;
    }
    subject->host_pids = platform->n_namespaces > 0 && !own_pids;
}

Subject *
subject_new(const Nri__Pod *pod, const Nri__Container *container)
{
    Subject *subject;

    if (!container || !container->id[0])
        return NULL;
    subject = g_new(Subject, 1);
    *subject = (Subject){
        .id = g_strdup(container->id),
        .name = pod && pod->namespace_[0]
                    ? g_strdup_printf("%s/%s/%s", pod->namespace_, pod->name, container->name)
                    : g_strdup(container->name[0] ? container->name : container->id),
        .namespace = g_strdup(pod ? pod->namespace_ : ""),
        .handler = g_strdup(pod ? pod->runtime_handler : ""),
        .cgroups_path = g_strdup(""),
        .pid = container->pid < PID_LIMIT ? (pid_t)container->pid : 0,
        .running = container->state == STATE_RUNNING,
        .wish = wish_among(container->annotations, container->n_annotations),
        .mounts = g_ptr_array_new_with_free_func(mount_free),
    };
    if (pod && subject->wish == WISH_NONE)
        subject->wish = wish_among(pod->annotations, pod->n_annotations);
    take_mounts(subject, container);
    take_platform(subject, container->platform);
    return subject;
}
