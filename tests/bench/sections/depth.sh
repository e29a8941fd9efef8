# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What a snapshot costs in a container below others.  With pauses longer than a tick: each read is a
# new snapshot.  "limited": each cgroup above has a limit of its own; "unlimited": none has.

DEPTHS=8

# depth_name KIND DEPTH: "limited/1/2/3"
depth_name()
{
    local name=$1 level
    for level in $(seq "$2"); do
        name+=/$level
    done
    echo "$name"
}

# depth_one KIND DEPTH: the container is the last of DEPTH cgroups.
depth_one()
{
    local kind=$1 depth=$2
    bench_in "$(depth_name "$kind" "$((depth - 1))")/leaf" "kernel bound ordinary direct lxcfs" \
        "$BENCH/readers" --pid-namespace --files meminfo --operations pread \
        --pause-usec 12000 --reads 8 --msec 10000 |
        measured depth "\"ancestors\": \"$kind\", \"depth\": $depth, "
}

bench_depth()
{
    local kind depth
    for kind in limited unlimited; do
        for depth in $(seq $DEPTHS); do
            [ $kind = unlimited ] || container_make "$(depth_name $kind $((depth - 1)))" memory=1G
            bench_container "$(depth_name $kind $((depth - 1)))/leaf" memory=256M
        done
    done
    for _ in $(seq "${DEPTH_ROUNDS:-10}"); do
        for kind in limited unlimited; do
            for depth in $(seq $DEPTHS); do
                depth_one $kind "$depth"
            done
        done
    done
}
