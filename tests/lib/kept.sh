# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# An ownprocd of the test's own with its keeper.  Source it after system.sh.

ASK=$BUILD/tests/keeper/ask
export STEADY=$BUILD/tests/system/steady
exec 3>&1

# with_keeper NAME [ARGUMENT…]: an ownprocd of the test's own, as users start it; its pid in
# KEEPER_PID.
with_keeper()
{
    KEPT=$SCRATCH/$1
    shift
    mkdir -p "$KEPT"
    "$OWNPROCD" --foreground --mountpoint "$KEPT/tree" --run-dir "$KEPT/run" "$@" >"$KEPT/log" 2>&1 </dev/null &
    KEEPER_PID=$!
    wait_until 10 has_standby
}

has_standby()
{
    "$ASK" "$KEPT/run/keeper.sock" status >"$KEPT/status" 2>/dev/null &&
        grep -q ' serving ' "$KEPT/status" && grep -q ' standby ' "$KEPT/status"
}

# worker STATE: its pid.
worker()
{
    "$ASK" "$KEPT/run/keeper.sock" status | awk -v state="$1" '$1 == "worker" && $3 == state { print $2 }'
}

# figure NAME
figure()
{
    "$ASK" "$KEPT/run/keeper.sock" status | awk -v name="$1" '$1 == name { print $2 }'
}

end_keeper()
{
    kill "$KEEPER_PID"
    wait "$KEEPER_PID" || fail "$(cat "$KEPT/log")"
    ! grep -q "$KEPT/tree" /proc/mounts || fail "it is still mounted"
}

# Waits for READERS_PID, whose words are in $KEPT/readers.
readers_are_content()
{
    local code=0
    wait "$READERS_PID" || code=$?
    echo "# $(tail -n 1 "$KEPT/readers")" >&3
    expect_equal "exit code of the readers" 0 "$code$([ $code = 0 ] || head -n 20 "$KEPT/readers")"
}

# kill_every SECONDS TIMES [SIGNAL]
kill_every()
{
    local pid
    for _ in $(seq "$2"); do
        sleep "$1"
        pid=$(worker serving)
        [ -z "$pid" ] || kill "-${3:-KILL}" "$pid" 2>/dev/null || true
    done
}
