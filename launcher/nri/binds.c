/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/binds.h"

#include "launcher/bind_list.h"
#include "launcher/nri/nri.pb-c.h"

static void
bind_free(gpointer data)
{
    Bind *bind = data;

    g_free(bind->destination);
    g_free(bind->source);
    g_free(bind);
}

GPtrArray *
binds_of(const GPtrArray *list, bool (*wanted)(const void *data, const char *file),
         const void *data)
{
    GPtrArray *binds = g_ptr_array_new_with_free_func(bind_free);
    const char *directory = "";

    for (guint i = 0; i < list->len; i++) {
        const char *entry = list->pdata[i];
        Bind *bind;

        if (bind_list_is_directory(entry)) {
            directory = entry;
            continue;
        }
        if (!wanted(data, entry))
            continue;
        bind = g_new(Bind, 1);
        *bind = (Bind){g_strdup_printf("/%s", entry), g_strdup_printf("%s/%s", directory, entry)};
        g_ptr_array_add(binds, bind);
    }
    return binds;
}

static void
add_mount(gpointer data, gpointer mounts)
{
    const Bind *bind = data;
    Nri__Mount *mount = g_new(Nri__Mount, 1);

    nri__mount__init(mount);
    mount->destination = bind->destination;
    mount->type = (char *)"bind";
    mount->source = bind->source;
    g_ptr_array_add(mounts, mount);
}

GByteArray *
binds_answer(const GPtrArray *binds, bool only_ro)
{
    static char *const options[] = {(char *)"ro",    (char *)"bind",   (char *)"nosuid",
                                    (char *)"nodev", (char *)"noexec", (char *)"private"};
    g_autoptr(GPtrArray) mounts = g_ptr_array_new_with_free_func(g_free);
    Nri__Created answer = NRI__CREATED__INIT;
    Nri__Adjustment adjust = NRI__ADJUSTMENT__INIT;
    GByteArray *message = g_byte_array_new();

    for (guint i = 0; binds && i < binds->len; i++) {
        add_mount(binds->pdata[i], mounts);
        ((Nri__Mount *)mounts->pdata[i])->options = (char **)options;
        ((Nri__Mount *)mounts->pdata[i])->n_options = only_ro ? 1 : G_N_ELEMENTS(options);
    }
    adjust.n_mounts = mounts->len;
    adjust.mounts = (Nri__Mount **)mounts->pdata;
    if (mounts->len > 0)
        answer.adjust = &adjust;
    g_byte_array_set_size(message, (guint)nri__created__get_packed_size(&answer));
    if (message->len > 0)
        (void)nri__created__pack(&answer, message->data);
    return message;
}
