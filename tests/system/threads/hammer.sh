#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Everything at once against one daemon, which is to be built with -Db_sanitize=thread: then a race
# is a line in its log and an exit code.  In another build only its life is at stake.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/speed.sh
. "$(dirname "$0")/../../lib/speed.sh"

TORN=$BUILD/tests/system/speed/torn
SECONDS_OF_READING=${SECONDS_OF_READING:-12}
# GLib's own allocator, which Debian 12's still has, hands memory from thread to thread unseen.
export TSAN_OPTIONS="exitcode=66 history_size=4" G_SLICE=always-malloc

# Virtual files of each kind.  All there are would take too long to open.
files_below()
{
    find "$1/proc" -type f
    ls "$1"/sys/devices/system/cpu/online "$1"/sys/devices/system/node/node0/meminfo 2>/dev/null
}

# A daemon for one test, with one container in its bound tree.
hammered_daemon()
{
    TREE=$SCRATCH/$1 SPEED_RUN=$SCRATCH/$1.run
    daemon_start "$TREE" --run-dir "$SPEED_RUN"
    container_make bound memory=299M
    speed_bind bound >/dev/null
}

# hammer CGROUP: 32 threads.
hammer()
{
    # shellcheck disable=SC2046 # lists of words
    container_run "$1" "$TORN" --unchecked --threads 32 --seconds "$SECONDS_OF_READING" \
        $(files_below "$TREE") $(speed_cacheable_files "$BOUND")
}

# One container's life: it comes, is registered, moves its limit, is read, is forgotten, goes.
live()
{
    local name=$1
    container_make "$name" memory=64M
    container_run "$name" unshare --fork --pid --cgroup cat "$TREE"/proc/{stat,meminfo,loadavg,uptime}
    container_hold "$name"
    speed_control register "id=$name" pid=$HELD
    cat "$SPEED_RUN/containers/$name"/proc/{meminfo,stat,uptime}
    container_set "$name" memory=65M
    speed_control view "id=$name" file=proc/meminfo
    speed_control list
    [ $((${name//[a-z]/} % 2)) = 0 ] || speed_control unregister "id=$name"
    container_remove "$name"
    cat "$TREE/metrics"
}

# What an administrator's scripts do meanwhile.
come_and_go()
{
    local end=$((SECONDS + SECONDS_OF_READING)) number=0
    while [ $SECONDS -lt $end ]; do
        number=$((number + 1))
        live "short$number"
    done
} >/dev/null

reports_no_race()
{
    local code=0
    kill "$DAEMON_PID"
    wait "$DAEMON_PID" || code=$?
    ! grep -A 60 "ThreadSanitizer" "$TREE.log" || fail "a race"
    expect_equal "exit code of the daemon" 0 $code
}

test_64_threads_of_two_containers_while_others_come_and_go()
{
    local hammers
    hammered_daemon hammered
    container_make one memory=99M
    container_make two memory=199M
    container_exec one "$WORKLOAD" churn >/dev/null &
    hammer one &
    hammers=$!
    hammer two &
    hammers="$hammers $!"
    come_and_go
    # shellcheck disable=SC2086 # two numbers
    wait $hammers
    reports_no_race
}

test_the_end_comes_while_64_threads_read()
{
    hammered_daemon ended
    container_make three memory=99M
    container_make four memory=199M
    hammer three 2>/dev/null &
    hammer four 2>/dev/null &
    sleep 3
    reports_no_race
}

tap_main
