#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Cgroups and controllers that are not there, or not any more.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

daemon_require

total()
{
    container_run "$1" cat "$TREE/proc/meminfo" | meminfo_value MemTotal /dev/stdin
}

test_a_container_made_again_under_its_name_sees_its_new_limit()
{
    container_make again memory=64M
    expect_equal "MemTotal of the first" 65536 "$(total again)"
    container_rmdir again
    container_make again memory=96M
    expect_equal "MemTotal of the second" 98304 "$(total again)"
}

# Readers that are moved out of their cgroup, and see it removed, between two reads of an open file.
test_a_cgroup_that_vanishes_between_two_reads_does_no_harm()
{
    local round
    for round in 1 2 3 4 5; do
        container_make vanishing memory=64M
        container_make refuge memory=96M
        (
            container_enter vanishing
            exec 9<"$TREE/proc/meminfo"
            head -c 100 <&9 >/dev/null
            container_enter refuge
            container_rmdir vanishing
            cat <&9 >/dev/null || true
            expect_equal "MemTotal afterwards, round $round" 98304 \
                "$(meminfo_value MemTotal "$TREE/proc/meminfo")"
        )
    done
}

# Many at once, each ending while it reads.
test_readers_that_are_killed_while_they_read_do_no_harm()
{
    local readers
    container_make dying memory=64M
    for _ in 1 2 3 4 5; do
        readers=
        for _ in 1 2 3 4; do
            container_exec dying sh -c 'while :; do cat "$0"/proc/* >/dev/null; done' "$TREE" \
                2>/dev/null &
            readers="$readers $!"
        done
        sleep 0.2
        # shellcheck disable=SC2086 # a list of words
        kill -KILL $readers
        wait
    done
    expect_equal MemTotal 65536 "$(total dying)"
}

# A daemon in a mount namespace where cpu is not mounted: it can limit nobody, memory goes on.
test_a_controller_that_is_not_mounted_limits_nobody()
{
    local cpu daemon
    cpu=$(container_v1_mount cpu) || return 0 # v2 is mounted as a whole
    container_make partial memory=64M cpus=0.5
    mkdir "$SCRATCH/partial"
    unshare --mount sh -c 'umount "$0"; exec "$@"' "$cpu" \
        "$OWNPROCD" --foreground --mountpoint "$SCRATCH/partial" &
    daemon="nsenter --mount=/proc/$!/ns/mnt"
    # shellcheck disable=SC2086 # a list of words
    {
        wait_until 5 $daemon test -s "$SCRATCH/partial/proc/meminfo"
        expect_equal CPUs "$(nproc --all)" \
            "$(container_run partial $daemon grep -c ^processor "$SCRATCH/partial/proc/cpuinfo")"
        expect_equal MemTotal 65536 "$(container_run partial $daemon cat "$SCRATCH/partial/proc/meminfo" |
            meminfo_value MemTotal /dev/stdin)"
    }
    kill $!
    wait $!
}

tap_main
