/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/tell.h"

#include "common/fd.h"
#include "launcher/json.h"

#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* As logrus writes it, which is runc's and whose files engines read. */
static GString *
line_of(const Invocation *invocation, const char *level, const char *sentence)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
    GString *line = g_string_new(NULL);

    if (invocation->log_is_json) {
        g_string_append_printf(line, "{\"level\":\"%s\",\"msg\":", level);
        json_append_string(line, sentence);
        g_string_append_printf(line, ",\"time\":\"%s\"}\n", time);
    } else {
        g_string_append_printf(line, "time=\"%s\" level=%s msg=", time, level);
        json_append_string(line, sentence);
        g_string_append_c(line, '\n');
    }
    return line;
}

static bool
append(const char *path, const GString *line)
{
    autofd fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);

    return fd >= 0 && write(fd, line->str, line->len) == (ssize_t)line->len;
}

static int
priority_of(const char *level)
{
    if (strcmp(level, "info") == 0)
        return LOG_INFO;
    return strcmp(level, "error") == 0 ? LOG_ERR : LOG_WARNING;
}

void
tell(const Invocation *invocation, const char *level, const char *sentence)
{
    g_autofree char *text = g_strdup_printf("ownproc-runc: %s", sentence);
    g_autoptr(GString) line = line_of(invocation, level, text);
    int priority = priority_of(level);

    openlog("ownproc-runc", LOG_PID | LOG_NDELAY, LOG_DAEMON);
    syslog(priority, "%s", sentence);
    closelog();
    /* crun also knows "journald:" and the like, which are no files. */
    if (invocation->log && !strchr(invocation->log, ':') && append(invocation->log, line))
        return;
    if (priority < LOG_INFO) /* engines take it for the container's */
        fprintf(stderr, "%s\n", text);
}
