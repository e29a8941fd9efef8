#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What a keeper must stand: those who may not ask, those who ask nonsense, workers in the hands of
# somebody else, mounts that go, machines that have not what it needs.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/keeper.sh
. "$TESTS_DIR/lib/keeper.sh"

test_only_root_may_ask()
{
    kept_start private
    chmod 755 "$SCRATCH"
    expect_equal "mode of the socket" 600 "$(stat -c %a "$SCRATCH/private.sock")"
    expect_exit 3 setpriv --reuid 65534 --clear-groups "$KEEPER_DIR/ask" "$SCRATCH/private.sock" status
    expect_match "why" "Permission denied" "$OUTPUT"
    chmod 666 "$SCRATCH/private.sock" # as if somebody had made it so
    expect_exit 1 setpriv --reuid 65534 --clear-groups "$KEEPER_DIR/ask" "$SCRATCH/private.sock" status
    expect_match "why" "only root" "$OUTPUT"
    kept_stop private
}

test_garbage_on_the_socket_disturbs_nobody()
{
    local files
    kept_start garbage
    files=$(find "/proc/$KEEPER_PID/fd" -mindepth 1 | wc -l)
    readers_start garbage content 4 2
    kept_ask garbage garbage
    readers_are_content garbage
    expect_between "open files, $files before" 1 $((files + 1)) \
        "$(find "/proc/$KEEPER_PID/fd" -mindepth 1 | wc -l)"
    expect_equal "workers that died" 0 "$(kept_figure garbage restarts)"
    kept_stop garbage
}

# More than the keeper has room for: the others wait until their time is over.
test_who_connects_and_says_nothing_keeps_nobody_waiting_for_long()
{
    local began
    kept_start silent
    "$KEEPER_DIR/ask" "$SCRATCH/silent.sock" nothing &
    sleep 0.5
    began=$SECONDS
    kept_figure silent keeper
    expect_between "seconds until an answer" 0 13 $((SECONDS - began))
    kill $!
    kept_stop silent
}

# What such a worker says of itself may be believed; but the next good program serves again.
test_a_hostile_program_leaves_nothing_behind()
{
    local files restarts=0
    kept_start hostile
    cp "$SCRATCH/hostile/content" "$SCRATCH/hostile.content"
    files=$(find "/proc/$KEEPER_PID/fd" -mindepth 1 | wc -l)
    for _ in $(seq 12); do
        kept_ask hostile upgrade "$KEEPER_DIR/worker_hostile" || true
        sleep 0.2
        kept_ask hostile upgrade "$KEEPER_DIR/worker" || kept_ask hostile upgrade "$KEEPER_DIR/worker"
        timeout 10 cmp "$SCRATCH/hostile/content" "$SCRATCH/hostile.content"
        wait_until 10 kept_serves hostile
        expect_between "workers that died" "$restarts" 1000 "$(kept_figure hostile restarts)"
        restarts=$(kept_figure hostile restarts)
    done
    expect_between "open files, $files before" 1 $((files + 1)) \
        "$(find "/proc/$KEEPER_PID/fd" -mindepth 1 | wc -l)"
    kept_stop hostile
}

# As a worker that outlived its keeper, and was stopped, would.
test_who_keeps_the_tables_lock_is_ended_so_that_somebody_can_serve()
{
    local code=0 locker
    kept_start locked
    python3 -c '
import fcntl, os, sys, time
files = "/proc/%s/fd" % sys.argv[1]
for name in os.listdir(files):
    path = files + "/" + name
    if os.readlink(path).startswith("/memfd:ownproc-table"):
        table = open(path, "r+b", buffering=0)
        print("waits", flush=True)
        fcntl.lockf(table, fcntl.LOCK_EX)
        print("has it", flush=True)
        time.sleep(60)
' "$KEEPER_PID" >"$SCRATCH/locked.locker" </dev/null &
    locker=$!
    wait_until 5 grep -q waits "$SCRATCH/locked.locker"
    for _ in $(seq 50); do # the next worker may be faster
        kept_kill locked
        sleep 0.1
        ! grep -q "has it" "$SCRATCH/locked.locker" || break
    done
    timeout 10 cat "$SCRATCH/locked/content" >/dev/null
    timeout 10 tail --pid=$locker -f /dev/null
    wait $locker || code=$?
    expect_equal "exit code of who locked it" 137 $code
    kept_stop locked
}

test_a_mount_that_somebody_takes_away_ends_the_keeper()
{
    local code=0
    kept_start taken
    umount "$SCRATCH/taken"
    wait $KEEPER_PID || code=$?
    expect_equal "exit code" 14 $code
    [ ! -e "$SCRATCH/taken.sock" ] || fail "the socket is still there"
}

test_another_mount_that_somebody_takes_away_is_not_missed()
{
    mkdir "$SCRATCH/first" "$SCRATCH/first.second"
    kept_start first
    cat "$SCRATCH/first.second/content" >/dev/null
    umount "$SCRATCH/first.second"
    wait_until 5 grep -q "the connection 'second' has ended" "$SCRATCH/first.log"
    cat "$SCRATCH/first/content" >/dev/null
    kept_kill first
    cat "$SCRATCH/first/content" >/dev/null
    wait_until 5 kept_serves first
    expect_equal "connections" "first 1 second 0" \
        "$(kept_ask first status | awk '$1 == "connection" { printf "%s%s %s", space, $2, $4; space = " " }')"
    kept_stop first
}

test_SIGTERM_unmounts_where_nobody_else_holds_the_mount()
{
    local code=0
    kept_start ended
    kill -TERM $KEEPER_PID
    wait $KEEPER_PID || code=$?
    expect_equal "exit code" 0 $code
    ! grep -q " $SCRATCH/ended " /proc/mounts || fail "it is still mounted"
}

test_without_dev_fuse_it_says_so()
{
    mkdir "$SCRATCH/no-fuse"
    expect_exit 1 unshare --mount sh -c "mount --bind /dev/null /dev/fuse && exec \"\$@\"" sh \
        "$KEEPER_DIR/keeper" "$SCRATCH/no-fuse.sock" "$SCRATCH/no-fuse" "$KEEPER_DIR/worker"
    expect_match "what it says" "cannot mount at $SCRATCH/no-fuse: Invalid argument" "$OUTPUT"
}

test_without_file_descriptors_it_says_so()
{
    mkdir "$SCRATCH/no-fds"
    expect_exit 1 sh -c "ulimit -n 6; exec \"\$@\"" sh \
        "$KEEPER_DIR/keeper" "$SCRATCH/no-fds.sock" "$SCRATCH/no-fds" "$KEEPER_DIR/worker"
    expect_match "what it says" "Too many open files" "$OUTPUT"
    umount -l "$SCRATCH/no-fds" 2>/dev/null || true
}

tap_main
