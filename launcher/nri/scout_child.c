/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/scout_private.h"

#include "common/error.h"
#include "common/fd.h"
#include "launcher/control.h"
#include "launcher/files_list.h"
#include "launcher/registration.h"
#include "launcher/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef struct {
    const char *tree, *run_dir;
    int fd;
} Child;

/* The container's directory of the bound tree; NULL if the ordinary one has to do. */
static char *
enroll(const Child *child, const char *id, const char *cgroup)
{
    g_autoptr(GString) request = NULL;
    g_autofree char *body = NULL;

    if (!id[0] || !cgroup[0])
        return NULL;
    request = registration_request_cgroup(id, cgroup);
    body = control_ask(child->run_dir, request, NULL, NULL);
    return body ? registration_path(body, child->run_dir, id, NULL) : NULL;
}

static GPtrArray *
look(const Child *child, const char *id, const char *cgroup, GError **error)
{
    autofd tree_fd = tree_open(child->tree);
    g_autofree char *bound = NULL;

    if (tree_fd < 0) {
        g_set_error(error, READ_ERROR, READ_ERROR_GONE, "no daemon serves %s", child->tree);
        return NULL;
    }
    bound = enroll(child, id, cgroup);
    return files_list(bound, child->tree, error);
}

static void
add_text(GByteArray *packet, const char *text)
{
    size_t len = strlen(text) + 1;

    if (packet->len + len <= SCOUT_PACKET_MAX)
        g_byte_array_append(packet, (const guint8 *)text, (guint)len);
}

static void
say(const Child *child, ScoutHeader header, const GPtrArray *files, const GError *error)
{
    g_autoptr(GByteArray) packet = g_byte_array_new();

    header.word = files ? SCOUT_FOUND : SCOUT_NOTHING;
    g_byte_array_append(packet, (const guint8 *)&header, sizeof(header));
    for (guint i = 0; files && i < files->len; i++)
        add_text(packet, files->pdata[i]);
    if (error)
        add_text(packet, error->message);
    /* Who asked may be gone; then the next recv says so. */
    (void)send(child->fd, packet->data, packet->len, MSG_NOSIGNAL);
}

static void
forget(const Child *child, const char *id)
{
    g_autoptr(GString) request = registration_end(id);

    /* A daemon that does not know it, or is not there, has forgotten it already. */
    g_free(control_ask(child->run_dir, request, NULL, NULL));
}

void
scout_serve(int fd, const char *tree, const char *run_dir)
{
    const Child child = {tree, run_dir, fd};
    static char packet[SCOUT_PACKET_MAX + 2];

    for (;;) {
        ssize_t n = recv(fd, packet, SCOUT_PACKET_MAX, 0);
        const char *id = packet + sizeof(ScoutHeader), *cgroup;
        g_autoptr(GPtrArray) files = NULL;
        g_autoptr(GError) error = NULL;
        ScoutHeader header;

        if (n < 0 && errno == EINTR)
            continue;
        if (n < (ssize_t)sizeof(header))
            _exit(0);
        memcpy(&header, packet, sizeof(header));
        packet[n] = packet[n + 1] = '\0';
        cgroup = id + strlen(id) + 1;
        if (header.word == SCOUT_LOOK) {
            files = look(&child, id, cgroup, &error);
            say(&child, header, files, error);
        } else {
            forget(&child, id);
        }
    }
}
