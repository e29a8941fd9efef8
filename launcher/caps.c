/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/caps.h"

#include "launcher/launch_error.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

static const cap_value_t kept[] = {
    CAP_CHOWN,   CAP_DAC_OVERRIDE, CAP_FSETID,      CAP_FOWNER,           CAP_MKNOD,
    CAP_NET_RAW, CAP_SETGID,       CAP_SETUID,      CAP_SETFCAP,          CAP_SETPCAP,
    CAP_KILL,    CAP_SYS_CHROOT,   CAP_AUDIT_WRITE, CAP_NET_BIND_SERVICE,
};

static bool
is_kept(cap_value_t cap)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
        if (kept[i] == cap)
            return true;
    return false;
}

/* Up to the first number this kernel does not know. */
static bool
drop_bounding(void)
{
    for (cap_value_t cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
        if (!is_kept(cap) && cap_drop_bound(cap) < 0)
            return false;
    return true;
}

/* The kernel empties permitted and effective when root becomes somebody else; for root they are cut
 * to what is kept and was there. */
static bool
set_sets(bool root)
{
    cap_t old = cap_get_proc(), new = cap_init();
    bool good = old && new;

    for (size_t i = 0; good && root && i < G_N_ELEMENTS(kept); i++) {
        cap_flag_value_t had = CAP_CLEAR;

        if (cap_get_flag(old, kept[i], CAP_PERMITTED, &had) == 0 && had == CAP_SET)
            good = cap_set_flag(new, CAP_PERMITTED, 1, &kept[i], CAP_SET) == 0 &&
                   cap_set_flag(new, CAP_EFFECTIVE, 1, &kept[i], CAP_SET) == 0;
    }
    good = good && cap_set_proc(new) == 0 &&
           prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0;
    if (old)
        (void)cap_free(old); /* fails only for what is no cap_t */
    if (new)
        (void)cap_free(new);
    return good;
}

bool
caps_drop(const User *user, GError **error)
{
    if (drop_bounding() && setgroups(user->n_groups, user->groups) == 0 &&
        setresgid(user->gid, user->gid, user->gid) == 0 &&
        setresuid(user->uid, user->uid, user->uid) == 0 && set_sets(user->uid == 0) &&
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        return true;
    launch_error_set_errno(error, errno, "user %u", user->uid);
    return false;
}

char *
caps_describe(uid_t uid)
{
    g_autoptr(GString) out = g_string_new(NULL);

    if (uid != 0)
        return g_strdup("none");
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        char *name = cap_to_name(kept[i]);

        g_string_append_printf(out, "%s%s", i ? " " : "", name ? name + strlen("cap_") : "?");
        (void)cap_free(name);
    }
    return g_strdup(out->str);
}
