#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# As kills.sh, but for rarer ways to die, or to be of no use any more.  SECONDS_OF_KILLS=60 tries each way for a minute.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

test_so_it_is_if_the_kernel_sends_again()
{
    with_keeper resent --resend
    nobody_notices 200
    end_keeper
}

test_so_it_is_if_the_one_that_serves_and_the_next_die_at_once()
{
    with_keeper both
    nobody_notices 1300 9 serving standby # who is warm for less than a second may not be fit to serve
    end_keeper
}

test_a_worker_that_has_no_memory_left_is_replaced()
{
    with_fault full memory
}

test_a_worker_that_has_no_file_descriptors_left_is_replaced()
{
    with_fault open files
}

test_a_worker_that_is_stopped_is_replaced()
{
    with_keeper stopped
    read_on 5
    sleep 1
    kill -STOP "$(worker serving)"
    readers_are_content
    expect_between "longest pause in us" 1 3500000 "$(figure longest_pause_usec)"
    expect_equal "workers killed" 1 "$(figure killed)"
    end_keeper
}

tap_main
