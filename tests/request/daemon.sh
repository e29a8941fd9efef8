#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# daemon.sh OWNPROCD: how the daemon starts, what it says when it cannot, and how it ends.

# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

OWNPROCD=$1
SCRATCH=$(mktemp -d)
TREE=$SCRATCH/tree
trap 'clean_up' EXIT

# Ends what a failed test has left.
clean_up()
{
    local mount
    while mount=$(grep -o "$SCRATCH/[^ ]*" /proc/mounts | tail -n 1) && [ -n "$mount" ]; do
        umount -l "$mount"
    done
    rm -rf "$SCRATCH"
}

require_fuse()
{
    [ "$(id -u)" = 0 ] || skip "not root"
    [ -c /dev/fuse ] || skip "no /dev/fuse"
}

is_mounted()
{
    grep -q " $1 fuse.ownproc " /proc/mounts
}

# start DIR [COMMAND…]: starts it in the foreground, by COMMAND, and waits until it serves; its pid
# in DAEMON.
start()
{
    local directory=$1
    shift
    "$@" "$OWNPROCD" -c /dev/null -f -m "$directory" &
    DAEMON=$!
    for _ in $(seq 100); do
        is_mounted "$directory" && [ -s "$directory/proc/uptime" ] && return 0
        sleep 0.02
    done
    fail "it does not serve $directory"
}

stop()
{
    local code=0
    kill -"${1:-TERM}" "$DAEMON"
    wait "$DAEMON" || code=$?
    expect_equal "exit code" 0 "$code"
    ! is_mounted "$TREE" || fail "it is still mounted"
}

# The pid of one that went into the background.
background_pid()
{
    pgrep -f -x "$OWNPROCD -c /dev/null -m $1"
}

test_SIGTERM_unmounts_and_exits_with_0()
{
    require_fuse
    start "$TREE"
    stop TERM
}

test_SIGINT_unmounts_and_exits_with_0()
{
    require_fuse
    start "$TREE"
    stop INT
}

test_it_ends_when_somebody_unmounts_it()
{
    local code=0
    require_fuse
    start "$TREE" 2>"$SCRATCH/said"
    umount "$TREE"
    wait "$DAEMON" || code=$?
    expect_equal "exit code" 0 "$code"
    expect_match "what it says" "$TREE was unmounted by somebody else" "$(cat "$SCRATCH/said")"
}

test_a_file_that_is_open_does_not_keep_it_from_ending()
{
    require_fuse
    start "$TREE"
    exec 5<"$TREE/proc/meminfo"
    head -c 1 <&5 >"$SCRATCH/out"
    stop
    exec 5<&-
}

test_in_the_background_it_serves_once_the_command_returns()
{
    local pid
    require_fuse
    "$OWNPROCD" -c /dev/null -m "$TREE"
    [ -s "$TREE/proc/meminfo" ]
    pid=$(background_pid "$TREE")
    expect_equal "its stderr" /dev/null "$(readlink "/proc/$pid/fd/2")"
    kill "$pid"
    for _ in $(seq 100); do
        is_mounted "$TREE" || return 0
        sleep 0.02
    done
    fail "it does not end"
}

test_in_the_background_it_tells_why_it_cannot_serve()
{
    require_fuse
    echo x >"$SCRATCH/file"
    expect_exit 1 "$OWNPROCD" -c /dev/null -m "$SCRATCH/file"
    expect_match "what it says" "$SCRATCH/file: Not a directory" "$OUTPUT"
}

test_a_second_start_says_that_the_tree_is_served()
{
    require_fuse
    start "$TREE"
    expect_exit 1 "$OWNPROCD" -c /dev/null -f -m "$TREE"
    expect_equal "what it says" "ownprocd: $TREE is being served already" "$OUTPUT"
    [ -s "$TREE/proc/meminfo" ]
    stop
}

test_of_two_that_start_at_once_one_serves()
{
    require_fuse
    for _ in 1 2 3 4; do
        "$OWNPROCD" -c /dev/null -m "$TREE" 2>/dev/null &
    done
    wait
    expect_equal "mounts" 1 "$(grep -c " $TREE " /proc/mounts)"
    kill "$(background_pid "$TREE")"
    sleep 0.2
}

test_a_dead_mount_is_replaced()
{
    require_fuse
    start "$TREE"
    kill -KILL "$DAEMON"
    wait "$DAEMON" || true
    for _ in $(seq 100); do # its workers end by themselves
        stat "$TREE" >/dev/null 2>&1 || break
        sleep 0.02
    done
    ! stat "$TREE" 2>/dev/null || fail "the mount is not dead"
    start "$TREE"
    expect_equal "mounts" 1 "$(grep -c " $TREE " /proc/mounts)"
    stop
}

test_another_live_file_system_is_left_alone()
{
    local pid
    require_fuse
    [ -x /usr/bin/lxcfs ] || skip "no other FUSE server here"
    mkdir -p "$TREE"
    lxcfs -p "$SCRATCH/lxcfs.pid" -f "$TREE" >/dev/null 2>&1 &
    pid=$!
    for _ in $(seq 100); do
        grep -q " $TREE fuse.lxcfs " /proc/mounts && break
        sleep 0.02
    done
    expect_exit 1 "$OWNPROCD" -c /dev/null -f -m "$TREE"
    kill "$pid"
    wait "$pid" || true
    expect_match "what it says" "another file system \(fuse.lxcfs\) is mounted at $TREE" "$OUTPUT"
}

