#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Thousands of containers come and go, read all the while: nobody sees an error that is not his own
# end, and nothing of them stays in the daemon.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

CHURN=$BUILD/tests/system/churn
CONTAINERS=5000
IDLE_SECONDS=31 # after which the daemon lets go of namespaces that nobody asks about
KEPT_MAX=32     # entries: those who still live, and the last dead

churn()
{
    # shellcheck disable=SC2046 # a list of words
    "$CHURN" "$SCRATCH/churned" "$1" $(container_directories churn)
}

# What is too old the daemon drops when it is asked; what it is asked about it keeps open.
ask_once()
{
    container_run churn/first unshare --fork --pid --cgroup cat "$SCRATCH/churned/proc/uptime"
    cat "$SCRATCH/churned/proc/uptime"
} >/dev/null

open_files()
{
    find "/proc/$DAEMON_PID/fd" -mindepth 1 | wc -l
}

# As the page tables say.  VmRSS is what the threads have reported, on some kernels once in 64 page
# faults of up to 16 pages each: it was seen 2.3 MiB below the truth, and to catch up all at once.
memory_kib()
{
    awk -v key="$1:" '$1 == key { print $2 }' "/proc/$DAEMON_PID/smaps_rollup"
}

# What the daemon says it remembers: "NAME NUMBER" a line.
entries()
{
    sed -n 's/^ownproc_entries{of="\([a-z_]*\)"} /\1 /p; s/^ownproc_\(containers\|loads\) /\1 /p' \
        "$SCRATCH/churned/metrics"
}

test_containers_that_come_and_go_leave_nothing_behind()
{
    local files kib name number
    container_parent churn
    daemon_start "$SCRATCH/churned"
    ask_once
    files=$(open_files)
    churn 2500 # what is allocated once is allocated now: 2048 readers may be known
    kib=$(memory_kib Rss)
    churn "$CONTAINERS"
    sleep $IDLE_SECONDS
    ask_once
    expect_between "open files, $files before" 1 $((files + 8)) "$(open_files)"
    expect_between "KiB of memory, $kib before" 1 $((kib + 2048)) "$(memory_kib Rss)"
    expect_equal "KiB of memory in huge pages" 0 "$(memory_kib AnonHugePages)"
    while read -r name number; do
        expect_between "$name that are remembered" 0 $KEPT_MAX "$number"
    done < <(entries)
    [ -n "$(entries)" ] || fail "the daemon tells nothing of itself"
    daemon_stop
}

tap_main
