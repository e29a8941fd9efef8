#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Whoever hammers costs a daemon no more than a snapshot of each file in each tick.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/speed.sh
. "$(dirname "$0")/../../lib/speed.sh"

speed_daemon

HAMMER_SECONDS=3
TICKS=100 # a second

snapshots()
{
    awk '$1 == "ownproc_snapshots_total" { print $2 }' "$TREE/metrics"
}

microseconds()
{
    echo $(($(date +%s%N) / 1000))
}

# bounded NAME FILE…: 64 threads read them.  Each file may cost one more, begun before or ended
# behind the others.
bounded()
{
    local name=$1 before after started took
    shift
    before=$(snapshots)
    started=$(microseconds)
    container_run "$name" "$BUILD/tests/system/speed/torn" --unchecked --threads 64 \
        --seconds $HAMMER_SECONDS "$@"
    took=$(($(microseconds) - started))
    after=$(snapshots)
    expect_between "snapshots of $# files in $took us" 1 \
        $(($# * (took * TICKS / 1000000 + 1))) $((after - before))
}

test_64_readers_of_all_files_cost_a_snapshot_of_each_in_a_tick()
{
    local files
    container_make hammerer
    mapfile -t files < <(speed_cacheable_files "$TREE" | tr ' ' '\n')
    bounded hammerer "${files[@]}"
}

test_64_readers_of_one_file_cost_a_snapshot_in_a_tick()
{
    container_make single
    bounded single "$TREE/proc/meminfo"
}

test_64_readers_of_the_bound_tree_cost_a_snapshot_of_each_in_a_tick()
{
    local files
    container_make bound
    speed_bind bound
    mapfile -t files < <(speed_cacheable_files "$BOUND" | tr ' ' '\n')
    bounded bound "${files[@]}"
}

tap_main
