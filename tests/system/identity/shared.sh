#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Two containers and one file: one node, one mount, one open file, one process id or one cgroup path
# between them.  Everybody is shown his own numbers, or in the bound tree those of the container that
# the file is bound to; never the host's, never another's.  The limit names the container.

# shellcheck disable=SC2086 # commands kept as lists of words
# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/speed.sh
. "$(dirname "$0")/../../lib/speed.sh"

speed_daemon

TORN=$BUILD/tests/system/speed/torn
HANDOVER=$BUILD/tests/system/identity/handover
REBORN=$BUILD/tests/system/identity/reborn
ROUNDS=$(repeats 300 60)
WHILE="--any-length --threads 2 --seconds 1"
FIRST_KIB=65536 SECOND_KIB=98304

# The shell itself is to be nobody's process but the host's.
for mount in $(container_mounts); do
    echo 0 >"$mount/cgroup.procs"
done

# A mountpoint for a file.
target()
{
    : >"$SCRATCH/$1"
    echo "$SCRATCH/$1"
}

# two_containers NAME: NAME/first and NAME/second.
two_containers()
{
    container_make "$1/first" memory=${FIRST_KIB}K
    container_make "$1/second" memory=${SECOND_KIB}K
}

# sees NAME KIB FILE: all that two threads of container NAME read there, in all ways.
sees()
{
    container_run "$1" "$TORN" $WHILE --total "$2" "$3"
}

# each_sees_his_own NAME FILE: both at the same time.
each_sees_his_own()
{
    local first code=0
    sees "$1/first" $FIRST_KIB "$2" &
    first=$!
    sees "$1/second" $SECOND_KIB "$2" || code=1
    wait $first || fail "the first container"
    [ $code = 0 ] || fail "the second container"
}

test_a_file_that_the_host_bound_shows_each_his_own()
{
    local file
    file=$(target by_host)
    two_containers host
    cat "$TREE/proc/meminfo" >/dev/null
    mount --bind "$TREE/proc/meminfo" "$file"
    each_sees_his_own host "$file"
    expect_equal "MemTotal on the host" "$(meminfo_value MemTotal)" "$(meminfo_value MemTotal "$file")"
}

test_a_file_that_one_container_bound_shows_each_his_own()
{
    local file
    file=$(target by_first)
    two_containers other
    container_run other/first mount --bind "$TREE/proc/meminfo" "$file"
    each_sees_his_own other "$file"
    expect_equal "MemTotal on the host" "$(meminfo_value MemTotal)" "$(meminfo_value MemTotal "$file")"
}

# The second is below the first here: its own limit is the tighter one.
test_a_nested_container_that_binds_its_parents_file_again_sees_its_own()
{
    local outer inner
    outer=$(target outer)
    inner=$(target inner)
    container_make nest memory=${FIRST_KIB}K
    container_make nest/own
    container_make nest/inner memory=32768K
    container_run nest/own mount --bind "$TREE/proc/meminfo" "$outer"
    container_run nest/inner mount --bind "$outer" "$inner"
    sees nest/own $FIRST_KIB "$outer" &
    sees nest/inner 32768 "$inner"
    wait $!
    sees nest/own $FIRST_KIB "$inner"
}

# hand_over KIND FROM PATH TO COMMAND…: FROM makes something of PATH, TO gets it and runs COMMAND.
hand_over()
{
    local kind=$1 from=$2 path=$3 to=$4
    shift 4
    rm -f "$SCRATCH/socket"
    container_run "$from" "$HANDOVER" "$kind" "$SCRATCH/socket" "$path" &
    container_run "$to" "$HANDOVER" take "$SCRATCH/socket" "$@"
    wait $!
}

test_who_was_passed_a_mount_sees_his_own()
{
    local file
    file=$(target attached)
    two_containers pass
    hand_over mount pass/first "$TREE/proc/meminfo" pass/second "$HANDOVER" attach "$file" true
    each_sees_his_own pass "$file"
}

test_who_opens_anew_what_he_was_passed_sees_his_own()
{
    two_containers anew
    hand_over file anew/first "$TREE/proc/meminfo" anew/second \
        "$TORN" $WHILE --total $SECOND_KIB /proc/self/fd/3
    hand_over file anew/second "$TREE/proc/meminfo" anew/first \
        "$TORN" $WHILE --total $FIRST_KIB /proc/self/fd/3
}

# An open file shows who opened it, if it goes through the page cache, or who reads it.
test_an_open_file_that_was_passed_shows_nobody_elses()
{
    local shown
    two_containers open
    container_make open/third memory=81920K
    sees open/third 81920 "$TREE/proc/meminfo"
    shown=$(hand_over file open/first "$TREE/proc/meminfo" open/second sh -c 'cat <&3' |
        meminfo_value MemTotal /dev/stdin)
    [ "$shown" = $FIRST_KIB ] || expect_equal MemTotal $SECOND_KIB "$shown"
}

test_what_the_host_opened_shows_the_reader()
{
    two_containers opened
    exec 4<"$TREE/proc/meminfo"
    expect_equal MemTotal $FIRST_KIB \
        "$(container_run opened/first sh -c 'cat <&4' | meminfo_value MemTotal /dev/stdin)"
    exec 4<&-
}

test_the_next_process_with_the_same_id_is_somebody_else()
{
    two_containers id
    "$REBORN" $ROUNDS "$TREE/proc/meminfo" \
        $FIRST_KIB "$(container_directory memory id/first)" \
        $SECOND_KIB "$(container_directory memory id/second)"
}

test_the_next_container_in_the_same_cgroup_path_sees_its_own()
{
    local file kib
    file=$(target again)
    container_make again/one memory=${FIRST_KIB}K
    container_run again/one mount --bind "$TREE/proc/meminfo" "$file"
    for kib in 81920 $SECOND_KIB 69632; do
        container_remove again/one
        container_make again/one memory=${kib}K
        sees again/one $kib "$file"
        sees again/one $kib "$TREE/proc/meminfo"
    done
}

test_a_bound_file_shows_its_container_to_everybody()
{
    local file
    file=$(target bound)
    two_containers both
    speed_bind both/first first
    mount --bind "$BOUND/proc/meminfo" "$file"
    sees both/first $FIRST_KIB "$file" &
    sees both/second $FIRST_KIB "$file"
    wait $!
    expect_equal "MemTotal on the host" $FIRST_KIB "$(meminfo_value MemTotal "$file")"
}

test_a_bound_file_that_was_passed_shows_its_container()
{
    local file
    file=$(target boundpassed)
    two_containers far
    speed_bind far/first far
    hand_over mount far/first "$BOUND/proc/meminfo" far/second "$HANDOVER" attach "$file" true
    sees far/second $FIRST_KIB "$file"
    expect_equal "an open file" $FIRST_KIB \
        "$(hand_over file far/first "$BOUND/proc/meminfo" far/second sh -c 'cat <&3' |
            meminfo_value MemTotal /dev/stdin)"
}

test_a_bound_file_whose_container_has_ended_shows_nobody()
{
    local file
    file=$(target ended)
    container_make late/one memory=${FIRST_KIB}K
    speed_bind late/one late
    mount --bind "$BOUND/proc/meminfo" "$file"
    sees late/one $FIRST_KIB "$file"
    container_remove late/one
    container_make late/one memory=${SECOND_KIB}K
    sleep 0.1
    expect_exit 1 container_run late/one cat "$file"
    expect_match "what it says" "Stale file handle" "$OUTPUT"
    expect_exit 1 cat "$file"
}

tap_main
