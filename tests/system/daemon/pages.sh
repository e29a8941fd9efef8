#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What the kernel keeps of a file: fresh after a tick however it is read, and nobody's but its
# container's.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

KEPT=$BUILD/tests/system/kept
BOUND=$SCRATCH/meminfo

daemon_require

# The container "kept" with 64 MiB, and its own node bound at $BOUND, as engines bind it: from inside.
bind_kept()
{
    container_make kept memory=64M
    [ ! -e "$BOUND" ] || return 0
    : >"$BOUND"
    sleep 0.3 # who looked for it before has done so long ago, and it is the container's own
    container_run kept mount --bind "$TREE/proc/meminfo" "$BOUND"
}

# total_in NAME COMMAND…: MemTotal in what COMMAND prints in that container.
total_in()
{
    container_run "$@" | meminfo_value MemTotal /dev/stdin
}

is_fresh_by()
{
    bind_kept
    expect_equal "MemTotal before and after it was halved, by $1" "65536 32768" \
        "$(container_run kept "$KEPT" "$1" "$BOUND" "$(container_limit_file kept)" $((32 << 20)) | paste -sd ' ')"
}

test_an_open_file_is_fresh_after_a_tick()
{
    is_fresh_by pread
}

test_so_it_is_for_sendfile()
{
    is_fresh_by sendfile
}

test_so_it_is_for_splice()
{
    is_fresh_by splice
}

test_so_is_a_shared_mapping()
{
    is_fresh_by shared
}

test_so_is_a_private_mapping()
{
    is_fresh_by private
}

# busybox reads with sendfile, which takes the kernel's page whoever asks.
test_another_containers_reader_of_the_same_file_sees_his_own()
{
    bind_kept
    container_make other memory=96M
    for _ in $(seq "$(repeats 50 10)"); do
        expect_equal "MemTotal of its container" 65536 "$(total_in kept busybox cat "$BOUND")"
        expect_equal "MemTotal of another, by sendfile" 98304 "$(total_in other busybox cat "$BOUND")"
        expect_equal "MemTotal of another, by read" 98304 "$(total_in other cat "$BOUND")"
    done
    expect_equal "MemTotal on the host" "$(meminfo_value MemTotal)" "$(meminfo_value MemTotal "$BOUND")"
}

# While somebody else has the file open its container's page is not filled.
test_whoever_keeps_it_open_does_not_see_what_its_container_reads()
{
    bind_kept
    container_make other memory=96M
    exec 5<"$BOUND" # not in its container
    expect_equal "MemTotal of its container" 65536 "$(total_in kept busybox cat "$BOUND")"
    expect_equal "MemTotal of another, by sendfile" 98304 "$(total_in other busybox cat - <&5)"
    exec 5<&-
}

test_its_size_is_the_length_of_its_text()
{
    local file
    container_make sized memory=64M cpus=0.5
    for file in meminfo stat uptime loadavg swaps cpuinfo; do
        expect_equal "bytes of $file" \
            "$(container_run sized stat -c %s "$TREE/proc/$file")" \
            "$(container_run sized cat "$TREE/proc/$file" | wc -c)"
    done
}

test_it_still_cannot_be_written()
{
    bind_kept
    # shellcheck disable=SC2016 # for the shell in the container
    expect_exit 2 container_run kept sh -c ': 1<>"$0"' "$BOUND"
    expect_match "the reason" "[Pp]ermission denied" "$OUTPUT"
}

# read_after_death FILE: in the container "dead" opens FILE, goes elsewhere, and reads it when the
# container is no more and another has its name.
read_after_death()
{
    container_enter dead
    exec 7<"$1"
    cat "$1" >/dev/null
    container_enter survivor
    wait_until 5 container_rmdir dead 2>/dev/null
    container_make dead memory=32M
    sleep 0.03
    cat <&7
}

test_the_open_file_of_a_dead_container_is_stale()
{
    container_make dead memory=64M
    container_make survivor memory=96M
    expect_exit 1 read_after_death "$TREE/proc/meminfo"
    expect_match "the reason" "Stale file handle" "$OUTPUT"
}

tap_main
