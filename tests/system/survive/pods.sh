#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# ownprocd in a pod, or with workers in a cgroup of their own, all of which is killed at once, while
# containers read all files of both trees.  PODS=20: how often.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

PODS=${PODS:-2}

# pod_start NUMBER [ARGUMENT…]: a keeper that leaves the pod's cgroup, and something that does not.
pod_start()
{
    container_make "pod$1" memory=64M
    (
        container_enter "pod$1"
        sleep 1000 &
        echo $! >"$KEPT/pod$1"
        exec env "${KEPT_ENVIRONMENT[@]}" "$OWNPROCD" --foreground --keeper-cgroup "$KEEPER_CGROUP" \
            --mountpoint "$KEPT/tree" --run-dir "$KEPT/run" "${@:2}"
    ) >>"$KEPT/log" 2>&1 </dev/null &
    KEEPER_PID=$!
    wait_until 60 keeper_is $KEEPER_PID
}

keeper_is()
{
    has_standby && grep -qx "keeper $1" "$KEPT/status"
}

# All at once, as a container runtime does it: cgroup.kill where there is one (v2).
cgroup_kill()
{
    if [ -e "$1/cgroup.kill" ]; then
        echo 1 >"$1/cgroup.kill"
    else
        # Who was killed by way of another hierarchy may be listed, and gone a moment later.
        xargs -r kill -KILL <"$1/cgroup.procs" 2>/dev/null || true
    fi
}

pod_kill()
{
    local directory
    for directory in $(container_directories "pod$1"); do
        cgroup_kill "$directory"
    done
    wait_until 60 is_gone "$(cat "$KEPT/pod$1")"
    container_remove "pod$1"
}

keeper_cgroup_remove()
{
    awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts | while read -r directory; do
        rmdir "$directory/$KEEPER_CGROUP" 2>/dev/null || true
    done
}

test_nobody_sees_that_a_pod_is_killed_and_another_takes_over()
{
    local i
    KEEPER_CGROUP=ownproc-keeper-test.$$
    keep_at pods
    pod_start 0
    read_on $((PODS * 2))
    for i in $(seq "$PODS"); do
        pod_kill $((i - 1))
        sleep 0.5
        pod_start "$i" --adopt
    done
    readers_are_content
    expect_equal "adoptions" "$PODS" "$(figure adoptions)"
    end_keeper
    pod_kill "$PODS"
    keeper_cgroup_remove
}

# Where workers are in a cgroup of their own: with the next one, and whatever else is there.
test_nobody_sees_that_the_workers_cgroup_is_killed()
{
    local directory pid
    with_keeper cgroup
    container_make workers memory=256M
    read_on $((PODS + 2))
    for _ in $(seq "$PODS"); do
        for pid in $(worker serving) $(worker standby); do
            for directory in $(container_directories workers); do
                echo "$pid" >"$directory/cgroup.procs"
            done
        done
        cgroup_kill "$(container_directory memory workers)"
        sleep 0.5
        wait_until 60 has_standby
    done
    readers_are_content
    # The next one may have been told to serve before it was killed as well.
    expect_between "workers that died while they served" "$PODS" $((PODS * 2)) "$(figure restarts)"
    end_keeper
}

tap_main
