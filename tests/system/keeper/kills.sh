#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Workers that die at any moment: who reads notices nothing but a short wait.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/keeper.sh
. "$TESTS_DIR/lib/keeper.sh"

# kill_every NAME SECONDS COUNT
kill_every()
{
    for _ in $(seq "$3"); do
        sleep "$2"
        kept_kill "$1"
    done
}

test_nobody_sees_an_error_while_workers_are_killed()
{
    kept_start killed
    readers_start killed content 5 4
    kill_every killed 0.2 18
    readers_are_content killed
    expect_between "workers that died" 15 18 "$(kept_figure killed restarts)"
    expect_between "longest pause in us" 1 1000000 "$(kept_figure killed longest_pause_usec)"
    expect_equal "requests given up" 0 "$(kept_figure killed poisoned)"
    echo "# $(kept_ask killed status | tail -n 7 | tr '\n' ' ')" >&3
    kept_stop killed
}

test_of_two_mounts_both_survive()
{
    local code=0 other
    mkdir "$SCRATCH/pair" "$SCRATCH/pair.second"
    kept_start pair
    "$KEEPER_DIR/readers" "$SCRATCH/pair.second/content" 3 2 >"$SCRATCH/pair.other" 2>&1 &
    other=$!
    readers_start pair content 3 2
    kill_every pair 0.2 12
    readers_are_content pair
    wait $other || code=$?
    expect_equal "exit code of the others" 0 "$code$(cat "$SCRATCH/pair.other" >&3)"
    kept_stop pair
}

test_what_was_being_answered_is_answered_by_the_next_worker()
{
    kept_start late
    readers_start late late 4 8
    kill_every late 0.5 6
    readers_are_content late
    expect_between "requests recovered" 5 100 "$(kept_figure late recovered)"
    kept_stop late
}

test_readers_killed_while_they_wait_leave_nothing_behind()
{
    local reader readers=
    kept_start waiting
    for _ in $(seq 10); do
        for _ in $(seq 8); do
            cat "$SCRATCH/waiting/late" >/dev/null 2>&1 &
            readers="$readers $!"
        done
        sleep 0.06
        kept_kill waiting
        # shellcheck disable=SC2086 # a list of words
        kill -KILL $readers 2>/dev/null || true
        for reader in $readers; do
            wait "$reader" 2>/dev/null || true # hangs if it is in D state for ever
        done
        readers=
    done
    kept_stop waiting
}

test_a_request_that_kills_its_workers_ends_with_EIO_and_no_other_does()
{
    kept_start poisoned
    readers_start poisoned content 3 4
    sleep 0.5
    expect_exit 1 cat "$SCRATCH/poisoned/poison"
    expect_match "what cat says" "Input/output error" "$OUTPUT"
    readers_are_content poisoned
    expect_equal "workers that died" 2 "$(kept_figure poisoned restarts)"
    expect_equal "requests given up" 1 "$(kept_figure poisoned poisoned)"
    kept_stop poisoned
}

test_a_stopped_worker_is_replaced_within_two_and_a_half_seconds()
{
    kept_start stopped
    readers_start stopped content 5 4
    sleep 1
    kept_kill stopped STOP
    readers_are_content stopped
    expect_between "longest wait in us" 1500000 2500000 "$(readers_figure stopped pause_max_usec)"
    expect_equal "workers killed by the keeper" 1 "$(kept_figure stopped killed)"
    kept_stop stopped
}

test_a_stopped_worker_of_whom_nobody_wants_anything_is_left_alone()
{
    local pid
    kept_start idle
    pid=$(kept_worker idle serving)
    kill -STOP "$pid"
    sleep 3
    expect_equal "who serves" "$pid" "$(kept_worker idle serving)"
    kill -CONT "$pid"
    cat "$SCRATCH/idle/content" >/dev/null
    expect_equal "workers that died" 0 "$(kept_figure idle restarts)"
    kept_stop idle
}

