# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# System calls of the daemon for one read, of a bound file of the ordinary tree: back to back, most of
# which need no snapshot of their own, and with pauses longer than a tick, which each need one.

DAEMON_READS=200

# daemon_calls FILE PAUSE_USEC PACE
daemon_calls()
{
    local strace_pid
    strace -f -c -o "$SCRATCH/strace" -p "$DAEMON_PID" 2>/dev/null &
    strace_pid=$!
    sleep 0.5
    bench_in bench ordinary "$BENCH/readers" --pid-namespace --files "$1" --pause-usec "$2" \
        --reads $DAEMON_READS --msec 60000 >/dev/null
    kill -INT $strace_pid
    wait $strace_pid 2>/dev/null
    awk -v file="$1" -v reads=$DAEMON_READS '
        $1 ~ /^[0-9.]+$/ && $NF != "total" { calls[$NF] = $4; total += $4 }
        END {
            printf "{\"file\": \"%s\", \"total\": %.1f, \"calls\": {", file, total / reads
            for (name in calls)
                if (calls[name] >= reads / 20)
                    printf "%s\"%s\": %.1f", comma++ ? ", " : "", name, calls[name] / reads
            print "}}"
        }' "$SCRATCH/strace" | measured daemon "\"pace\": \"$3\", "
}

bench_daemon()
{
    local file
    bench_need strace
    for file in meminfo stat cpuinfo uptime loadavg; do
        daemon_calls $file 0 "back to back"
        daemon_calls $file 12000 "12 ms pauses"
    done
}
