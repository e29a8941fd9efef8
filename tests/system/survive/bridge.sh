#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Workers that die as soon as they serve, one after the other: what was read before is read on.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

DEATHS=9 # the next one comes after 3.2 s

is_in_state()
{
    [ -n "$(worker "$1")" ]
}

# Nobody asks meanwhile, so that each of them has answered nothing.
die_in_a_row()
{
    local pid
    while [ "$(figure restarts)" -lt $DEATHS ]; do
        pid=$(worker serving)
        [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
        sleep 0.01
    done
    wait_until 3 is_in_state safe || fail "$(cat "$KEPT/log")"
}

# metric NAME
metric()
{
    awk -v name="ownproc_$1" '$1 == name { print $2 }' "$KEPT/tree/metrics"
}

test_while_workers_die_in_a_row_the_texts_of_before_are_served()
{
    local before
    with_keeper bridged
    container_make bridged memory=64M
    before=$(container_run bridged cat "$KEPT/tree/proc/meminfo")
    expect_equal "what it is told" "MemTotal:          65536 kB" "$(head -n 1 <<<"$before")"
    die_in_a_row
    expect_equal "what it is told when nobody reads anything" "$(head -n 1 <<<"$before")" \
        "$(container_run bridged timeout 1 head -n 1 "$KEPT/tree/proc/meminfo")"
    expect_between "bridges" 3 $DEATHS "$(metric bridges_total)"
    expect_between "texts of before" 1 10 "$(metric served_safe_total)"
    expect_match "how old" '^[1-9]' "$(metric served_safe_age_seconds)"
    [ -n "$(worker safe)" ] || fail "it is over already"
    # What was never read waits for the next one, and is right.
    expect_match "what nobody had read before" '^Filename' \
        "$(container_run bridged timeout 10 cat "$KEPT/tree/proc/swaps")"
    wait_until 10 is_in_state serving
    expect_equal "requests given up" 0 "$(figure poisoned)"
    end_keeper
}

test_metrics_count_on_when_a_worker_has_died()
{
    local before
    with_keeper counted
    for _ in $(seq 20); do # in as many ticks: within one the kernel has the page
        cat "$KEPT/tree/proc/swaps" >/dev/null
        sleep 0.012
    done
    before=$(metric 'reads_total{file="proc/swaps"}')
    expect_between "reads" 5 1000 "$before"
    kill -KILL "$(worker serving)"
    cat "$KEPT/tree/proc/swaps" >/dev/null
    expect_between "reads, $before before" $((before + 1)) $((before + 2)) "$(metric 'reads_total{file="proc/swaps"}')"
    end_keeper
}

tap_main
