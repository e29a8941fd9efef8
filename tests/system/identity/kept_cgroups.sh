#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The daemon keeps cgroups open.  It keeps cgroups, not paths: nobody is shown the numbers of whoever
# had his path before.

# shellcheck disable=SC2086 # commands kept as lists of words
# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

daemon_start "$SCRATCH/kept" || exit 1
export TREE=$SCRATCH/kept
KEEPER_PID=$DAEMON_PID

# What MemTotal a process of container NAME sees.
shown()
{
    container_run "$1" awk '$1 == "MemTotal:" { print $2 }' "$TREE/proc/meminfo"
}

# How many files of container NAME the daemon has open.
open_files()
{
    find "/proc/$KEEPER_PID/fd" -mindepth 1 -lname "*/$1/*" | wc -l
}

test_a_container_made_again_sees_its_own_limit()
{
    local size
    for size in 64 96 80 112 72; do
        container_make again memory=${size}M
        expect_equal MemTotal $((size * 1024)) "$(shown again)"
        container_remove again
    done
}

# v1 only: on v2 cgroups have one name for life.
test_a_cgroup_that_was_given_the_name_of_another_keeps_its_limit()
{
    local mount parent
    container_make first memory=64M
    container_make second memory=96M
    expect_equal "MemTotal of the first" 65536 "$(shown first)"
    expect_equal "MemTotal of the second" 98304 "$(shown second)"
    for mount in $(container_mounts); do
        parent=$mount/$CONTAINER_PARENT
        mv "$parent/first" "$parent/third"
        mv "$parent/second" "$parent/first"
        mv "$parent/third" "$parent/second"
    done
    expect_equal "MemTotal of what is called first now" 98304 "$(shown first)"
    expect_equal "MemTotal of what is called second now" 65536 "$(shown second)"
}

# v1 only: on v2 it would be another container.  This one's number is that of its memory cgroup.
test_a_cgroup_made_again_while_the_container_goes_on_counts()
{
    local cpus cpu
    container_make parts memory=64M
    cpu=$(container_directory cpu parts)
    for cpus in 1 2 1; do
        container_set parts cpus=$cpus
        # Twice: what was found at the first look is what the next one goes by.
        expect_equal "CPUs" $cpus "$(container_run parts grep -c ^processor "$TREE/proc/cpuinfo")"
        sleep 0.02
        expect_equal "CPUs again" $cpus "$(container_run parts grep -c ^processor "$TREE/proc/cpuinfo")"
        rmdir "$cpu"
        mkdir "$cpu"
    done
}

# The numbers of those above are shared for a tick, and for no longer.
test_a_limit_changed_above_is_seen_after_a_tick()
{
    local size
    container_make above memory=160M
    container_make above/below memory=128M
    for size in 64 96 80 112 72; do
        container_set above memory=${size}M
        sleep 0.02
        expect_equal MemTotal $((size * 1024)) "$(shown above/below)"
    done
}

test_a_limit_of_its_own_is_seen_after_a_tick()
{
    local size
    for size in 64 96 80 112 72; do
        container_make own memory=${size}M
        sleep 0.02
        expect_equal MemTotal $((size * 1024)) "$(shown own)"
    done
}

# v2: a controller that is taken away takes its files away, and they come back as others.
test_a_controller_that_comes_back_is_seen()
{
    local group
    container_make group/back memory=64M
    group=$(container_directory memory group)
    expect_equal "MemTotal with it" 65536 "$(shown group/back)"
    echo -memory >"$group/cgroup.subtree_control"
    sleep 0.02
    expect_equal "MemTotal without it" "$(meminfo_value MemTotal)" "$(shown group/back)"
    echo +memory >"$group/cgroup.subtree_control"
    container_set group/back memory=96M
    sleep 0.02
    expect_equal "MemTotal with it again" 98304 "$(shown group/back)"
}

# Each new cgroup is the occasion to look whether old ones are still there.
test_files_of_removed_cgroups_do_not_pile_up()
{
    local number n
    n=$(repeats 40 20)
    for number in $(seq "$n"); do
        container_make "gone$number" memory=64M
        shown "gone$number" >/dev/null
        [ "$(open_files "gone$number")" -gt 0 ] || fail "nothing is kept open"
        container_remove "gone$number"
    done
    expect_between "open files of $n containers that are gone" 0 $((n * 5 / 2)) "$(open_files "gone*")"
}

# What nobody has read for 10 s is closed, too, once somebody reads anything.
test_files_that_nobody_reads_are_closed()
{
    container_make witness memory=64M
    container_make idle memory=64M
    shown idle >/dev/null
    [ "$(open_files idle)" -gt 0 ] || fail "nothing is kept open"
    sleep 10.5
    shown witness >/dev/null
    expect_equal "open files after 10 s" 0 "$(open_files idle)"
}

# What one version of cgroups alone has is no test of the other.
container_v1_mount memory >/dev/null ||
    unset -f test_a_cgroup_that_was_given_the_name_of_another_keeps_its_limit \
        test_a_cgroup_made_again_while_the_container_goes_on_counts
container_v2_mount >/dev/null || unset -f test_a_controller_that_comes_back_is_seen

tap_main
