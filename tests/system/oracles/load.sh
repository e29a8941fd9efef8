#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Known numbers of busy threads, and the load averages the kernel's formula makes of them.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

daemon_require

# Prints 1 - 1/e^(t/60) of @threads in hundredths.
expected_load()
{
    awk -v threads="$1" -v seconds="$2" 'BEGIN { printf "%.0f", 100 * threads * (1 - exp(-seconds / 60)) }'
}

# load_of NAME FIELD: of the file as the container reads it; averages in hundredths.
load_of()
{
    container_run "$1" awk -v field="$2" \
        '{ print field <= 3 ? int($field * 100 + 0.5) : $field }' "$TREE/proc/loadavg"
}

# seen_match WHAT PATTERN COMMAND…: who starts the reader runs for a moment, too; what is there to stay is
# alone in one of ten looks.
seen_match()
{
    local what=$1 pattern=$2 seen
    shift 2
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        seen=$("$@" | paste -sd ' ')
        [[ ! $seen =~ $pattern ]] || return 0
        sleep 0.3
    done
    expect_match "$what" "$pattern" "$seen"
}

# stat_of NAME KEY: the numbers of the lines of stat that begin with KEY.
stat_of()
{
    container_run "$1" awk -v key="$2" 'index($1, key) == 1 { print $2 }' "$TREE/proc/stat"
}

# start NAME COMMAND…: in the container; ended when the test file ends.
start()
{
    container_run "$@" >/dev/null 2>&1 &
}

test_two_spinners_approach_two_as_in_the_kernel_and_their_neighbour_none()
{
    local started load wanted
    container_make busy
    container_make idle
    start idle sleep 300
    start busy "$WORKLOAD" spin
    start busy "$WORKLOAD" spin
    started=$EPOCHREALTIME
    expect_between "load of the idle one at its first read" 0 0 "$(load_of idle 1)"
    expect_between "load of the busy one at its first read" 0 10 "$(load_of busy 1)"
    for _ in 1 2 3 4; do
        sleep 16
        # A sample is up to a period old: the truth lies between two.
        wanted=$(awk -v from="$started" -v to="$EPOCHREALTIME" 'BEGIN { print to - from }')
        load=$(load_of busy 1)
        expect_between "load after $wanted s" \
            "$(($(expected_load 2 "$(awk "BEGIN { print $wanted - 10.5 }")") - 4))" \
            "$(($(expected_load 2 "$(awk "BEGIN { print $wanted + 0.5 }")") + 4))" "$load"
    done
    expect_between "load of 5 minutes after $wanted s" 28 45 "$(load_of busy 2)"
    expect_between "load of the idle one after $wanted s" 0 1 "$(load_of idle 1)"
    seen_match "running and all threads of the busy one" '^3/[34]$' load_of busy 4
    seen_match "running and all threads of the idle one" '^1/[23]$' load_of idle 4
}

# Whoever looks for the first time is not told that nothing happens: what the CPU time that was used
# explains is known.  On a busy machine that is less than the time that passed.
test_the_first_reading_knows_of_a_spinner()
{
    local started used load passed
    container_make late
    started=$EPOCHREALTIME
    start late "$WORKLOAD" spin
    sleep 21
    used=$(container_run late awk '$1 == "cpu" { print ($2 + $4) / 100 }' "$TREE/proc/stat")
    load=$(load_of late 1)
    passed=$(awk "BEGIN { print $EPOCHREALTIME - $started }")
    expect_between "load at the first read, $used s of CPU time after $passed s" \
        "$(expected_load 1 "$(awk "BEGIN { print $used - 6 }")")" \
        "$(expected_load 1 "$(awk "BEGIN { print $passed + 1 }")")" "$load"
}

test_a_blocked_thread_counts_and_stat_tells_of_it()
{
    container_make blocked
    start blocked "$WORKLOAD" block
    sleep 1.5
    seen_match "procs_running and procs_blocked" '^1 1$' stat_of blocked procs_
    load_of blocked 1 >/dev/null
    sleep 10.5
    expect_between "load after 10.5 s more" 8 24 "$(load_of blocked 1)"
}

test_procs_running_is_the_spinners_and_the_reader()
{
    container_make counted
    start counted "$WORKLOAD" spin
    start counted "$WORKLOAD" spin
    sleep 0.5
    seen_match "procs_running" '^3$' stat_of counted procs_running
}

test_last_pid_is_the_containers_own()
{
    local seen
    seen=$(ownproc_run / -- sh -c 'sleep 30 & echo $!; sh -c "echo \$\$; exec cat /proc/loadavg"' |
        tr '\n' ' ')
    # shellcheck disable=SC2086 # words
    set -- $seen
    expect_equal "last pid, of who reads" "$2" "$7"
}

tap_main
