#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The bound tree and the control socket: a registered container is shown to whoever reads there.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

RUN=$SCRATCH/run
daemon_start "$SCRATCH/tree" --run-dir "$RUN" || exit 1
MAIN_DAEMON=$DAEMON_PID

# ask WORD [KEY=VALUE…]: over the socket; fails if it is refused.
ask()
{
    "$BUILD/tests/system/speed/control" "$RUN/ownprocd.sock" "$@"
}

# let_go NAME: ends what container_hold() began and removes the container.
let_go()
{
    kill "$HELD"
    wait "$HELD" 2>/dev/null || true
    wait_until 5 container_rmdir "$1"
}

total_of()
{
    meminfo_value MemTotal "$RUN/containers/$1/proc/meminfo"
}

test_a_container_is_registered_by_a_process_in_it()
{
    container_make by-pid memory=64M
    container_hold by-pid
    expect_equal answer "ok path=$RUN/containers/by-pid" "$(ask register id=by-pid pid=$HELD | xargs)"
    expect_equal "MemTotal, read on the host" 65536 "$(total_of by-pid)"
}

test_a_container_is_registered_by_its_cgroup()
{
    container_make by-cgroup memory=80M
    ask register id=by-cgroup "cgroup=/$CONTAINER_PARENT/by-cgroup"
    expect_equal "MemTotal, read on the host" 81920 "$(total_of by-cgroup)"
}

test_whoever_has_a_file_bound_reads_that_container()
{
    container_make shown memory=64M
    container_make reader memory=96M
    container_hold shown
    ask register id=shown pid=$HELD
    touch "$SCRATCH/bind"
    mount --bind "$RUN/containers/shown/proc/meminfo" "$SCRATCH/bind"
    expect_equal "MemTotal in another cgroup" 65536 \
        "$(container_run reader awk '$1 == "MemTotal:" { print $2 }' "$SCRATCH/bind")"
    expect_equal "MemTotal in other namespaces" 65536 \
        "$(container_run reader unshare --fork --pid --cgroup --mount-proc awk '$1 == "MemTotal:" { print $2 }' "$SCRATCH/bind")"
    umount "$SCRATCH/bind"
}

test_it_may_be_registered_before_its_cgroup_exists()
{
    local size
    ask register id=early "cgroup=/$CONTAINER_PARENT/early"
    size=$(stat -c %s "$RUN/containers/early/proc/meminfo")
    expect_between "size before" 1 4096 "$size"
    expect_exit 1 cat "$RUN/containers/early/proc/meminfo"
    expect_match "what cat says" "Stale file handle" "$OUTPUT"
    expect_match "its state" "state=pending" "$(ask list)"
    container_make early memory=64M
    expect_equal "MemTotal" 65536 "$(total_of early)"
    expect_equal "size after" "$size" "$(stat -c %s "$RUN/containers/early/proc/meminfo")"
    expect_equal "bytes that are read" "$size" "$(wc -c <"$RUN/containers/early/proc/meminfo")"
}

test_a_new_limit_is_seen_through_an_open_file()
{
    container_make changing memory=64M
    ask register id=changing "cgroup=/$CONTAINER_PARENT/changing"
    exec 5<"$RUN/containers/changing/proc/meminfo"
    expect_equal "MemTotal" 65536 "$(meminfo_value MemTotal /dev/stdin <&5)"
    container_set changing memory=96M
    sleep 0.03
    exec 6<"/proc/self/fd/5"
    expect_equal "MemTotal later" 98304 "$(meminfo_value MemTotal /dev/stdin <&6)"
    exec 5<&- 6<&-
}

test_once_its_cgroup_is_gone_it_leaves()
{
    container_make mortal memory=64M
    container_hold mortal
    ask register id=mortal pid=$HELD
    touch "$SCRATCH/mortal"
    mount --bind "$RUN/containers/mortal/proc/meminfo" "$SCRATCH/mortal"
    cat "$SCRATCH/mortal" >/dev/null
    let_go mortal
    sleep 0.03
    expect_exit 1 cat "$SCRATCH/mortal"
    expect_match "what cat says" "Stale file handle" "$OUTPUT"
    [ ! -e "$RUN/containers/mortal" ] || fail "it is still there"
    ! ask list | grep -q '^id=mortal$' || fail "it is still listed"
    umount "$SCRATCH/mortal"
}

test_what_takes_its_path_is_not_shown_in_its_place()
{
    container_make again memory=64M
    container_hold again
    ask register id=again pid=$HELD
    touch "$SCRATCH/again"
    mount --bind "$RUN/containers/again/proc/meminfo" "$SCRATCH/again"
    expect_equal "MemTotal" 65536 "$(meminfo_value MemTotal "$SCRATCH/again")"
    let_go again
    container_make again memory=96M
    sleep 0.03
    expect_exit 1 cat "$SCRATCH/again"
    ask register id=again "cgroup=/$CONTAINER_PARENT/again"
    expect_equal "MemTotal of the next" 98304 "$(total_of again)"
    expect_exit 1 cat "$SCRATCH/again"
    umount "$SCRATCH/again"
}

test_what_is_not_registered_any_more_is_gone()
{
    container_make short memory=64M
    ask register id=short "cgroup=/$CONTAINER_PARENT/short"
    cat "$RUN/containers/short/proc/meminfo" >/dev/null
    ask unregister id=short
    [ ! -e "$RUN/containers/short" ] || fail "it is still there"
    expect_exit 1 ask unregister id=short
    expect_match "what it says" "error ENOENT" "$OUTPUT"
}

