# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# A keeper of a mount of the test's own (tests/keeper/keeper.c), at $SCRATCH/NAME, whose workers
# serve a few files (tests/keeper/worker.c).  Source it after system.sh.

KEEPER_DIR=$BUILD/tests/keeper

# kept_start NAME [WORKER]: its pid in KEEPER_PID, what it says in $SCRATCH/NAME.log.  Beside one
# that keeps NAME already it takes over.
kept_start()
{
    mkdir -p "$SCRATCH/$1"
    "$KEEPER_DIR/keeper" "$SCRATCH/$1.sock" "$SCRATCH/$1" "$KEEPER_DIR/${2:-worker}" \
        >>"$SCRATCH/$1.log" 2>&1 </dev/null &
    KEEPER_PID=$!
    wait_until 10 kept_serves "$1" "$KEEPER_PID"
}

# kept_serves NAME [PID]
kept_serves()
{
    [ -S "$SCRATCH/$1.sock" ] && kept_ask "$1" status >"$SCRATCH/$1.status" 2>/dev/null &&
        grep -q ' serving ' "$SCRATCH/$1.status" && grep -q ' standby ' "$SCRATCH/$1.status" &&
        { [ -z "${2:-}" ] || grep -qx "keeper $2" "$SCRATCH/$1.status"; }
}

kept_ask()
{
    timeout 60 "$KEEPER_DIR/ask" "$SCRATCH/$1.sock" "${@:2}"
}

# kept_figure NAME FIGURE
kept_figure()
{
    kept_ask "$1" status | awk -v name="$2" '$1 == name { print $2 }'
}

# kept_worker NAME STATE: pids.
kept_worker()
{
    kept_ask "$1" status | awk -v state="$2" '$1 == "worker" && $3 == state { print $2 }'
}

# kept_kill NAME [SIGNAL]: the worker that serves, if one does at this moment.
kept_kill()
{
    local pid
    pid=$(kept_worker "$1" serving)
    [ -z "$pid" ] || kill "-${2:-KILL}" "$pid" 2>/dev/null || true
}

kept_stop()
{
    kept_ask "$1" shutdown || fail "$(cat "$SCRATCH/$1.log")"
}

# readers_start NAME FILE SECONDS THREADS: in the background, READERS_PID, $SCRATCH/NAME.readers.
readers_start()
{
    "$KEEPER_DIR/readers" "$SCRATCH/$1/$2" "$3" "$4" >"$SCRATCH/$1.readers" 2>&1 </dev/null &
    READERS_PID=$!
}

# readers_are_content NAME: they come to an end, and nobody saw anything wrong.
readers_are_content()
{
    local code=0
    wait "$READERS_PID" || code=$?
    cat "$SCRATCH/$1.readers"
    echo "# $1: $(tail -n 1 "$SCRATCH/$1.readers")" >&3
    expect_equal "exit code of the readers" 0 "$code"
}

# readers_figure NAME FIGURE
readers_figure()
{
    tail -n 1 "$SCRATCH/$1.readers" |
        awk -v name="$2" '{ for (i = 1; i < NF; i += 2) if ($i == name) print $(i + 1) }'
}

# Whatever a test left, its mount goes first, so that no reader is stuck with it.
kept_tidy()
{
    local pid
    for pid in $(jobs -p); do
        kill "$pid" 2>/dev/null || true
    done
}
exec 3>&1
