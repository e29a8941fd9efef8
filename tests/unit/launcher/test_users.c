/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/launch_error.h"
#include "launcher/users.h"
#include "tests/unit/cmocka.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
                             "broken line\n"
                             "big:x:99999999999:1:::\n"
                             "web:x:33:34:web:/var/www:/bin/sh\n"
                             "5:x:0:0:five:/home/5:/bin/sh\n"
                             "4294967295:x:0:0:::\n";
static const char group[] = "root:x:0:\n"
                            "staff:x:50:web,root\n"
                            "broken\n"
                            "video:x:44:someone,web\n"
                            "webs:x:34:web\n"
                            "8:x:0:\n";

static void
resolves(const char *spec, uid_t uid, gid_t gid, const char *home)
{
    g_auto(User) user = {0};
    g_autoptr(GError) error = NULL;

    if (!users_resolve(spec, passwd, group, &user, &error))
        fail_msg("'%s' was refused: %s", spec, error->message);
    assert_int_equal(user.uid, uid);
    assert_int_equal(user.gid, gid);
    assert_string_equal(user.home, home);
}

static void
refuses(const char *spec)
{
    g_auto(User) user = {0};
    g_autoptr(GError) error = NULL;

    if (users_resolve(spec, passwd, group, &user, &error))
        fail_msg("'%s' was taken for %u", spec, user.uid);
    assert_true(g_error_matches(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED));
}

static void
nobody_named_is_root(void **state G_GNUC_UNUSED)
{
    resolves(NULL, 0, 0, "/root");
    resolves("", 0, 0, "/root");
}

static void
a_name_is_looked_up(void **state G_GNUC_UNUSED)
{
    resolves("web", 33, 34, "/var/www");
    resolves("web:staff", 33, 50, "/var/www");
    resolves("web:7", 33, 7, "/var/www");
}

static void
a_number_is_its_line_or_itself(void **state G_GNUC_UNUSED)
{
    resolves("33", 33, 34, "/var/www");
    resolves("1234", 1234, 0, "/");
    resolves("1234:55", 1234, 55, "/");
}

static void
a_number_is_no_name_whatever_the_image_says(void **state G_GNUC_UNUSED)
{
    resolves("5", 5, 0, "/");
    resolves("web:8", 33, 8, "/var/www");
}

static void
supplementary_groups_are_those_that_list_him(void **state G_GNUC_UNUSED)
{
    g_auto(User) user = {0};

    assert_true(users_resolve("web", passwd, group, &user, NULL));
    assert_int_equal(user.n_groups, 2);
    assert_int_equal(user.groups[0], 50);
    assert_int_equal(user.groups[1], 44);
}

static void
an_explicit_group_is_the_only_one(void **state G_GNUC_UNUSED)
{
    g_auto(User) user = {0};

    assert_true(users_resolve("web:webs", passwd, group, &user, NULL));
    assert_int_equal(user.n_groups, 0);
}

static void
who_is_not_there_is_refused(void **state G_GNUC_UNUSED)
{
    refuses("nobody");
    refuses("web:nogroup");
    refuses("broken line");
    refuses("big");
    refuses("4294967295"); /* (uid_t)-1 */
    refuses("99999999999");
    refuses("-1");
    refuses("we");
}

static void
a_container_without_passwd_knows_numbers_only(void **state G_GNUC_UNUSED)
{
    g_auto(User) user = {0};

    assert_true(users_resolve("7:8", NULL, NULL, &user, NULL));
    assert_int_equal(user.uid, 7);
    assert_int_equal(user.gid, 8);
    assert_false(users_resolve("root", NULL, NULL, &user, NULL));
}

static void
more_groups_than_fit_are_left_out(void **state G_GNUC_UNUSED)
{
    g_autoptr(GString) many = g_string_new(NULL);
    g_auto(User) user = {0};

    for (unsigned i = 0; i < 2 * USERS_MAX_GROUPS; i++)
        g_string_append_printf(many, "g%u:x:%u:web\n", i, 1000 + i);
    assert_true(users_resolve("web", passwd, many->str, &user, NULL));
    assert_int_equal(user.n_groups, USERS_MAX_GROUPS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_named_is_root),
        cmocka_unit_test(a_name_is_looked_up),
        cmocka_unit_test(a_number_is_its_line_or_itself),
        cmocka_unit_test(a_number_is_no_name_whatever_the_image_says),
        cmocka_unit_test(supplementary_groups_are_those_that_list_him),
        cmocka_unit_test(an_explicit_group_is_the_only_one),
        cmocka_unit_test(who_is_not_there_is_refused),
        cmocka_unit_test(a_container_without_passwd_knows_numbers_only),
        cmocka_unit_test(more_groups_than_fit_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