test_a_name_is_not_given_to_two_that_live()
{
    container_make first memory=64M
    container_make second memory=96M
    ask register id=name "cgroup=/$CONTAINER_PARENT/first"
    ask register id=name "cgroup=/$CONTAINER_PARENT/first"
    expect_exit 1 ask register id=name "cgroup=/$CONTAINER_PARENT/second"
    expect_match "what it says" "error EEXIST" "$OUTPUT"
    expect_equal "MemTotal" 65536 "$(total_of name)"
}

test_nobody_but_root_goes_in()
{
    expect_equal "mode of the tree" "700 0" "$(stat -c '%a %u' "$RUN/containers")"
    expect_equal "mode of the socket" "600 0" "$(stat -c '%a %u' "$RUN/ownprocd.sock")"
    expect_exit 2 setpriv --reuid 65534 --clear-groups ls "$RUN/containers"
}

test_the_tree_is_mounted_read_only()
{
    local options
    options=$(awk -v point="$RUN/containers" '$2 == point { print $4 }' /proc/mounts)
    expect_match options '^ro,nosuid,nodev,noexec,' "$options"
    expect_match options ',nosymfollow,' "$options"
    container_make closed memory=64M
    ask register id=closed "cgroup=/$CONTAINER_PARENT/closed"
    expect_exit 1 bash -c 'echo x >>"$1"' - "$RUN/containers/closed/proc/meminfo"
    expect_match "what it says" "Read-only file system" "$OUTPUT"
}

test_the_socket_refuses_all_but_root_of_the_host()
{
    local control=$BUILD/tests/system/speed/control
    expect_exit 2 setpriv --reuid 65534 --clear-groups "$control" "$RUN/ownprocd.sock" list
    expect_exit 1 unshare --fork --pid "$control" "$RUN/ownprocd.sock" list
    expect_match "what it says to another pid namespace" "error EPERM" "$OUTPUT"
    expect_exit 1 unshare --user --map-root-user "$control" "$RUN/ownprocd.sock" list
    expect_match "what it says to another user namespace" "error EPERM" "$OUTPUT"
    ask list >/dev/null
}

test_a_view_is_that_of_a_process()
{
    container_make viewed memory=64M
    container_hold viewed
    expect_equal "MemTotal" 65536 \
        "$(ask view pid=$HELD file=proc/meminfo | meminfo_value MemTotal /dev/stdin)"
    expect_exit 1 ask view pid=2147483647 file=proc/meminfo
    expect_match "what it says of nobody" "error ESRCH" "$OUTPUT"
}

test_metrics_name_each_container()
{
    container_make counted memory=64M
    ask register id=counted "cgroup=/$CONTAINER_PARENT/counted"
    cat "$RUN/containers/counted/proc/meminfo" >/dev/null
    grep -qE '^ownproc_container_reads_total\{container="counted"\} [1-9]' "$SCRATCH/tree/metrics"
    grep -qE '^ownproc_container_snapshots_total\{container="counted"\} [1-9]' "$SCRATCH/tree/metrics"
}

test_who_hammers_costs_a_snapshot_a_tick()
{
    local before after
    container_make hammered memory=64M
    ask register id=hammered "cgroup=/$CONTAINER_PARENT/hammered"
    cat "$RUN/containers/hammered/proc/meminfo" >/dev/null
    before=$(hammered_snapshots)
    timeout 1 bash -c 'while :; do read -r line <"$1"; done' - "$RUN/containers/hammered/proc/meminfo" ||
        true
    after=$(hammered_snapshots)
    expect_between "snapshots in a second" 1 120 $((after - before))
}

hammered_snapshots()
{
    awk '$1 == "ownproc_container_snapshots_total{container=\"hammered\"}" { print $2 }' \
        "$SCRATCH/tree/metrics"
}

test_a_second_daemon_says_that_the_directory_is_served()
{
    expect_exit 1 timeout 10 "$OWNPROCD" --foreground --mountpoint "$SCRATCH/second" --run-dir "$RUN"
    expect_match "what it says" "$RUN/containers is being served already" "$OUTPUT"
    ask list >/dev/null
}

test_one_that_was_killed_is_replaced()
{
    local run=$SCRATCH/killed.run
    daemon_start "$SCRATCH/killed" --run-dir "$run"
    kill -KILL "$DAEMON_PID"
    wait "$DAEMON_PID" || true
    umount -l "$SCRATCH/killed"
    daemon_start "$SCRATCH/killed" --run-dir "$run"
    "$BUILD/tests/system/speed/control" "$run/ownprocd.sock" list
    ls "$run/containers"
    daemon_stop
    [ ! -e "$run/ownprocd.sock" ] || fail "the socket is still there"
    ! grep -q " $run/containers " /proc/mounts || fail "the tree is still mounted"
}

test_a_daemon_for_one_container_registers_none()
{
    container_make single memory=64M
    container_hold single
    daemon_start "$SCRATCH/single" --run-dir "$SCRATCH/single.run" --container-pid "$HELD"
    [ ! -e "$SCRATCH/single.run" ] || fail "it has made a run directory"
}

test_it_lived_through_all_that()
{
    kill -0 "$MAIN_DAEMON"
    ask list >/dev/null
}

tap_main