test_a_directory_bound_there_is_a_directory_like_any_other()
{
    require_fuse
    mkdir -p "$TREE" "$SCRATCH/source"
    mount --bind "$SCRATCH/source" "$TREE"
    start "$TREE"
    stop
    umount "$TREE"
}

test_what_was_mounted_over_it_stays()
{
    require_fuse
    start "$TREE"
    mount -t tmpfs over "$TREE"
    kill "$DAEMON"
    wait "$DAEMON"
    grep -q "^over $TREE " /proc/mounts
    umount "$TREE"
    umount -l "$TREE"
}

test_a_missing_directory_is_made()
{
    require_fuse
    start "$SCRATCH/new/er"
    kill "$DAEMON"
    wait "$DAEMON"
    [ -d "$SCRATCH/new/er" ]
}

test_nobody_opens_for_writing()
{
    require_fuse
    start "$TREE"
    expect_exit 1 bash -c "exec 5<>'$TREE/proc/meminfo'"
    expect_match "what the shell says" "Permission denied" "$OUTPUT"
    stop
}

test_no_FUSE_is_one_sentence()
{
    require_fuse
    : >"$SCRATCH/conf"
    # shellcheck disable=SC2016 # the inner shell's
    expect_exit 1 unshare --mount bash -c \
        'mount -t tmpfs none /dev && exec "$0" -c "$1/conf" -f -m "$1/tree"' "$OWNPROCD" "$SCRATCH"
    expect_match "what it says" "no FUSE here .*/dev/fuse: No such file or directory" "$OUTPUT"
    expect_equal "lines" 1 "$(wc -l <<<"$OUTPUT")"
}

test_another_pid_namespace_is_one_sentence()
{
    require_fuse
    expect_exit 1 unshare --fork --pid "$OWNPROCD" -c /dev/null -f -m "$TREE"
    expect_match "what it says" "^ownprocd: must run in the host's pid namespace" "$OUTPUT"
    expect_equal "lines" 1 "$(wc -l <<<"$OUTPUT")"
}

test_bound_to_a_container_any_pid_namespace_will_do()
{
    require_fuse
    mkdir -p "$TREE"
    # shellcheck disable=SC2016 # the inner shell's
    unshare --mount --fork --pid --mount-proc bash -ec '
        "$0" -c /dev/null -f -m "$1" --container-pid 1 &
        for _ in $(seq 100); do [ -s "$1/proc/uptime" ] && break; sleep 0.02; done
        grep -q ^MemTotal: "$1/proc/meminfo"
        kill $!
        wait $!' "$OWNPROCD" "$TREE"
}

test_a_container_of_nobody_is_one_sentence()
{
    require_fuse
    expect_exit 1 "$OWNPROCD" -c /dev/null -f -m "$TREE" --container-pid 2147483647
    expect_match "what it says" "^ownprocd: --container-pid 2147483647: .*No such file" "$OUTPUT"
}

test_from_a_cgroup_namespace_of_its_own_it_goes_to_the_hosts()
{
    require_fuse
    start "$TREE" unshare --cgroup
    expect_equal "cgroup namespace" "$(readlink /proc/2/ns/cgroup)" "$(readlink "/proc/$DAEMON/ns/cgroup")"
    stop
}

test_without_root_it_says_so()
{
    require_fuse
    chmod 755 "$SCRATCH"
    cp "$OWNPROCD" "$SCRATCH/ownprocd"
    expect_exit 1 setpriv --reuid 65534 --clear-groups "$SCRATCH/ownprocd" -c /dev/null -f -m "$TREE"
    expect_equal "what it says" "ownprocd: must be started as root" "$OUTPUT"
}

test_a_wrong_option_exits_with_2()
{
    expect_exit 2 "$OWNPROCD" --bogus
    expect_exit 2 "$OWNPROCD" -c /dev/null --cpu-policy=floor
    expect_match "what it says" "'floor' is not ceil, round or cpuset" "$OUTPUT"
}

test_a_wrong_configuration_names_file_group_and_key()
{
    printf '[ownprocd]\ncpu-policy=floor\n' >"$SCRATCH/conf"
    expect_exit 2 "$OWNPROCD" -c "$SCRATCH/conf"
    expect_equal "what it says" \
        "ownprocd: $SCRATCH/conf: [ownprocd] cpu-policy: 'floor' is not ceil, round or cpuset" "$OUTPUT"
}

test_the_manager_is_told_when_it_serves_and_when_it_stops()
{
    require_fuse
    command -v python3 >/dev/null || skip "no python3"
    python3 - "$OWNPROCD" "$TREE" <<'END'
import os, signal, socket, subprocess, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind("\0ownproc-test-%d" % os.getpid())
listener.settimeout(5)
environment = dict(os.environ, NOTIFY_SOCKET="@ownproc-test-%d" % os.getpid())
daemon = subprocess.Popen([sys.argv[1], "-c", "/dev/null", "-f", "-m", sys.argv[2]], env=environment)
assert listener.recv(999).decode() == "READY=1\nSTATUS=serving " + sys.argv[2]
daemon.send_signal(signal.SIGTERM)
assert listener.recv(999) == b"STOPPING=1"
assert daemon.wait(5) == 0
END
}

tap_main
