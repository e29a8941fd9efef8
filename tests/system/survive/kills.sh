#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# ownprocd whose workers die in every way while containers read all files of both trees: nobody in
# there notices more than a pause.  SECONDS_OF_KILLS=60 tries each way for a minute.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

# nobody_notices EVERY_MSEC [SIGNAL [STATE…]]: while workers are struck so.
nobody_notices()
{
    read_on $((SECONDS_OF_KILLS + 1))
    strike_for "$SECONDS_OF_KILLS" "$@"
    readers_are_content
    expect_equal "requests given up" 0 "$(figure poisoned)"
}

test_nobody_sees_that_workers_are_killed()
{
    with_keeper killed
    nobody_notices 200
    expect_strikes
    end_keeper
}

# It binds what is mounted when it starts, which is why its words come late.
test_nobody_in_a_container_of_the_launcher_sees_that_workers_are_killed()
{
    with_keeper launched
    # shellcheck disable=SC2046 # a list of words
    readers_start $((SECONDS_OF_KILLS + 1)) "$OWNPROC" run --mountpoint "$KEPT/tree" --run-dir "$KEPT/run" \
        --proc require -m 64m --cpus 1.5 / "$STEADY" -- \
        $(cd "$KEPT/tree" && find proc sys -type f | sed 's,^,/,')
    strike_for "$SECONDS_OF_KILLS" 200
    readers_are_content
    expect_strikes
    expect_equal "requests given up" 0 "$(figure poisoned)"
    end_keeper
}

test_so_it_is_if_the_kernel_sends_again()
{
    with_keeper resent --resend
    nobody_notices 200
    end_keeper
}

test_so_it_is_if_the_one_that_serves_and_the_next_die_at_once()
{
    with_keeper both
    nobody_notices 500 9 serving standby
    end_keeper
}

# with_fault NAME HOW: each worker goes wrong by itself, in the midst of a handler.
with_fault()
{
    KEPT_ENVIRONMENT=(LD_PRELOAD="$FAULT" OWNPROC_FAULT="$2")
    with_keeper "$1"
    read_on "$SECONDS_OF_KILLS"
    readers_are_content
    wait_until 10 has_standby
    expect_between "workers that died" "$SECONDS_OF_KILLS" $((SECONDS_OF_KILLS * 10)) "$(figure restarts)"
    expect_equal "requests given up" 0 "$(figure poisoned)"
    end_keeper
}

test_a_worker_that_crashes_in_a_handler_is_one_that_is_killed()
{
    with_fault crashed crash
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

# It does not come back if one of them cannot be killed.
test_readers_killed_while_they_wait_leave_nothing_behind()
{
    local pids pid
    with_keeper waiting
    register kept
    for _ in $(seq $((SECONDS_OF_KILLS * 2))); do
        pids=
        for _ in 1 2 3 4; do
            container_exec kept "$STEADY" 100 2 "$KEPT/tree/proc/"{stat,meminfo,cpuinfo} \
                "$KEPT/run/containers/kept/proc/"{stat,uptime} >"$KEPT/reader" 2>&1 &
            pids="$pids $!"
        done
        sleep 0.1
        [ $((RANDOM % 2)) = 0 ] || strike 0 1
        # shellcheck disable=SC2086 # a list of words
        kill -KILL $pids
        for pid in $pids; do
            wait_until 5 is_gone "$pid"
            wait "$pid" || true
        done
    done
    end_keeper
}

test_a_registration_outlives_the_worker()
{
    with_keeper registered
    read_on 1
    readers_are_content
    strike 100 5
    wait_until 5 has_standby
    expect_equal "who is registered" kept "$(ls "$KEPT/run/containers")"
    end_keeper
}

tap_main
