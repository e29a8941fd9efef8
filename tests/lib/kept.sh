# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# An ownprocd of the test's own with its keeper.  Source it after system.sh.

ASK=$BUILD/tests/keeper/ask

# with_keeper NAME: an ownprocd of the test's own, as users start it; its pid in KEEPER_PID.
with_keeper()
{
    KEPT=$SCRATCH/$1
    mkdir -p "$KEPT"
    "$OWNPROCD" --foreground --mountpoint "$KEPT/tree" --run-dir "$KEPT/run" >"$KEPT/log" 2>&1 </dev/null &
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
