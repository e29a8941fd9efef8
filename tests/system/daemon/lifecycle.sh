#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# How the daemon starts, stops, and refuses.  Each test has a daemon and a mountpoint of its own.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

is_mounted()
{
    grep -qF " $1 fuse" /proc/self/mounts
}

is_unmounted()
{
    ! is_mounted "$1"
}

serves()
{
    [ -s "$1/proc/meminfo" ]
}

# refuses SENTENCE ARGUMENT…: it exits with 1, says so in one line, and mounts nothing.
refuses()
{
    local sentence=$1 before
    shift
    before=$(grep -c ' fuse' /proc/self/mounts || true)
    expect_exit 1 timeout 20 "$OWNPROCD" --foreground "$@"
    expect_match "what it says" "$sentence" "$OUTPUT"
    expect_equal "lines" 1 "$(wc -l <<<"$OUTPUT")"
    expect_equal "FUSE mounts" "$before" "$(grep -c ' fuse' /proc/self/mounts || true)"
}

test_SIGTERM_unmounts()
{
    daemon_start "$SCRATCH/term"
    kill -TERM "$DAEMON_PID"
    wait "$DAEMON_PID"
    is_unmounted "$SCRATCH/term"
}

test_SIGINT_unmounts()
{
    # A shell without job control lets its children ignore SIGINT; env(1) undoes that.
    mkdir "$SCRATCH/int"
    env --default-signal=INT "$OWNPROCD" --foreground --mountpoint "$SCRATCH/int" &
    wait_until 5 serves "$SCRATCH/int"
    kill -INT $!
    wait $!
    is_unmounted "$SCRATCH/int"
}

test_it_unmounts_while_a_file_is_open()
{
    daemon_start "$SCRATCH/busy"
    exec 9<"$SCRATCH/busy/proc/meminfo"
    kill -TERM "$DAEMON_PID"
    wait "$DAEMON_PID"
    is_unmounted "$SCRATCH/busy"
}

test_it_ends_when_somebody_else_unmounts()
{
    daemon_start "$SCRATCH/other"
    umount "$SCRATCH/other"
    timeout 5 tail --pid="$DAEMON_PID" -f /dev/null
    wait "$DAEMON_PID"
}

test_a_second_daemon_on_the_same_mountpoint_says_so_and_exits()
{
    daemon_start "$SCRATCH/twice"
    refuses "already" --mountpoint "$SCRATCH/twice"
    serves "$SCRATCH/twice"
}

test_the_dead_mount_of_a_killed_daemon_is_replaced()
{
    daemon_start "$SCRATCH/dead"
    kill -KILL "$DAEMON_PID"
    wait "$DAEMON_PID" || true
    is_mounted "$SCRATCH/dead"
    # Not daemon_start: it would make the directory, which cannot be looked at.
    "$OWNPROCD" --foreground --mountpoint "$SCRATCH/dead" &
    wait_until 5 serves "$SCRATCH/dead"
    expect_equal mounts 1 "$(grep -cF " $SCRATCH/dead fuse" /proc/self/mounts)"
    kill $!
    wait $!
    is_unmounted "$SCRATCH/dead"
}

test_in_the_background_it_serves_once_the_command_returns()
{
    local pid
    mkdir "$SCRATCH/background"
    "$OWNPROCD" --mountpoint "$SCRATCH/background"
    serves "$SCRATCH/background"
    pid=$(pgrep --oldest -f "^$OWNPROCD --mountpoint $SCRATCH/background\$") # the keeper
    kill "$pid"
    wait_until 5 is_unmounted "$SCRATCH/background"
}

test_it_tells_the_service_manager_when_it_serves()
{
    local told
    told=$(timeout 20 python3 - "$SCRATCH" "$OWNPROCD" <<'END'
import os, socket, subprocess, sys
scratch, daemon = sys.argv[1:]
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(scratch + "/notify")
os.mkdir(scratch + "/notified")
process = subprocess.Popen([daemon, "--foreground", "--mountpoint", scratch + "/notified"],
                           env={"NOTIFY_SOCKET": scratch + "/notify"})
print(manager.recv(4096).decode().split("\n")[0], os.path.exists(scratch + "/notified/proc/meminfo"))
process.terminate()
print(manager.recv(4096).decode())
process.wait()
END
    )
    expect_equal "what it told" "READY=1 True
STOPPING=1" "$told"
}

test_the_configuration_file_names_the_mountpoint()
{
    mkdir "$SCRATCH/configured"
    printf '[ownprocd]\nmountpoint=%s\n' "$SCRATCH/configured" >"$SCRATCH/config"
    "$OWNPROCD" --foreground --config "$SCRATCH/config" &
    wait_until 5 serves "$SCRATCH/configured"
    kill $!
    wait $!
}

test_a_bad_command_line_is_one_sentence_and_exit_code_2()
{
    local argument
    for argument in --no-such-option --cpu-policy=most --container-pid=0 surplus; do
        expect_exit 2 "$OWNPROCD" "$argument"
        expect_equal "lines about $argument" 1 "$(wc -l <<<"$OUTPUT")"
    done
}

test_a_bad_configuration_file_is_one_sentence_and_exit_code_2()
{
    printf '[ownprocd]\nmount=/x\n' >"$SCRATCH/wrong"
    expect_exit 2 "$OWNPROCD" --config "$SCRATCH/wrong"
    expect_match "what it says" "$SCRATCH/wrong.*mount" "$OUTPUT"
    expect_exit 2 "$OWNPROCD" --config "$SCRATCH/missing"
    expect_match "what it says" "$SCRATCH/missing" "$OUTPUT"
}

test_a_mountpoint_that_is_a_file_is_refused()
{
    touch "$SCRATCH/file"
    refuses "$SCRATCH/file" --mountpoint "$SCRATCH/file"
}

test_who_is_not_root_is_refused()
{
    mkdir -m 777 "$SCRATCH/nobody"
    chmod 755 "$SCRATCH"
    cp "$OWNPROCD" "$SCRATCH/ownprocd"
    expect_exit 1 setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$SCRATCH/ownprocd" --foreground --mountpoint "$SCRATCH/nobody"
    expect_match "what it says" root "$OUTPUT"
}

test_a_machine_without_the_FUSE_device_is_refused()
{
    mkdir "$SCRATCH/nodevice"
    expect_exit 1 unshare --mount sh -c 'mount -t tmpfs none /dev; exec "$@"' sh \
        "$OWNPROCD" --foreground --mountpoint "$SCRATCH/nodevice"
    expect_match "what it says" /dev/fuse "$OUTPUT"
}

tap_main
