/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/log.h"

#include <stdio.h>
#include <syslog.h>

static struct {
    char *program;
    bool debug;
    bool journal;
} log_config; /* written once by log_setup() before any thread exists */

static const char *
log_field(const GLogField *fields, gsize n, const char *key)
{
    for (gsize i = 0; i < n; i++)
        if (g_strcmp0(fields[i].key, key) == 0)
            return fields[i].value;
    return "";
}

/* syslog(3)'s. */
static int
log_priority(GLogLevelFlags level)
{
    return level & G_LOG_LEVEL_ERROR      ? LOG_ERR
           : level & G_LOG_LEVEL_CRITICAL ? LOG_ERR
           : level & G_LOG_LEVEL_WARNING  ? LOG_WARNING
           : level & G_LOG_LEVEL_MESSAGE  ? LOG_NOTICE
           : level & G_LOG_LEVEL_INFO     ? LOG_INFO
                                          : LOG_DEBUG;
}

static GLogWriterOutput
log_write(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
    (void)data;
    if ((level & G_LOG_LEVEL_DEBUG) && !log_config.debug)
        return G_LOG_WRITER_HANDLED;
    if (log_config.journal &&
        g_log_writer_journald(level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
        return G_LOG_WRITER_HANDLED;
    /* A process that may not make a socket any more (fs/confine.h) has standard error, from whose
     * lines the journal takes the priority (sd-daemon(3)). */
    if (log_config.journal)
        (void)fprintf(stderr, "<%d>", log_priority(level));
    (void)fprintf(stderr, "%s: %s\n", log_config.program, log_field(fields, n_fields, "MESSAGE"));
    return G_LOG_WRITER_HANDLED;
}

void
log_setup(const char *program, bool debug)
{
    log_config.program = g_strdup(program);
    log_config.debug = debug;
    log_config.journal = g_log_writer_is_journald(STDERR_FILENO);
    g_log_set_writer_func(log_write, NULL, NULL);
}

typedef struct {
    gint64 last_usec;
    unsigned left_out;
} Limit;

/* True if a line may be written now; how many were not since the last goes to @ret_left_out. */
static bool
limit_pass(const char *key, unsigned *ret_left_out)
{
    static GMutex lock; /* guards limits and what it holds */
    static GHashTable *limits;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&lock);
    gint64 now = g_get_monotonic_time();
    Limit *limit;

    if (!limits)
        limits = g_hash_table_new(g_str_hash, g_str_equal);
    limit = g_hash_table_lookup(limits, key);
    if (!limit) {
        limit = g_new0(Limit, 1); /* one for each literal key in the program */
        g_hash_table_insert(limits, (gpointer)key, limit);
    } else if (now - limit->last_usec < G_USEC_PER_SEC) {
        limit->left_out++;
        return false;
    }
    *ret_left_out = limit->left_out;
    *limit = (Limit){.last_usec = now};
    return true;
}

/* A cgroup may be called anything but "\n": no container writes to whoever watches a terminal. */
static void
make_printable(char *text)
{
    for (; *text; text++)
        if (g_ascii_iscntrl(*text))
            *text = '?';
}

void
log_limited(GLogLevelFlags level, const char *key, const char *format, ...)
{
    g_autofree char *message = NULL;
    unsigned left_out;
    va_list args;

    if (!limit_pass(key, &left_out))
        return;
    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    make_printable(message);
    if (left_out > 0)
        g_log(G_LOG_DOMAIN, level, "%s (and %u more like it)", message, left_out);
    else
        g_log(G_LOG_DOMAIN, level, "%s", message);
}
