#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# ps(1) combines uptime, btime and /proc/PID/stat, which the kernel alone writes.  In a container
# with a time namespace all of them tell one story; whoever compares them with the clock sees it.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

daemon_require

# A machine that has just been booted would hide a mistake: host and container were equally old.
[ "$(cut -d. -f1 /proc/uptime)" -gt 60 ] || sleep 60

# What a container under @flags prints of a spinner that has run for 5 s: "CPU% ELAPSED SECONDS CLOCK TOOK",
# where SECONDS are from when ps says it started to now, CLOCK those that passed, and TOOK those that ps took
# to say so: it looks at two clocks, and the spinner may have all the quota in between.
spinner_seen()
{
    # shellcheck disable=SC2016 # the inner shell's words
    ownproc_run "$@" / -- bash -c '
        started=$(date +%s)
        "$0" spin >/dev/null &
        sleep 5
        set -- $(ps -o pcpu=,etimes= -p $!)
        before=$(date +%s) lstart=$(date -d "$(ps -o lstart= -p $!)" +%s) now=$(date +%s)
        echo ${1%.*} $2 $((now - lstart)) $((now - started)) $((now - before))' "$WORKLOAD"
}

test_a_spinner_under_half_a_cpu_is_50_percent_and_5_seconds_old()
{
    local seen
    seen=$(spinner_seen --cpus 0.5)
    # shellcheck disable=SC2086 # five words
    set -- $seen
    expect_between "%CPU" 40 60 "$1"
    expect_between "seconds since it started, by ELAPSED" 4 $(($4 + 1)) "$2"
    expect_between "seconds since it started $4 s ago, by STARTED" $(($4 - 1 - $5)) $(($4 + 1 + $5)) "$3"
}

test_the_first_process_is_as_old_as_uptime_says()
{
    local seen
    # shellcheck disable=SC2016 # the inner shell's words
    seen=$(ownproc_run / -- sh -c 'sleep 2; ps -o etimes= -p 1; cut -d. -f1 /proc/uptime')
    # shellcheck disable=SC2086 # two words
    set -- $seen
    expect_between "seconds of process 1" "$(($2 - 1))" "$(($2 + 1))" "$1"
}

test_ps_aux_shows_the_time_of_day_as_START()
{
    local before after seen
    before=$(date +%H:%M)
    seen=$(ownproc_run / -- sh -c 'ps aux' | awk '$NF == "aux" && /ps aux$/ { print $9; exit }')
    after=$(date +%H:%M)
    [ "$seen" = "$before" ] || [ "$seen" = "$after" ] || fail "START is $seen at $before"
}

tap_main