# SIGKILL does not end it before it is thawed.
test_a_frozen_worker_is_replaced()
{
    local frozen=/sys/fs/cgroup/freezer/ownproc-test.$$ pid
    [ -d /sys/fs/cgroup/freezer ] || skip "needs the freezer of cgroup v1: on v2 frozen processes can be killed"
    kept_start frozen
    readers_start frozen content 10 4
    sleep 1
    pid=$(kept_worker frozen serving)
    mkdir "$frozen"
    echo "$pid" >"$frozen/cgroup.procs"
    echo FROZEN >"$frozen/freezer.state"
    wait_until 6 grep -q "worker $pid is dead" "$SCRATCH/frozen.log"
    sleep 2
    echo THAWED >"$frozen/freezer.state"
    wait_until 5 rmdir "$frozen" 2>/dev/null
    readers_are_content frozen
    expect_between "longest wait in us" 2000000 6000000 "$(readers_figure frozen pause_max_usec)"
    kept_stop frozen
}

# reads_of_a_lost_request NAME SECONDS: nothing waits in the kernel, and nothing is being answered.
reads_of_a_lost_request()
{
    local reader
    kept_start "$1"
    cat "$SCRATCH/$1/$1" >"$SCRATCH/$1.read" &
    reader=$!
    (wait_until "$2" is_gone $reader) || {
        kill -KILL "$(kept_worker "$1" serving)" # lets it out
        fail "who reads waits for ever"
    }
    cmp "$SCRATCH/$1.read" "$SCRATCH/$1/content"
    expect_equal "workers that died, one at each read(2)" 2 "$(kept_figure "$1" restarts)"
    kept_stop "$1"
}

test_a_worker_that_died_before_it_began_to_answer_is_replaced_though_the_kernel_holds_a_thread()
{
    reads_of_a_lost_request held 5
}

test_a_worker_that_is_stopped_before_it_began_to_answer_is_replaced()
{
    reads_of_a_lost_request halted 10
}

test_what_was_asked_of_a_mount_that_is_gone_is_not_waited_for()
{
    mkdir "$SCRATCH/gone" "$SCRATCH/gone.second"
    kept_start gone
    cat "$SCRATCH/gone.second/stuck" >/dev/null 2>&1 &
    wait_until 10 grep -q stuck "$SCRATCH/gone.log" # who answers says so
    umount -f "$SCRATCH/gone.second" || umount -l "$SCRATCH/gone.second"
    wait $! || true
    wait_until 5 grep -q "connection 'second' has ended" "$SCRATCH/gone.log"
    kill -KILL "$(kept_worker gone standby)" # the next one is not given that mount's connection
    wait_until 5 grep -q "has been answering one request" "$SCRATCH/gone.log"
    sleep 5
    cmp "$SCRATCH/gone/content" "$SCRATCH/gone/late"
    expect_equal "workers that died" 1 "$(kept_figure gone restarts)"
    kept_stop gone
}

test_a_request_that_hangs_its_workers_ends_with_EIO()
{
    local began=$SECONDS
    kept_start stuck
    readers_start stuck content 6 2
    expect_exit 1 cat "$SCRATCH/stuck/stuck"
    expect_match "what cat says" "Input/output error" "$OUTPUT"
    expect_between "seconds that took" 3 6 $((SECONDS - began))
    readers_are_content stuck
    expect_equal "workers killed by the keeper" 2 "$(kept_figure stuck killed)"
    kept_stop stuck
}

test_who_can_never_serve_is_tried_again_ever_more_slowly()
{
    local deaths
    mkdir "$SCRATCH/hopeless"
    "$KEEPER_DIR/keeper" "$SCRATCH/hopeless.sock" "$SCRATCH/hopeless" \
        "$KEEPER_DIR/worker_dies_at_go" >"$SCRATCH/hopeless.log" 2>&1 </dev/null &
    sleep 4
    deaths=$(kept_figure hopeless restarts)
    expect_between "workers that died in 4 s" 4 12 "$deaths"
    grep -q "died young" "$SCRATCH/hopeless.log"
    kept_ask hopeless upgrade "$KEEPER_DIR/worker"
    cat "$SCRATCH/hopeless/content" >/dev/null
    kept_stop hopeless
}

# has_state NAME STATE
has_state()
{
    kept_ask "$1" status | grep -q " $2 "
}

