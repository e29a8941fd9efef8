#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Known amounts of memory, and where they must appear inside a container with a known limit.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

daemon_require

MIB=1024 # in kB

# Runs inside: what /proc and free(1) say before and after the workload took its amount.
INSIDE=$SCRATCH/inside
cat >"$INSIDE" <<'END'
#!/bin/sh
# inside DIRECTORY COMMAND…
directory=$1
shift
cat /proc/meminfo >"$directory/before"
free -k >"$directory/free-before"
"$@" >"$directory/ready" &
until [ -s "$directory/ready" ]; do sleep 0.1; done
cat /proc/meminfo >"$directory/after"
free -k >"$directory/free-after"
END
chmod +x "$INSIDE"

# observe FLAG… -- COMMAND…: runs COMMAND in a container with the launcher's FLAGs.
observe()
{
    local flags=()
    while [ "$1" != -- ]; do
        flags+=("$1")
        shift
    done
    shift
    OBSERVED=$(mktemp -d -p "$SCRATCH")
    ownproc_run "${flags[@]}" / -- "$INSIDE" "$OBSERVED" "$@"
}

# By how much a line of meminfo grew, in kB.
growth()
{
    echo $(($(meminfo_value "$1" "$OBSERVED/after") - $(meminfo_value "$1" "$OBSERVED/before")))
}

# The same for a column of free's line "Mem:": 2 total, 3 used, 4 free, 6 buff/cache, 7 available.
free_growth()
{
    local before after
    before=$(awk -v column="$1" '$1 == "Mem:" { print $column }' "$OBSERVED/free-before")
    after=$(awk -v column="$1" '$1 == "Mem:" { print $column }' "$OBSERVED/free-after")
    echo $((after - before))
}

test_the_limit_is_the_total()
{
    observe -m 512m -- "$WORKLOAD" anon 1
    expect_equal MemTotal $((512 * MIB)) "$(meminfo_value MemTotal "$OBSERVED/after")"
}

test_100_MiB_of_allocated_memory_are_used_and_no_longer_free()
{
    observe -m 512m -- "$WORKLOAD" anon 100
    expect_between "growth of AnonPages" $((98 * MIB)) $((104 * MIB)) "$(growth AnonPages)"
    expect_between "growth of MemFree" $((-106 * MIB)) $((-98 * MIB)) "$(growth MemFree)"
    expect_between "growth of MemAvailable" $((-106 * MIB)) $((-98 * MIB)) "$(growth MemAvailable)"
    expect_between "growth of free's used" $((98 * MIB)) $((106 * MIB)) "$(free_growth 3)"
    expect_between "growth of free's free" $((-106 * MIB)) $((-98 * MIB)) "$(free_growth 4)"
}

test_200_MiB_of_page_cache_are_cache_and_stay_available()
{
    dd if=/dev/zero of="$SCRATCH/file" bs=1M count=200 status=none
    # A large folio may be on its way to the list it is dropped from: then it stays, ours, at first.
    for _ in 1 2 3; do
        "$WORKLOAD" forget "$SCRATCH/file"
        sleep 0.2
    done
    observe -m 512m -- "$WORKLOAD" cache "$SCRATCH/file"
    expect_between "growth of Cached" $((198 * MIB)) $((204 * MIB)) "$(growth Cached)"
    expect_between "growth of MemFree" $((-210 * MIB)) $((-198 * MIB)) "$(growth MemFree)"
    expect_between "growth of MemAvailable" $((-10 * MIB)) $((2 * MIB)) "$(growth MemAvailable)"
    expect_between "growth of free's cache" $((198 * MIB)) $((206 * MIB)) "$(free_growth 6)"
    expect_between "growth of free's available" $((-10 * MIB)) $((2 * MIB)) "$(free_growth 7)"
}

# A limit of 512 MiB for memory and swap together leaves 256 MiB for swap; 300 MiB do not fit into
# 256 MiB of memory.  What is not in memory is in swap.  Pages that were written to swap and not yet
# dropped are nobody's any more (AnonPages) but still in memory, and on v2 counted in swap already,
# which tells how many (SwapCached).
test_swap_is_what_the_limit_leaves()
{
    local swapped total
    [ "$(meminfo_value SwapTotal /proc/meminfo)" -ge $((256 * MIB)) ] || return 0
    observe -m 256m --memory-swap 512m -- "$WORKLOAD" anon 300
    expect_equal SwapTotal $((256 * MIB)) "$(meminfo_value SwapTotal "$OBSERVED/after")"
    swapped=$((-$(growth SwapFree)))
    total=$((swapped - $(growth MemFree)))
    expect_between "what went to swap" $((40 * MIB)) $((256 * MIB)) $swapped
    expect_between "what is in memory or swap" $((276 * MIB)) \
        $((308 * MIB + $(meminfo_value SwapCached "$OBSERVED/after"))) $total
}

test_a_host_without_swap_has_none_to_give()
{
    [ "$(meminfo_value SwapTotal /proc/meminfo)" = 0 ] || return 0
    observe -m 256m --memory-swap 512m -- "$WORKLOAD" anon 1
    expect_equal SwapTotal 0 "$(meminfo_value SwapTotal "$OBSERVED/after")"
}

test_a_memory_limit_without_one_for_swap_allows_as_much_swap_again_as_docker()
{
    local host wanted
    host=$(meminfo_value SwapTotal /proc/meminfo)
    wanted=$((host < 128 * MIB ? host : 128 * MIB))
    observe -m 128m -- "$WORKLOAD" anon 1
    expect_equal SwapTotal "$wanted" "$(meminfo_value SwapTotal "$OBSERVED/after")"
}

test_a_memory_limit_that_includes_swap_leaves_no_swap()
{
    observe -m 256m --memory-swap 256m -- "$WORKLOAD" anon 1
    expect_equal SwapTotal 0 "$(meminfo_value SwapTotal "$OBSERVED/after")"
}

test_a_limit_changed_while_running_is_seen_a_tick_later()
{
    container_make changing memory=64M
    container_exec changing sleep 60 &
    expect_equal "MemTotal before" 65536 \
        "$(container_run changing cat "$TREE/proc/meminfo" | meminfo_value MemTotal /dev/stdin)"
    container_set changing memory=96M
    sleep 0.02
    expect_equal "MemTotal after" 98304 \
        "$(container_run changing cat "$TREE/proc/meminfo" | meminfo_value MemTotal /dev/stdin)"
}

tap_main
