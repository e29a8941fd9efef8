/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A read of a FUSE file has no time limit, so a thread of its own does it.  If that is stuck the
 * next ones wait for it, too, and there is never more than one. */

#include "launcher/exporter/source.h"

#include "common/error.h"
#include "common/io.h"
#include "launcher/exporter/answer.h"

#include <fcntl.h>

#define PATIENCE_USEC (2 * G_USEC_PER_SEC)

struct Source {
    char *metrics, *run_dir;
    GMutex lock; /* guards what follows */
    GCond changed;
    guint64 wanted, begun, done; /* numbers of reads */
    GString *text;               /* of the last; NULL: error */
    GError *error;
};

static GString *
read_all(const Source *source, GError **error)
{
    gsize len;
    g_autofree char *text = io_read_at(AT_FDCWD, source->metrics, &len, error);
    Tally tally = {0};
    GString *all;

    if (!text || !tally_read(source->run_dir, &tally, error))
        return NULL;
    all = g_string_new_len(text, (gssize)len);
    answer_append_tally(all, &tally);
    return all;
}

static void
forget(Source *source)
{
    if (source->text)
        g_string_free(g_steal_pointer(&source->text), TRUE);
    g_clear_error(&source->error);
}

static gpointer
run(gpointer data)
{
    Source *source = data;

    g_mutex_lock(&source->lock);
    for (;;) {
        g_autoptr(GError) error = NULL;
        GString *text;

        while (source->begun == source->wanted)
            g_cond_wait(&source->changed, &source->lock);
        source->begun = source->wanted;
        g_mutex_unlock(&source->lock);
        text = read_all(source, &error);
        g_mutex_lock(&source->lock);
        forget(source);
        source->text = text;
        source->error = g_steal_pointer(&error);
        source->done = source->begun;
        g_cond_broadcast(&source->changed);
    }
    return NULL;
}

Source *
source_new(const char *tree, const char *run_dir)
{
    Source *source = g_new0(Source, 1);

    source->metrics = g_build_filename(tree, "metrics", NULL);
    source->run_dir = g_strdup(run_dir);
    g_mutex_init(&source->lock);
    g_cond_init(&source->changed);
    g_thread_unref(g_thread_new("metrics", run, source));
    return source;
}

GString *
source_read(Source *source, GError **error)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_USEC;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&source->lock);
    guint64 mine;

    if (source->wanted == source->begun) /* else one that has not begun is early enough */
        source->wanted++;
    mine = source->wanted;
    g_cond_broadcast(&source->changed);
    while (source->done < mine)
        if (!g_cond_wait_until(&source->changed, &source->lock, end)) {
            g_set_error(error, READ_ERROR, READ_ERROR_IO, "%s: the daemon does not answer",
                        source->metrics);
            return NULL;
        }
    if (source->text)
        return g_string_new_len(source->text->str, (gssize)source->text->len);
    g_propagate_error(error, g_error_copy(source->error));
    return NULL;
}
