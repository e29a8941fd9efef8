#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# When ownprocd with its keeper ends and when it does not, and what it leaves behind.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

# bind_somewhere: a process with a file of the tree in a mount namespace of its own; USER_PID.
bind_somewhere()
{
    : >"$KEPT/file"
    rm -f "$KEPT/bound"
    unshare --mount sh -c "mount --bind '$KEPT/tree/proc/meminfo' '$KEPT/file'; echo >'$KEPT/bound'; exec sleep 60" &
    USER_PID=$!
    wait_until 5 test -e "$KEPT/bound"
}

reads_on()
{
    nsenter --target "$USER_PID" --mount grep -q MemTotal "$KEPT/file"
}

nothing_is_left()
{
    ! grep "$KEPT" /proc/mounts || fail "it is still mounted"
    [ ! -e "$KEPT/run/keeper.sock" ] || fail "the keeper's socket is still there"
    [ ! -e "$KEPT/run/ownprocd.sock" ] || fail "the control socket is still there"
}

test_SIGTERM_waits_for_the_last_who_uses_the_files()
{
    with_keeper waited-for
    bind_somewhere
    kill -TERM "$KEEPER_PID"
    wait_until 5 grep -q "is used by process $USER_PID (sleep): $KEPT/file" "$KEPT/log"
    sleep 1.5
    reads_on
    kill -KILL "$(worker serving)"
    reads_on
    kill "$USER_PID"
    wait "$USER_PID" || true
    wait "$KEEPER_PID" || fail "$(cat "$KEPT/log")"
    expect_equal "how often it says so" 1 "$(grep -c "going on until nobody uses them" "$KEPT/log")"
    nothing_is_left
}

# What cannot be looked at may be a container that has them.
test_while_it_cannot_be_told_who_uses_the_files_it_goes_on()
{
    local KEPT_ENVIRONMENT=(unshare --mount) sentence
    with_keeper untold
    unshare --mount sleep 60 &
    USER_PID=$!
    in_its_mounts mount --bind "/proc/$USER_PID/mem" "/proc/$USER_PID/mountinfo"
    sentence="cannot tell whether anybody uses $KEPT/[a-z/]*: .*/proc/$USER_PID/mountinfo: Input/output error"
    expect_exit 125 in_its_mounts "$OWNPROC" shutdown --run-dir "$KEPT/run"
    expect_match "why" "$sentence" "$OUTPUT"
    kill -TERM "$KEEPER_PID"
    wait_until 5 grep -q "$sentence" "$KEPT/log"
    sleep 1.5
    in_its_mounts grep -q MemTotal "$KEPT/tree/proc/meminfo"
    kill "$USER_PID"
    wait "$USER_PID" || true
    wait "$KEEPER_PID" || fail "$(cat "$KEPT/log")"
}

in_its_mounts()
{
    nsenter --target "$KEEPER_PID" --mount "$@"
}

# Whoever has the whole root sees the daemon's mount by another path.
test_in_another_root_it_does_not_wait_for_itself()
{
    local KEPT_ENVIRONMENT
    mkdir "$SCRATCH/root"
    # shellcheck disable=SC2016 # the inner shell's words
    unshare --mount sh -c 'mount --rbind / "$1" && echo >"$1.bound"; exec sleep 60' sh "$SCRATCH/root" &
    USER_PID=$!
    wait_until 5 test -e "$SCRATCH/root.bound"
    KEPT_ENVIRONMENT=(nsenter --target "$USER_PID" --mount chroot "$SCRATCH/root")
    with_keeper elsewhere
    end_keeper
    kill $USER_PID
    wait $USER_PID || true
    ! grep -q "is used by" "$KEPT/log" || fail "$(cat "$KEPT/log")"
}

test_when_the_tree_is_unmounted_nothing_else_is_left()
{
    with_keeper unmounted
    umount "$KEPT/tree"
    wait "$KEEPER_PID" || true
    nothing_is_left
}

# fails_to_start SENTENCE [ARGUMENT…]
fails_to_start()
{
    local sentence=$1
    shift
    expect_exit 1 timeout 20 "$@" "$OWNPROCD" --foreground --mountpoint "$KEPT/tree" --run-dir "$KEPT/run"
    expect_match "why" "$sentence" "$OUTPUT"
    nothing_is_left
}

test_a_second_mount_that_cannot_be_made_takes_the_first_along()
{
    KEPT=$SCRATCH/half
    mkdir -p "$KEPT/run"
    : >"$KEPT/run/containers"
    fails_to_start "$KEPT/run/containers"
}

test_without_memory_to_share_it_says_so()
{
    KEPT=$SCRATCH/no-memory
    mkdir -p "$KEPT"
    fails_to_start "cannot make the .*: File too large" sh -c 'trap "" XFSZ; ulimit -f 1; exec "$@"' sh
}

test_what_is_mounted_over_the_tree_does_not_hide_who_uses_it()
{
    with_keeper shadowed
    bind_somewhere
    mount -t tmpfs none "$KEPT/tree"
    expect_exit 125 "$OWNPROC" shutdown --run-dir "$KEPT/run"
    expect_match "who" "process $USER_PID (.*): $KEPT/file" "$OUTPUT"
    reads_on
    umount "$KEPT/tree"
    kill "$USER_PID"
    wait "$USER_PID" || true
    end_keeper
}

# Whoever started it waits for the end of its output, too.
test_in_the_background_nobody_keeps_the_callers_output()
{
    local keeper
    KEPT=$SCRATCH/background
    mkdir -p "$KEPT"
    timeout 10 sh -c '"$@" | cat' sh "$OWNPROCD" --mountpoint "$KEPT/tree" --run-dir "$KEPT/run"
    wait_until 10 has_standby
    keeper=$(figure keeper)
    kill "$keeper"
    timeout 10 tail --pid="$keeper" -f /dev/null
    nothing_is_left
}

ask()
{
    "$OWNPROC" "$1" --run-dir "$KEPT/run" "${@:2}"
}

test_a_configuration_that_somebody_breaks_is_nobodys_end()
{
    local before
    printf '[files]\nproc/swaps=hide\n' >"$SCRATCH/config"
    with_keeper configured --config "$SCRATCH/config"
    printf '[nonsense]\n' >"$SCRATCH/config"
    kill -KILL "$(worker serving)"
    [ -s "$KEPT/tree/proc/meminfo" ] || fail "nobody serves"
    wait_until 10 has_standby
    before=$(worker serving)
    expect_exit 125 ask upgrade
    expect_match "why" "the old one goes on" "$OUTPUT"
    grep -q "$SCRATCH/config: .*nonsense.*: no such group" "$KEPT/log"
    expect_equal "who serves" "$before" "$(worker serving)"
    rm "$SCRATCH/config"
    expect_exit 125 ask upgrade
    expect_match "why" "No such file" "$OUTPUT"
    : >"$SCRATCH/config"
    ask upgrade
    [ "$before" != "$(worker serving)" ] || fail "the same worker serves"
    end_keeper
}

tap_main
