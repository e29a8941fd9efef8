#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# ownprocd whose workers are killed, stopped and replaced while a container reads: nobody in there
# notices more than a pause.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

READERS=8

# read_on SECONDS: in the container "kept", files of both trees, small and large; READERS_PID.
read_on()
{
    container_make kept memory=64M
    "$BUILD/tests/system/speed/control" "$KEPT/run/ownprocd.sock" register id=kept \
        "cgroup=/$CONTAINER_PARENT/kept" >/dev/null
    container_run kept "$STEADY" "$1" $READERS "$KEPT/tree/proc/"{meminfo,stat,uptime,cpuinfo,vmstat,loadavg} \
        "$KEPT/tree/sys/devices/system/cpu/online" "$KEPT/run/containers/kept/proc/"{meminfo,stat,uptime} \
        >"$KEPT/readers" 2>&1 </dev/null &
    READERS_PID=$!
}

test_nobody_sees_that_workers_are_killed()
{
    with_keeper killed
    read_on 10
    kill_every 0.2 40
    readers_are_content
    expect_between "workers that died" 15 40 "$(figure restarts)"
    expect_equal "requests given up" 0 "$(figure poisoned)"
    end_keeper
}

test_a_worker_that_crashes_is_one_that_is_killed()
{
    with_keeper crashed
    read_on 6
    kill_every 0.4 10 SEGV
    readers_are_content
    end_keeper
}

test_so_it_is_if_the_kernel_sends_again()
{
    with_keeper resent --resend
    read_on 6
    kill_every 0.2 20
    readers_are_content
    end_keeper
}

test_a_worker_that_is_stopped_is_replaced()
{
    with_keeper stopped
    read_on 6
    sleep 1
    kill -STOP "$(worker serving)"
    readers_are_content
    expect_between "longest pause in us" 1 3500000 "$(figure longest_pause_usec)"
    expect_equal "workers killed" 1 "$(figure killed)"
    end_keeper
}

test_nobody_sees_that_the_program_is_replaced()
{
    with_keeper upgraded
    read_on 8
    for _ in 1 2 3 4 5; do
        sleep 1
        kill -HUP "$KEEPER_PID"
    done
    readers_are_content
    expect_between "programs" 3 5 "$(figure upgrades)"
    expect_equal "workers that died" 0 "$(figure restarts)"
    end_keeper
}

test_nobody_sees_that_the_keeper_is_replaced()
{
    local before
    with_keeper adopted
    read_on 8
    for _ in 1 2 3; do
        sleep 1
        before=$KEEPER_PID
        "$OWNPROCD" --adopt --foreground --mountpoint "$KEPT/tree" --run-dir "$KEPT/run" >>"$KEPT/log" 2>&1 \
            </dev/null &
        KEEPER_PID=$!
        wait "$before" || fail "$(cat "$KEPT/log")"
        wait_until 10 has_standby
    done
    readers_are_content
    end_keeper
}

test_a_registration_outlives_the_worker()
{
    with_keeper registered
    read_on 1
    readers_are_content
    kill_every 0.1 5
    wait_until 5 has_standby
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
