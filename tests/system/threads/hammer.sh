#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Everything at once against one daemon, which is to be built with -Db_sanitize=thread: then a race
# is a line in its log and an exit code.  In another build only its life is at stake.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

TORN=$BUILD/tests/system/speed/torn
SECONDS_OF_READING=${SECONDS_OF_READING:-12}
export TSAN_OPTIONS="exitcode=66 history_size=4"

# Virtual files of each kind.  All there are would take too long to open.
files_below()
{
    find "$1/proc" -type f
    ls "$1"/sys/devices/system/cpu/online "$1"/sys/devices/system/node/node0/meminfo 2>/dev/null
}

# hammer CGROUP TREE: 32 threads.
hammer()
{
    # shellcheck disable=SC2046 # a list of words
    container_run "$1" "$TORN" --unchecked --threads 32 --seconds "$SECONDS_OF_READING" $(files_below "$2")
}

# What an administrator's scripts do meanwhile: containers come, move their limit, are read, go.
come_and_go()
{
    local directory end=$((SECONDS + SECONDS_OF_READING)) number=0
    while [ $SECONDS -lt $end ]; do
        number=$((number + 1))
        container_make "short$number" memory=64M
        container_run "short$number" unshare --fork --pid --cgroup \
            cat "$1"/proc/{stat,meminfo,loadavg,uptime}
        container_set "short$number" memory=65M
        container_run "short$number" cat "$1"/proc/{meminfo,swaps}
        for directory in $(container_directories "short$number"); do
            rmdir "$directory"
        done
        cat "$1/metrics"
    done
} >/dev/null

reports_no_race()
{
    local code=0
    kill "$DAEMON_PID"
    wait "$DAEMON_PID" || code=$?
    ! grep -A 40 "ThreadSanitizer" "$1.log" || fail "a race"
    expect_equal "exit code of the daemon" 0 $code
}

test_64_threads_of_two_containers_while_others_come_and_go()
{
    local hammers
    daemon_start "$SCRATCH/hammered"
    container_make one memory=99M
    container_make two memory=199M
    container_exec one "$WORKLOAD" churn >/dev/null &
    hammer one "$SCRATCH/hammered" &
    hammers=$!
    hammer two "$SCRATCH/hammered" &
    hammers="$hammers $!"
    come_and_go "$SCRATCH/hammered"
    # shellcheck disable=SC2086 # two numbers
    wait $hammers
    reports_no_race "$SCRATCH/hammered"
}

test_the_end_comes_while_64_threads_read()
{
    daemon_start "$SCRATCH/ended"
    container_make three memory=99M
    container_make four memory=199M
    hammer three "$SCRATCH/ended" 2>/dev/null &
    hammer four "$SCRATCH/ended" 2>/dev/null &
    sleep 3
    reports_no_race "$SCRATCH/ended"
}

tap_main
