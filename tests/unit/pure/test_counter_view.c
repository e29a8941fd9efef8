/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/view/counter_view.h"
#include "tests/unit/cmocka.h"

static uint64_t
after(const uint64_t *looks, unsigned n)
{
    CounterView view = {0};

    for (unsigned i = 0; i < n; i++)
        counter_view_advance(&view, looks[i]);
    return view.shown;
}

static void
the_first_look_shows_what_the_kernel_says(void **state)
{
    (void)state;
    assert_int_equal(after((uint64_t[]){700}, 1), 700);
}

static void
it_grows_with_the_kernels(void **state)
{
    (void)state;
    assert_int_equal(after((uint64_t[]){700, 700, 750}, 3), 750);
}

static void
after_a_reset_counting_goes_on(void **state)
{
    (void)state;
    assert_int_equal(after((uint64_t[]){700, 20}, 2), 700);
    assert_int_equal(after((uint64_t[]){700, 20, 30}, 3), 710);
}

static void
it_stops_at_the_greatest_number(void **state)
{
    (void)state;
    assert_true(after((uint64_t[]){UINT64_MAX, 0, UINT64_MAX}, 3) == UINT64_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_look_shows_what_the_kernel_says),
        cmocka_unit_test(it_grows_with_the_kernels),
        cmocka_unit_test(after_a_reset_counting_goes_on),
        cmocka_unit_test(it_stops_at_the_greatest_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
