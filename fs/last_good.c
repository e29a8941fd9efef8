/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/last_good.h"

#include <string.h>

typedef struct {
    char *name; /* the key */
    uint64_t container;
    uint64_t put; /* when */
    GBytes *text;
    GList by_age; /* link in LastGood.by_age; data is the text */
} Text;

struct LastGood {
    GMutex lock;         /* guards all below */
    GHashTable *by_name; /* owns the texts */
    GQueue by_age;       /* put last comes first */
    unsigned max_texts;
    size_t bytes, max_bytes;
};

static void
text_free(gpointer data)
{
    Text *text = data;

    g_free(text->name);
    g_bytes_unref(text->text);
    g_free(text);
}

LastGood *
last_good_new(unsigned max_texts, size_t max_bytes)
{
    LastGood *texts = g_new0(LastGood, 1);

    g_mutex_init(&texts->lock);
    texts->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, text_free);
    g_queue_init(&texts->by_age);
    texts->max_texts = max_texts;
    texts->max_bytes = max_bytes;
    return texts;
}

void
last_good_free(LastGood *texts)
{
    if (!texts)
        return;
    g_hash_table_unref(texts->by_name);
    g_mutex_clear(&texts->lock);
    g_free(texts);
}

static size_t
cost(const Text *text)
{
    return sizeof *text + strlen(text->name) + g_bytes_get_size(text->text);
}

static void
forget(LastGood *texts, Text *text)
{
    texts->bytes -= cost(text);
    g_queue_unlink(&texts->by_age, &text->by_age);
    (void)g_hash_table_remove(texts->by_name, text->name);
}

static bool
is_older(const Text *text, uint64_t now, uint64_t age)
{
    return now < text->put || now - text->put > age;
}

/* What nobody may be served any more, and then as much as is too much. */
static void
make_room(LastGood *texts, uint64_t now)
{
    Text *oldest;

    while ((oldest = g_queue_peek_tail(&texts->by_age)) != NULL &&
           (is_older(oldest, now, LAST_GOOD_USEC) || texts->bytes > texts->max_bytes ||
            texts->by_age.length > texts->max_texts))
        forget(texts, oldest);
}

bool
last_good_wants(LastGood *texts, const char *name, uint64_t now)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);
    const Text *text = g_hash_table_lookup(texts->by_name, name);

    return !text || is_older(text, now, LAST_GOOD_RENEW_USEC);
}

void
last_good_put(LastGood *texts, const LastGoodKey *key, uint64_t now, GBytes *bytes)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);
    Text *text = g_hash_table_lookup(texts->by_name, key->name);

    if (text)
        forget(texts, text);
    text = g_new0(Text, 1);
    *text = (Text){.name = g_strdup(key->name),
                   .container = key->container,
                   .put = now,
                   .text = g_bytes_ref(bytes),
                   .by_age.data = text};
    (void)g_hash_table_insert(texts->by_name, text->name, text);
    g_queue_push_head_link(&texts->by_age, &text->by_age);
    texts->bytes += cost(text);
    make_room(texts, now);
}

GBytes *
last_good_get(LastGood *texts, const LastGoodKey *key, uint64_t now)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);
    const Text *text = g_hash_table_lookup(texts->by_name, key->name);

    if (!text || text->container != key->container || is_older(text, now, LAST_GOOD_USEC))
        return NULL;
    return g_bytes_ref(text->text);
}

void
last_good_use(LastGood *texts, unsigned *ret_texts, size_t *ret_bytes)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);

    *ret_texts = texts->by_age.length;
    *ret_bytes = texts->bytes;
}
