#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The mounts outlive their keeper: another one takes over, while somebody reads all the time.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/keeper.sh
. "$TESTS_DIR/lib/keeper.sh"

HANDED_OVER=13
KEPT=12

test_keepers_that_take_over_from_each_other_are_not_noticed()
{
    local before code
    kept_start adopted
    readers_start adopted content 5 4
    for _ in $(seq 4); do
        before=$KEEPER_PID code=0
        kept_start adopted
        wait "$before" || code=$?
        expect_equal "exit code of the keeper before" $HANDED_OVER $code
        sleep 0.5
    done
    readers_are_content adopted
    expect_equal "adoptions" 4 "$(kept_figure adopted adoptions)"
    echo "# $(kept_ask adopted status | tail -n 7 | tr '\n' ' ')" >&3
    kept_stop adopted
}

test_who_dies_half_way_leaves_the_mounts_with_the_keeper_before()
{
    kept_start half-way
    readers_start half-way content 5 4
    for _ in $(seq 5); do
        kept_ask half-way adopt # has taken everything, and dies
        wait_until 5 kept_serves half-way "$KEEPER_PID"
        sleep 0.2
    done
    readers_are_content half-way
    expect_equal "adoptions" 0 "$(kept_figure half-way adoptions)"
    kept_stop half-way
}

# Nobody of it ever serves, so it never says that it has taken over.
test_a_keeper_killed_while_it_takes_over_leaves_the_mounts_with_the_one_before()
{
    local new old
    kept_start torn
    old=$KEEPER_PID
    readers_start torn content 5 4
    for _ in 1 2 3; do
        "$KEEPER_DIR/keeper" "$SCRATCH/torn.sock" "$SCRATCH/torn" "$KEEPER_DIR/worker_hangs_at_go" \
            >>"$SCRATCH/torn.log" 2>&1 </dev/null &
        new=$!
        sleep 0.3
        kill -KILL $new
        wait $new 2>/dev/null || true
        wait_until 5 kept_serves torn "$old"
    done
    readers_are_content torn
    expect_equal "adoptions" 0 "$(kept_figure torn adoptions)"
    kept_stop torn
}

# It gives up by itself.
test_a_keeper_whose_workers_cannot_serve_leaves_the_mounts_with_the_one_before()
{
    local old program
    kept_start unable
    old=$KEEPER_PID
    readers_start unable content 5 4
    for program in worker_dies_at_go worker_dies_at_start; do
        expect_exit 1 timeout 10 "$KEEPER_DIR/keeper" "$SCRATCH/unable.sock" "$SCRATCH/unable" "$KEEPER_DIR/$program"
        expect_match "why" "two workers died before one served" "$OUTPUT"
        wait_until 5 kept_serves unable "$old"
    done
    readers_are_content unable
    expect_equal "adoptions" 0 "$(kept_figure unable adoptions)"
    kept_stop unable
}

# Told to end, while the one before still serves: it does not unmount.
test_a_keeper_ended_while_it_takes_over_leaves_the_mounts_with_the_one_before()
{
    local code=0 new old
    kept_start asked-to-end
    old=$KEEPER_PID
    readers_start asked-to-end content 3 4
    "$KEEPER_DIR/keeper" "$SCRATCH/asked-to-end.sock" "$SCRATCH/asked-to-end" \
        "$KEEPER_DIR/worker_hangs_at_go" >>"$SCRATCH/asked-to-end.log" 2>&1 </dev/null &
    new=$!
    sleep 0.3
    kill -TERM $new
    wait $new || code=$?
    expect_equal "exit code of the new one" 1 $code
    wait_until 5 kept_serves asked-to-end "$old"
    readers_are_content asked-to-end
    kept_stop asked-to-end
}

test_a_keeper_killed_while_another_takes_over_is_survived()
{
    local new old
    kept_start orphaned
    old=$KEEPER_PID
    readers_start orphaned content 5 4
    sleep 0.5
    "$KEEPER_DIR/keeper" "$SCRATCH/orphaned.sock" "$SCRATCH/orphaned" "$KEEPER_DIR/worker" \
        >>"$SCRATCH/orphaned.log" 2>&1 </dev/null &
    new=$!
    wait_until 5 grep -q "takes over" "$SCRATCH/orphaned.log" # the old one drains
    kill -KILL "$old" 2>/dev/null || true
    wait_until 10 kept_serves orphaned $new
    readers_are_content orphaned
    kept_stop orphaned
}

# A stand-in for the service manager: keeps what it is sent, and starts the keeper with it.
test_a_restart_of_the_service_is_not_noticed()
{
    local code=0
    mkdir "$SCRATCH/restarted"
    "$KEEPER_DIR/manager" "$SCRATCH/notify" 3 "$KEEPER_DIR/keeper" "$SCRATCH/restarted.sock" \
        "$SCRATCH/restarted" "$KEEPER_DIR/worker" >"$SCRATCH/restarted.log" 2>&1 </dev/null &
    KEEPER_PID=$!
    wait_until 10 kept_serves restarted
    readers_start restarted content 6 4
    for _ in 1 2; do
        sleep 1
        kill -TERM "$(kept_figure restarted keeper)"
        wait_until 10 kept_serves restarted
    done
    readers_are_content restarted
    grep -c "exit code $KEPT" "$SCRATCH/restarted.log"
    expect_equal "restarts of the service" 2 "$(grep -c "exit code $KEPT" "$SCRATCH/restarted.log")"
    kept_stop restarted
    wait $KEEPER_PID || code=$?
    expect_equal "exit code of the manager" 0 $code
}

test_a_keeper_that_is_killed_is_survived_if_the_service_manager_has_all()
{
    mkdir "$SCRATCH/managed"
    "$KEEPER_DIR/manager" "$SCRATCH/notify-managed" 4 "$KEEPER_DIR/keeper" "$SCRATCH/managed.sock" \
        "$SCRATCH/managed" "$KEEPER_DIR/worker" >"$SCRATCH/managed.log" 2>&1 </dev/null &
    wait_until 10 kept_serves managed
    readers_start managed late 6 8
    for _ in 1 2 3; do
        sleep 1
        kill -KILL "$(kept_figure managed keeper)"
        wait_until 10 kept_serves managed
    done
    readers_are_content managed
    expect_equal "requests given up" 0 "$(kept_figure managed poisoned)"
    expect_equal "workers that the keeper killed" 0 "$(kept_figure managed killed)"
    kept_stop managed
}

# In cgroups of the test's own: a pod is killed with all that is in it, but not the keeper.
test_a_keeper_that_left_the_pods_cgroup_outlives_the_pod()
{
    local directory name=ownproc-keeper-test.$$ pid
    container_make pod memory=64M
    mkdir "$SCRATCH/pod"
    (
        for directory in $(container_directories pod); do
            echo $BASHPID >"$directory/cgroup.procs"
        done
        exec "$KEEPER_DIR/keeper" "$SCRATCH/pod.sock" "$SCRATCH/pod" "$KEEPER_DIR/worker" "$name"
    ) >"$SCRATCH/pod.log" 2>&1 </dev/null &
    KEEPER_PID=$!
    wait_until 10 kept_serves pod
    for directory in $(container_directories pod); do
        expect_equal "processes of the pod in $directory" "" "$(cat "$directory/cgroup.procs")"
    done
    grep -q "/$name\$" "/proc/$KEEPER_PID/cgroup"
    kept_stop pod
    wait $KEEPER_PID
    awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts | while read -r directory; do
        rmdir "$directory/$name" 2>/dev/null || true
    done
}

tap_main