# In a row of crashes the warm worker answers until it is time for the next one.
test_while_workers_die_one_after_the_other_the_warm_one_answers()
{
    export DIES_IF=$SCRATCH/bridged.dies
    kept_start bridged worker_dies_if
    : >"$DIES_IF"
    readers_start bridged content 6 4
    kept_kill bridged
    wait_until 5 has_state bridged safe
    sleep 2
    rm "$DIES_IF"
    wait_until 10 kept_serves bridged
    readers_are_content bridged
    expect_between "longest pause in us" 1 1000000 "$(readers_figure bridged pause_max_usec)"
    kept_stop bridged
}

# It knows no way to be safe: readers wait for the next one, as long as it takes.
test_a_worker_of_an_older_program_is_not_told_what_it_does_not_know()
{
    export DIES_IF=$SCRATCH/older.dies
    kept_start older worker_older
    : >"$DIES_IF"
    readers_start older content 5 4
    kept_kill older
    wait_until 5 grep -q "died young" "$SCRATCH/older.log"
    ! has_state older safe || fail "it was told to be safe"
    rm "$DIES_IF"
    wait_until 10 kept_serves older
    readers_are_content older
    ! grep -q "does not know" "$SCRATCH/older.log" || fail "$(cat "$SCRATCH/older.log")"
    kept_stop older
}

test_a_keeper_of_an_older_program_has_workers_of_a_newer()
{
    export DIES_IF=$SCRATCH/old-keeper.dies
    mkdir -p "$SCRATCH/old-keeper"
    "$KEEPER_DIR/keeper_older" "$SCRATCH/old-keeper.sock" "$SCRATCH/old-keeper" \
        "$KEEPER_DIR/worker_dies_if" >"$SCRATCH/old-keeper.log" 2>&1 </dev/null &
    wait_until 10 kept_serves old-keeper
    : >"$DIES_IF"
    readers_start old-keeper content 5 4
    kept_kill old-keeper
    wait_until 5 grep -q "died young" "$SCRATCH/old-keeper.log"
    rm "$DIES_IF"
    wait_until 10 kept_serves old-keeper
    readers_are_content old-keeper
    kept_stop old-keeper
}

# 250: what the keeper itself was started with.
test_a_worker_inherits_nothing_and_its_keeper_is_protected()
{
    local spared worker
    spared=$(sh -c 'echo -999 >/proc/$$/oom_score_adj; cat /proc/$$/oom_score_adj' 2>/dev/null) # where it is allowed
    exec 250</dev/null
    kept_start heir
    exec 250<&-
    worker=$(kept_worker heir serving)
    expect_equal "files of a worker" "/dev/fuse memfd:ownproc-shelf memfd:ownproc-table socket: std std std " \
        "$(find "/proc/$worker/fd" -mindepth 1 -printf '%f %l\n' |
            awk '{ sub(/^\/memfd/, "memfd", $2); sub(/\[.*/, "", $2); print $1 < 3 ? "std" : $2 }' |
            LC_ALL=C sort | tr '\n' ' ')"
    expect_equal "signals blocked" 0 "$((16#$(awk '$1 == "SigBlk:" { print $2 }' "/proc/$worker/status")))"
    expect_equal "signals ignored" 0 "$((16#$(awk '$1 == "SigIgn:" { print $2 }' "/proc/$worker/status")))"
    expect_equal "nice of the worker" "$(nice)" "$(ps -o nice= "$worker" | tr -d " ")"
    expect_equal "oom_score_adj of the worker" "$(cat /proc/self/oom_score_adj)" "$(cat "/proc/$worker/oom_score_adj")"
    expect_equal "oom_score_adj of the keeper" "$spared" "$(cat "/proc/$KEEPER_PID/oom_score_adj")"
    expect_between "locked memory in KiB" 100 100000 "$(awk '$1 == "VmLck:" { print $2 }' "/proc/$KEEPER_PID/status")"
    kept_stop heir
}

test_while_nobody_asks_nobody_is_woken()
{
    local before
    kept_start quiet
    cat "$SCRATCH/quiet/content" >/dev/null
    sleep 3
    before=$(cat /proc/$KEEPER_PID/task/*/schedstat)
    sleep 3
    expect_equal "when the keeper ran" "$before" "$(cat /proc/$KEEPER_PID/task/*/schedstat)"
    kept_stop quiet
}

tap_main
