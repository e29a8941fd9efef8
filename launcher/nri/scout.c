/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/scout.h"

#include "common/error.h"
#include "common/fd.h"
#include "launcher/nri/scout_private.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* For an answer: a runtime gives us 2 s, which others share.  Who owes one already gets less. */
#define PATIENCE_USEC 500000
#define SILENT_PATIENCE_USEC 50000
#define STUCK_USEC 5000000 /* who owes an answer for so long does not come back */
#define STUCK_MAX 4        /* who was killed in the middle of a request may not end, either */

struct Scout {
    const char *tree, *run_dir;
    pid_t pid; /* 0: there is none */
    int fd;
    uint32_t serial;     /* of the last question */
    gint64 silent_since; /* since when it owes an answer; 0: it owes none */
    GArray *killed;      /* pids that may take their time to end */
};

Scout *
scout_new(const char *tree, const char *run_dir)
{
    Scout *scout = g_new(Scout, 1);

    *scout = (Scout){.tree = tree,
                     .run_dir = run_dir,
                     .fd = -1,
                     .killed = g_array_new(FALSE, FALSE, sizeof(pid_t))};
    return scout;
}

static void
reap(Scout *scout)
{
    for (guint i = scout->killed->len; i-- > 0;)
        if (waitpid(g_array_index(scout->killed, pid_t, i), NULL, WNOHANG) != 0)
            g_array_remove_index_fast(scout->killed, i);
}

static void
dismiss(Scout *scout)
{
    fd_clear(&scout->fd);
    if (scout->pid > 0) {
        kill(scout->pid, SIGKILL);
        g_array_append_val(scout->killed, scout->pid);
    }
    scout->pid = 0;
    scout->silent_since = 0;
    reap(scout);
}

void
scout_free(Scout *scout)
{
    if (!scout)
        return;
    dismiss(scout);
    g_array_unref(scout->killed);
    g_free(scout);
}

/* The child keeps nothing of ours: a runtime must see that we are gone when we are. */
static void G_GNUC_NORETURN
become(const Scout *scout, int fd)
{
    int kept = dup2(fd, STDERR_FILENO + 1);

    if (kept < 0 || close_range((unsigned)kept + 1, ~0u, 0) < 0 ||
        prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        _exit(1);
    scout_serve(kept, scout->tree, scout->run_dir);
}

static bool
hire(Scout *scout, GError **error)
{
    int fds[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) {
        read_error_set_errno(error, errno, "cannot make a socket");
        return false;
    }
    pid = fork();
    if (pid == 0)
        become(scout, fds[1]);
    fd_clear(&fds[1]);
    scout->fd = fds[0];
    if (pid < 0) {
        read_error_set_errno(error, errno, "cannot fork");
        fd_clear(&scout->fd);
        return false;
    }
    scout->pid = pid;
    return true;
}

static bool
ask(Scout *scout, ScoutWord word, const char *id, const char *cgroup)
{
    const ScoutHeader header = {++scout->serial, word};
    g_autoptr(GByteArray) packet = g_byte_array_new();

    g_byte_array_append(packet, (const guint8 *)&header, sizeof(header));
    g_byte_array_append(packet, (const guint8 *)id, (guint)strlen(id) + 1);
    g_byte_array_append(packet, (const guint8 *)cgroup, (guint)strlen(cgroup) + 1);
    return send(scout->fd, packet->data, packet->len, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

static GPtrArray *
files_of(const char *texts, size_t len, GError **error)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    ScoutHeader header;

    memcpy(&header, texts, sizeof(header));
    for (size_t at = sizeof(header); at < len; at += strlen(texts + at) + 1)
        g_ptr_array_add(files, g_strdup(texts + at));
    if (header.word == SCOUT_FOUND)
        return files;
    g_set_error_literal(error, READ_ERROR, READ_ERROR_GONE,
                        files->len > 0 ? files->pdata[0] : "the daemon does not answer");
    g_ptr_array_unref(files);
    return NULL;
}

/* One packet into @packet; 0 if none comes until @end, -1 if the child is gone. */
static ssize_t
receive(Scout *scout, char *packet, gint64 end)
{
    struct pollfd poll_fd = {.fd = scout->fd, .events = POLLIN};

    for (;;) {
        gint64 left = MAX(end - g_get_monotonic_time(), 0);
        int n = poll(&poll_fd, 1, (int)(left / 1000));
        ssize_t len;

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n;
        len = recv(scout->fd, packet, SCOUT_PACKET_MAX, MSG_DONTWAIT);
        if (len < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        return len >= (ssize_t)sizeof(ScoutHeader) ? len : -1;
    }
}

/* Answers to older questions are passed over. */
static GPtrArray *
wait_for(Scout *scout, gint64 patience, GError **error)
{
    gint64 end = g_get_monotonic_time() + patience;
    static char packet[SCOUT_PACKET_MAX + 1];

    for (;;) {
        ssize_t n = receive(scout, packet, end);
        ScoutHeader header;

        if (n <= 0) {
            g_set_error_literal(error, READ_ERROR, READ_ERROR_GONE,
                                n == 0 ? "the daemon does not answer in time"
                                       : "the child that asks the daemon has ended");
            if (n < 0)
                dismiss(scout);
            return NULL;
        }
        packet[n] = '\0';
        memcpy(&header, packet, sizeof(header));
        if (header.serial != scout->serial)
            continue;
        scout->silent_since = 0;
        return files_of(packet, (size_t)n, error);
    }
}

/* A child that is at work; one that is stuck makes room for another. */
static bool
have_child(Scout *scout, GError **error)
{
    gint64 now = g_get_monotonic_time();

    if (scout->silent_since != 0 && now - scout->silent_since > STUCK_USEC)
        dismiss(scout);
    if (scout->killed->len >= STUCK_MAX) {
        g_set_error_literal(error, READ_ERROR, READ_ERROR_GONE,
                            "the daemon answers nobody, not even those who are killed");
        return false;
    }
    return scout->pid > 0 || hire(scout, error);
}

GPtrArray *
scout_look(Scout *scout, const char *id, const char *cgroup, GError **error)
{
    reap(scout);
    if (!have_child(scout, error))
        return NULL;
    /* If it has gone meanwhile, the next one answers. */
    if (!ask(scout, SCOUT_LOOK, id ? id : "", cgroup ? cgroup : "")) {
        dismiss(scout);
        if (!hire(scout, error) || !ask(scout, SCOUT_LOOK, id ? id : "", cgroup ? cgroup : "")) {
            g_set_error_literal(error, READ_ERROR, READ_ERROR_GONE,
                                "the child that asks the daemon has ended");
            return NULL;
        }
    }
    if (scout->silent_since != 0)
        return wait_for(scout, SILENT_PATIENCE_USEC, error);
    scout->silent_since = g_get_monotonic_time();
    return wait_for(scout, PATIENCE_USEC, error);
}

void
scout_forget(Scout *scout, const char *id)
{
    if (have_child(scout, NULL) && !ask(scout, SCOUT_FORGET, id, ""))
        dismiss(scout);
}
