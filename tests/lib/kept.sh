# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# An ownprocd of the test's own with its keeper, who reads its files all the time, and who strikes
# its workers.  Source it after system.sh.

ASK=$BUILD/tests/keeper/ask
STRIKE=$BUILD/tests/system/strike
export FAULT=$BUILD/tests/system/libfault.so STEADY=$BUILD/tests/system/steady

# How long each way to die is tried, and how many read meanwhile.
SECONDS_OF_KILLS=${SECONDS_OF_KILLS:-4}
READERS=8
KEPT_ENVIRONMENT=()
exec 3>&1

# with_keeper NAME [ARGUMENT…]: an ownprocd of the test's own, as users start it; its pid in
# KEEPER_PID.
with_keeper()
{
    keep_at "$1"
    keeper_start "${@:2}"
}

# keep_at NAME: where it is to be.
keep_at()
{
    KEPT=$SCRATCH/$1
    mkdir -p "$KEPT"
}

keeper_start()
{
    env "${KEPT_ENVIRONMENT[@]}" "$OWNPROCD" --foreground --mountpoint "$KEPT/tree" --run-dir "$KEPT/run" "$@" \
        >>"$KEPT/log" 2>&1 </dev/null &
    # shellcheck disable=SC2034 # for who calls
    KEEPER_PID=$!
    wait_until 120 has_standby
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
    local pid
    pid=$(figure keeper)
    kill "$pid"
    wait_until 10 is_gone "$pid"
    ! grep -q "$KEPT/tree" /proc/mounts || fail "it is still mounted: $(cat "$KEPT/log")"
}

# register NAME: a container of the daemon's bound tree, in cgroups of that name.
register()
{
    container_make "$1" memory=64M
    "$BUILD/tests/system/speed/control" "$KEPT/run/ownprocd.sock" register "id=$1" "cgroup=/$CONTAINER_PARENT/$1" >/dev/null
}

# read_on SECONDS: in the container "kept", all files of both trees; READERS_PID, whose words are in
# $KEPT/readers.
read_on()
{
    register kept
    # shellcheck disable=SC2046 # a list of words
    readers_start "$1" container_run kept "$STEADY" -- \
        $(find "$KEPT/tree/proc" "$KEPT/tree/sys" "$KEPT/run/containers/kept" -type f)
}

# readers_start SECONDS COMMAND… STEADY -- FILE…: COMMAND runs steady somewhere; it reads when this
# comes back.
readers_start()
{
    local seconds=$1 command=()
    shift
    while [[ $1 != */steady || $2 != -- ]]; do
        command+=("$1")
        shift
    done
    command+=("$1")
    shift 2
    rm -f "$KEPT/kills" "$KEPT/readers"
    "$STRIKE" nobody "$KEPT/kills" 0 0 >/dev/null
    "${command[@]}" --kills "$KEPT/kills" "$seconds" $READERS "$@" >"$KEPT/readers" 2>&1 </dev/null &
    READERS_PID=$!
    wait_until 120 grep -qs '^files' "$KEPT/readers"
}

# Waits for READERS_PID: they came to an end, and nobody saw anything wrong.
readers_are_content()
{
    local code=0
    wait "$READERS_PID" || code=$?
    echo "# $(tail -n 1 "$KEPT/readers")" >&3
    expect_equal "exit code of the readers" 0 "$code$([ $code = 0 ] || head -n 20 "$KEPT/readers")"
}

# strike EVERY_MSEC COUNT [SIGNAL [STATE…]]: see tests/system/steady/strike.c.
strike()
{
    "$STRIKE" "$KEPT/run/keeper.sock" "$KEPT/kills" "$@" >"$KEPT/strikes"
}

# strike_for SECONDS EVERY_MSEC [SIGNAL [STATE…]]
strike_for()
{
    strike "$2" $(($1 * 1000 / $2)) "${@:3}"
}

# How many of the strikes met somebody: not all, on a machine that is slow to start the next.
expect_strikes()
{
    local strikes
    strikes=$(awk '{ print $2 }' "$KEPT/strikes")
    expect_between "workers that died of $strikes struck" $((strikes * 3 / 8)) "$strikes" "$(figure restarts)"
}

# nobody_notices EVERY_MSEC [SIGNAL [STATE…]]: while workers are struck so.
nobody_notices()
{
    read_on $((SECONDS_OF_KILLS + 1))
    strike_for "$SECONDS_OF_KILLS" "$@"
    readers_are_content
    expect_equal "requests given up" 0 "$(figure poisoned)"
}

# with_fault NAME HOW: each worker goes wrong by itself, in the midst of a handler.
with_fault()
{
    KEPT_ENVIRONMENT=(LD_PRELOAD="$FAULT" OWNPROC_FAULT="$2")
    local began=$SECONDS
    with_keeper "$1"
    read_on "$SECONDS_OF_KILLS"
    readers_are_content
    wait_until 10 has_standby
    # Ten a second as long as it lasts, which on a slow machine is longer.
    expect_between "workers that died" "$SECONDS_OF_KILLS" $(((SECONDS - began + 1) * 10)) "$(figure restarts)"
    expect_equal "requests given up" 0 "$(figure poisoned)"
    end_keeper
}

# Of themselves.
expect_no_deaths()
{
    [ "$(figure restarts)" = 0 ] || fail "workers died: $(tail -n 40 "$KEPT/log")"
}
