# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# System calls of the daemon for one read: back to back, when most need no snapshot of their own, and
# with pauses longer than a tick, when each needs one.

DAEMON_READS=200

# daemon_calls CONTENDER FILE PAUSE_USEC PACE
daemon_calls()
{
    local strace_pid
    strace -f -c -o "$SCRATCH/strace" -p "$DAEMON_PID" 2>/dev/null &
    strace_pid=$!
    sleep 0.5
    bench_in bench "$1" "$BENCH/readers" --pid-namespace --files "$2" --pause-usec "$3" \
        --reads $DAEMON_READS --msec 60000 >/dev/null
    kill -INT $strace_pid
    wait $strace_pid 2>/dev/null
    awk -v contender="$1" -v file="$2" -v reads=$DAEMON_READS '
        $1 ~ /^[0-9.]+$/ && $NF != "total" { calls[$NF] = $4; total += $4 }
        END {
            printf "{\"contender\": \"%s\", \"file\": \"%s\", \"total\": %.1f, \"calls\": {", contender, file, total / reads
            for (name in calls)
                if (calls[name] >= reads / 20)
                    printf "%s\"%s\": %.1f", comma++ ? ", " : "", name, calls[name] / reads
            print "}}"
        }' "$SCRATCH/strace" | measured daemon "\"pace\": \"$4\", "
}

bench_daemon()
{
    local name file
    bench_need strace
    for name in $(contenders_there bound ordinary); do
        for file in meminfo stat cpuinfo uptime loadavg; do
            daemon_calls "$name" $file 0 "back to back"
            daemon_calls "$name" $file 12000 "12 ms pauses"
        done
    done
}
