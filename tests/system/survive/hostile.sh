#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What is done to ownprocd's mounts, and machines that have not what it needs.  What a keeper alone
# must stand is in ../keeper/hostile.sh.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

mounts_left()
{
    grep -c " $KEPT/" /proc/mounts || true
}

# refused NAME COMMAND…: ownprocd behind COMMAND does not start, and leaves nothing.
refused()
{
    keep_at "$1"
    shift
    expect_exit 1 timeout 60 "$@" "$OWNPROCD" --foreground --mountpoint "$KEPT/tree" --run-dir "$KEPT/run"
    expect_equal "mounts left" 0 "$(mounts_left)"
    [ ! -S "$KEPT/run/keeper.sock" ] || fail "a socket is left"
}

test_without_dev_fuse_it_says_so()
{
    # shellcheck disable=SC2016 # the inner shell's words
    refused no-fuse unshare --mount sh -c 'mount --bind /dev/null /dev/fuse && exec "$@"' sh
    expect_match "what it says" "/dev/fuse|cannot mount" "$OUTPUT"
}

test_without_memory_to_share_it_says_so()
{
    refused no-memfd strace -f -qq -o /dev/null -e trace=memfd_create -e inject=memfd_create:error=ENFILE
    expect_match "what it says" "Too many open files in system" "$OUTPUT"
}

test_only_root_may_ask_or_end_it()
{
    with_keeper private
    chmod 755 "$SCRATCH" "$KEPT" "$KEPT/run"
    chmod 666 "$KEPT/run/keeper.sock" # as if somebody had made it so
    for word in status shutdown; do
        expect_exit 125 setpriv --reuid 65534 --clear-groups "$OWNPROC" "$word" --run-dir "$KEPT/run"
        expect_match "why" "only root|Permission denied|root" "$OUTPUT"
    done
    [ -s "$KEPT/tree/proc/meminfo" ] || fail "nobody serves"
    end_keeper
}

test_who_has_a_file_bound_reads_on_though_the_tree_is_hidden_under_another_mount()
{
    with_keeper shadowed
    : >"$KEPT/file"
    mount --bind "$KEPT/tree/proc/meminfo" "$KEPT/file"
    mount -t tmpfs nothing "$KEPT/tree"
    strike 50 3
    expect_match "what is bound" '^MemTotal' "$(timeout 20 cat "$KEPT/file")"
    wait_until 60 has_standby
    umount "$KEPT/tree"
    expect_match "the tree" '^MemTotal' "$(timeout 20 cat "$KEPT/tree/proc/meminfo")"
    umount "$KEPT/file"
    end_keeper
}

test_it_ends_when_somebody_takes_its_tree_away()
{
    with_keeper taken
    umount "$KEPT/tree"
    wait_until 60 is_gone "$KEEPER_PID"
    expect_equal "mounts left" 0 "$(mounts_left)"
    [ ! -S "$KEPT/run/keeper.sock" ] || fail "a socket is left"
    with_keeper taken # and another one may begin
    end_keeper
}

test_garbage_on_its_socket_disturbs_nobody()
{
    with_keeper garbage
    read_on 2
    "$ASK" "$KEPT/run/keeper.sock" garbage
    readers_are_content
    expect_no_deaths
    end_keeper
}

tap_main
