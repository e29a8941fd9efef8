#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# uptime, btime and the start times of processes tell one story inside a container.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

daemon_require

test_uptime_counts_from_the_start_of_the_container()
{
    local uptime
    uptime=$(ownproc_run / -- sh -c 'sleep 1.5; cut -d. -f1 /proc/uptime')
    expect_between "seconds of uptime after 1.5 s" 1 3 "$uptime"
}

test_btime_and_uptime_give_the_time_of_day()
{
    local seen
    seen=$(ownproc_run / -- sh -c 'awk "/^btime/ { print \$2 }" /proc/stat; cut -d. -f1 /proc/uptime; date +%s')
    # shellcheck disable=SC2086 # three words
    set -- $seen
    expect_between "now minus btime minus uptime" -1 2 $(($3 - $1 - $2))
}

# A process that started two seconds ago is two seconds old, also for ps(1), which computes with
# btime or uptime, and its share of CPU time is of those.
test_ps_knows_how_old_a_process_is()
{
    local seen
    seen=$(ownproc_run / -- sh -c 'sleep 60 & sleep 2; ps -o etimes= -p $!')
    expect_between "seconds" 1 4 "$((seen))"
}

# What ps computes from /proc/PID/stat and uptime, beside what the clock says.  ps counts whole seconds:
# after six of them what it drops makes less than ten percent.
test_ps_shows_the_share_of_a_spinner()
{
    local seen
    seen=$(ownproc_run --cpus 0.5 / -- bash -c 'start=$EPOCHREALTIME
        "$0" spin >/dev/null &
        sleep 6
        ps -o pcpu= -p $!
        echo "$start $EPOCHREALTIME $(cut -d " " -f 14,15 /proc/$!/stat)"' "$WORKLOAD" |
        awk 'NR == 1 { share = $1 } NR == 2 { printf "%d", share - 100 * ($3 + $4) / 100 / ($2 - $1) }')
    expect_between "percent more than by the clock" -10 10 "$seen"
}

test_uptime_of_the_host_is_the_kernels()
{
    local ours kernels mount
    for mount in $(container_mounts); do
        echo 0 >"$mount/cgroup.procs"
    done
    ours=$(cut -d. -f1 "$TREE/proc/uptime")
    kernels=$(cut -d. -f1 /proc/uptime)
    expect_between "difference in seconds" -1 1 $((ours - kernels))
}

tap_main
