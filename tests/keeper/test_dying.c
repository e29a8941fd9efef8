/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/keeper/dying.h"
#include "tests/keeper/held.h"
#include "tests/unit/cmocka.h"

#include <limits.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>

static void *
sleep_on(void *data)
{
    (void)sleep(60);
    return data;
}

/* A process whose first thread has ended, if @ends, and whose other one does @run. */
static pid_t
start(bool ends, void *(*run)(void *))
{
    pid_t child = fork();
    pthread_t other;

    assert_true(child >= 0);
    if (child > 0)
        return child;
    if (pthread_create(&other, NULL, run, NULL) != 0)
        _exit(1);
    if (ends)
        pthread_exit(NULL);
    (void)sleep(60);
    _exit(0);
}

static void
end(pid_t child)
{
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static bool
is_dying_soon(pid_t child)
{
    const struct timespec pause = {.tv_nsec = 10000000};

    for (unsigned i = 0; i < 500 && !dying_is(child); i++)
        (void)nanosleep(&pause, NULL);
    return dying_is(child);
}

static void
a_process_of_which_the_kernel_holds_what_is_left_is_dying(void **state)
{
    pid_t child = start(true, held_run);

    (void)state;
    assert_true(is_dying_soon(child));
    assert_true(dying_is_held(child));
    end(child);
}

/* As one that was killed, but has not had the CPU to end. */
static void
a_process_of_which_a_thread_could_still_run_is_not(void **state)
{
    const struct timespec pause = {.tv_nsec = 300000000};
    pid_t child = start(true, sleep_on);

    (void)state;
    (void)nanosleep(&pause, NULL);
    assert_false(dying_is(child));
    assert_false(dying_is_held(child));
    end(child);
}

static void
a_process_that_lives_is_not(void **state)
{
    pid_t child = start(false, held_run);

    (void)state;
    assert_false(dying_is(child));
    assert_false(dying_is(getpid()));
    assert_false(dying_is_held(getpid()));
    end(child);
}

static void
a_process_that_is_no_more_is_not(void **state)
{
    (void)state;
    assert_false(dying_is(INT_MAX));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_of_which_the_kernel_holds_what_is_left_is_dying),
        cmocka_unit_test(a_process_of_which_a_thread_could_still_run_is_not),
        cmocka_unit_test(a_process_that_lives_is_not),
        cmocka_unit_test(a_process_that_is_no_more_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
