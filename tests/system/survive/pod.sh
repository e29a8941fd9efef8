#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# ownprocd --pod: the keeper outlives the pod that it was started in, its mount namespace, its files and its
# cgroup; the next pod goes on with it.  The "host" is a mount namespace of the test's own.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

CGROUP=ownproc-test-keeper-$$

# host_start NAME: HOST is a process of a machine whose daemon is at $KEPT.
host_start()
{
    KEPT=$SCRATCH/$1
    mkdir -p "$KEPT"
    unshare --mount --propagation private sh -c "mount --bind '$KEPT' '$KEPT'; mount --make-shared '$KEPT';
        echo >'$KEPT/is-up'; exec sleep 1000" &
    HOST=$!
    wait_until 5 test -e "$KEPT/is-up"
}

on_host()
{
    nsenter --target "$HOST" --mount "$@"
}

host_stop()
{
    kill "$HOST"
    wait "$HOST" || true
    cgroup_remove
}

# It is in every hierarchy, those without controllers too.
cgroup_remove()
{
    local mount
    for mount in $(awk '$3 ~ /^cgroup2?$/ && $2 ~ "^/sys/fs/cgroup" { print $2 }' /proc/mounts | sort -u); do
        container_remove_tree "$mount/$CGROUP"
    done
}

# pod_start NAME [PROGRAM]: in a cgroup and a mount namespace of its own, its program in a file system that
# goes with it; its pid in POD.
pod_start()
{
    local program=${2:-$BUILD/fs/ownprocd-static}
    container_make "$1"
    (
        container_enter "$1"
        # shellcheck disable=SC2016 # the inner shell's
        exec nsenter --target "$HOST" --mount unshare --mount --propagation slave bash -c '
            mkdir -p "$1/root" && mount -t tmpfs pod "$1/root" && cp "$2" "$1/root/ownprocd" && shift 2 &&
                exec "$@"' - "$KEPT" "$program" "$KEPT/root/ownprocd" --pod="$HOST" --adopt \
            --keeper-cgroup="$CGROUP" --mountpoint="$KEPT/tree" --run-dir="$KEPT/run" --config=/dev/null
    ) >"$KEPT/$1.log" 2>&1 </dev/null &
    POD=$!
}

# pod_kill NAME: as a runtime does: all that is in its cgroup.
pod_kill()
{
    container_remove "$1"
    wait "$POD" 2>/dev/null || true
}

keeper_pid()
{
    "$ASK" "$KEPT/run/keeper.sock" status | awk '$1 == "keeper" { print $2 }'
}

# shut_down: from the host, which is where it is mounted.
shut_down()
{
    local keeper
    keeper=$(keeper_pid)
    on_host "$OWNPROC" shutdown --force --run-dir "$KEPT/run"
    wait_until 5 is_gone "$keeper"
    on_host sh -c "! grep -q '$KEPT/tree' /proc/mounts" || fail "it is still mounted"
}

is_gone()
{
    [ ! -e "/proc/$1" ]
}

test_the_keeper_outlives_its_pod()
{
    local keeper
    host_start outlives
    pod_start one
    wait_until 10 has_standby
    keeper=$(keeper_pid)
    expect_equal "its mount namespace" "$(readlink "/proc/$HOST/ns/mnt")" "$(readlink "/proc/$keeper/ns/mnt")"
    expect_match "its cgroup" "/$CGROUP\$" "$(grep pids "/proc/$keeper/cgroup" || cat "/proc/$keeper/cgroup")"
    pod_kill one
    [ "$(on_host cat "$KEPT/tree/proc/meminfo" | wc -l)" -gt 10 ] || fail "nobody serves"
    kill -KILL "$(worker serving)" "$(worker standby)"
    wait_until 10 has_standby
    [ "$(on_host cat "$KEPT/tree/proc/meminfo" | wc -l)" -gt 10 ] || fail "it cannot start another worker"
    expect_match "its program" '^/memfd:' "$(readlink "/proc/$keeper/exe")"
    ! find "/proc/$keeper/fd" -lname "$KEPT/*" | grep . || fail "it holds files of the pod"
    shut_down
    host_stop
}

test_the_next_pod_goes_on_while_containers_read()
{
    local keeper
    host_start upgraded
    pod_start one
    wait_until 10 has_standby
    keeper=$(keeper_pid)
    container_make kept memory=64M
    container_run kept nsenter --target "$HOST" --mount "$STEADY" 4 8 "$KEPT/tree/proc/"{meminfo,stat,uptime,cpuinfo} \
        >"$KEPT/readers" 2>&1 </dev/null &
    READERS_PID=$!
    pod_kill one
    sleep 1
    pod_start two
    wait_until 10 is_gone "$keeper"
    wait_until 10 has_standby
    keeper=$(keeper_pid)
    pod_kill two
    pod_start three
    readers_are_content
    wait_until 10 is_gone "$keeper"
    wait_until 10 has_standby
    expect_equal "keepers that took over" 2 "$(figure adoptions)"
    shut_down
    pod_kill three
    host_stop
}

test_a_pod_stays_when_its_keeper_ends_well()
{
    host_start stays
    pod_start one
    wait_until 10 has_standby
    shut_down
    kill -0 "$POD" || fail "it has ended, and its pod would start another"
    kill "$POD"
    wait "$POD" || fail "exit code $? when it is told to end"
    container_remove one
    host_stop
}

test_a_pod_fails_when_its_keeper_dies_and_the_next_replaces_the_dead_mount()
{
    local code=0 pid
    host_start dies
    pod_start one
    wait_until 10 has_standby
    pid=$(keeper_pid)
    kill -KILL "$pid"
    wait "$POD" || code=$?
    [ $code != 0 ] || fail "it has ended well"
    container_remove one
    pod_start two
    wait_until 10 has_standby
    [ "$(on_host cat "$KEPT/tree/proc/meminfo" | wc -l)" -gt 10 ] || fail "nobody serves"
    shut_down
    pod_kill two
    host_stop
}

test_messages_come_out_of_the_pod()
{
    host_start speaks
    pod_start one
    wait_until 10 has_standby
    kill -KILL "$(worker serving)"
    wait_until 10 has_standby
    wait_until 5 grep -q 'worker .* is dead' "$KEPT/one.log"
    shut_down
    pod_kill one
    host_stop
}

test_a_program_that_needs_libraries_is_refused()
{
    host_start refused
    pod_start one "$OWNPROCD"
    ! wait "$POD" || fail "it has ended well"
    expect_match reason 'not linked statically' "$(cat "$KEPT/one.log")"
    container_remove one
    host_stop
}

# Whatever a test left.
trap '[ "$BASHPID" != "$SYSTEM_SHELL" ] || { cgroup_remove; system_tidy; }' EXIT

tap_main
