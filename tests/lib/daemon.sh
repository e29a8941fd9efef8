# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# A daemon of the tests' own, on a mountpoint of its own.  It serves the whole run of
# tests/system/run, which exports TREE; a test that is started by itself starts one.

daemon_wait_ready()
{
    for _ in $(seq 200); do
        [ ! -s "$1/proc/meminfo" ] || return 0
        kill -0 "$2" 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}

# daemon_start DIR [ARGUMENT…]: mounts on DIR; its pid in DAEMON_PID, its log in DIR.log.  One process,
# whose memory, threads and exit code are what is looked at.
daemon_start()
{
    local directory=$1
    shift
    mkdir -p "$directory"
    "$OWNPROCD" --no-keeper --foreground --mountpoint "$directory" "$@" >"$directory.log" 2>&1 </dev/null &
    DAEMON_PID=$!
    echo "$DAEMON_PID $directory" >>"$SCRATCH/daemons"
    daemon_wait_ready "$directory" $DAEMON_PID || {
        echo "the daemon does not serve $directory:"
        cat "$directory.log"
        return 1
    } >&2
}

# daemon_stop [PID]: ends a daemon that this shell started, and waits for it.
daemon_stop()
{
    kill "${1:-$DAEMON_PID}" 2>/dev/null || true
    wait "${1:-$DAEMON_PID}" 2>/dev/null || true
}

# Ends what the tests started, in whichever subshell, and did not end.
daemon_stop_all()
{
    local pid directory
    [ -e "$SCRATCH/daemons" ] || return 0
    while read -r pid directory; do
        grep -qsF "$directory" "/proc/$pid/cmdline" || continue
        kill "$pid"
        for _ in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.05
        done
    done <"$SCRATCH/daemons"
}

# Sets TREE and RUN_DIR, and starts a daemon for them if none serves there.
daemon_require()
{
    [ -z "${TREE:-}" ] || return 0
    daemon_start "$SCRATCH/tree" --run-dir "$SCRATCH/tree.run" || exit 1
    export TREE=$SCRATCH/tree RUN_DIR=$SCRATCH/tree.run
}
