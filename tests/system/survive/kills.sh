#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# ownprocd whose workers die in every way while containers read all files of both trees: nobody in
# there notices more than a pause.  SECONDS_OF_KILLS=60 tries each way for a minute.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

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

test_a_worker_that_crashes_in_a_handler_is_one_that_is_killed()
{
    with_fault crashed crash
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
            wait_until 60 is_gone "$pid"
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
    wait_until 60 has_standby
    expect_equal "who is registered" kept "$(ls "$KEPT/run/containers")"
    end_keeper
}

test_a_second_daemon_is_refused()
{
    with_keeper first
    expect_exit 1 "$OWNPROCD" --foreground --mountpoint "$KEPT/tree" --run-dir "$KEPT/run"
    [ -s "$KEPT/tree/proc/meminfo" ] || fail "the first does not serve any more"
    end_keeper
}

tap_main
