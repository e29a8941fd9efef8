#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Signals, terminals, orphans.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"

# start_trap SIGNAL: a container that says ready, and ends with 42 on SIGNAL.
start_trap()
{
    launch_behind / -- sh -c "trap 'exit 42' $1; echo ready; while :; do sleep 0.05; done" \
        >"$SCRATCH/said"
    wait_until 10 grep -q ready "$SCRATCH/said"
}

expect_code_of_launcher()
{
    local code=0
    wait "$LAUNCHER" || code=$?
    expect_equal "exit code" "$1" "$code"
}

test_signals_to_the_launcher_reach_the_command()
{
    local signal
    for signal in TERM HUP USR1 USR2 QUIT WINCH RTMIN; do
        start_trap $signal
        kill -$signal "$LAUNCHER"
        expect_code_of_launcher 42
    done
}

test_a_command_without_handlers_dies_of_TERM()
{
    start_waiting
    kill -TERM "$LAUNCHER"
    expect_code_of_launcher 143
    expect_nothing_left "$NAME"
}

# at_terminal COMMAND KEYS: types KEYS at a terminal in which COMMAND runs, after it said ready; what
# is seen there goes to $SCRATCH/typed.
at_terminal()
{
    need script
    : >"$SCRATCH/typed"
    {
        wait_until 20 grep -q ready "$SCRATCH/typed"
        sleep 0.3
        printf '%b' "$2"
        sleep 1
    } | timeout 40 script -qefc "$1" /dev/null >"$SCRATCH/typed"
}

test_ctrl_c_ends_the_whole_foreground()
{
    # dash waits for its child: only if the child gets the signal as well does it end at once.
    local started=$SECONDS
    # The shell around it gets the signal as well, and should live to say the code.
    at_terminal "trap : INT; $OWNPROC run --proc none / -- sh -c 'echo ready; sleep 30'; echo code=\$?" '\003'
    grep -q 'code=130' "$SCRATCH/typed" || fail "$(cat "$SCRATCH/typed")"
    [ $((SECONDS - started)) -lt 20 ] || fail "the sleep was not interrupted"
}

test_a_terminal_can_be_read()
{
    at_terminal "$OWNPROC run --proc none / -- sh -c 'echo ready; read x; echo \"<\$x>\"'" 'hello\n'
    grep -q '<hello>' "$SCRATCH/typed" || fail "$(cat "$SCRATCH/typed")"
}

test_nothing_can_be_pushed_into_the_terminal()
{
    need python3
    local program='import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
for request in (0x5412, 0x5412 | 1 << 32, 0x541c, 0x541c | 5 << 32):
    result = libc.syscall(16 if ctypes.sizeof(ctypes.c_long) == 8 else 54, 0, ctypes.c_ulong(request), b"x")
    print("pushed" if result == 0 else "errno", ctypes.get_errno())'
    [ "$(uname -m)" = x86_64 ] || skip "the system call number is x86_64's"
    echo "$program" >"$SCRATCH/push.py"
    at_terminal "$OWNPROC run --proc none / -- python3 $SCRATCH/push.py; echo ready" ''
    expect_equal "refused" 4 "$(grep -c 'errno 1' "$SCRATCH/typed")"
}

test_orphans_are_reaped()
{
    # The shell in the middle ends first: its children are left to process 1.
    expect_equal "zombies" 0 "$(launch / -- sh -c '
        for i in 1 2 3 4 5; do sh -c "sleep 0.1 & exit 0"; done
        sleep 0.5
        grep -l "^State:.Z" /proc/[0-9]*/status | wc -l')"
}

test_what_runs_on_ends_with_the_command()
{
    NAME=$(launcher_name)
    launch_behind --name "$NAME" / -- sh -c 'sleep 300 & sleep 300 & exit 3'
    expect_code_of_launcher 3
    expect_nothing_left "$NAME"
}

test_the_container_dies_with_its_launcher()
{
    start_waiting
    local command
    command=$(command_of "$LAUNCHER")
    kill -KILL "$LAUNCHER"
    wait "$LAUNCHER" || true
    wait_until 5 test ! -e "/proc/$command"
    "$OWNPROC" gc >"$SCRATCH/collected"
    grep -qx "$NAME" "$SCRATCH/collected" || fail "gc did not name it: $(cat "$SCRATCH/collected")"
    expect_nothing_left "$NAME"
}

test_a_stopped_launcher_does_not_lose_its_container()
{
    start_trap TERM
    kill -STOP "$LAUNCHER"
    kill -CONT "$LAUNCHER"
    kill -TERM "$LAUNCHER"
    expect_code_of_launcher 42
}

test_closed_standard_streams_do_no_harm()
{
    expect_exit 7 sh -c "'$OWNPROC' run --proc none / -- sh -c 'exit 7' <&- >&- 2>&-"
}

test_a_pipe_ends_when_the_command_closes_it()
{
    local reader
    # If init or the launcher kept the pipe, cat would wait for the sleep.
    mkfifo "$SCRATCH/pipe"
    timeout 5 cat "$SCRATCH/pipe" >"$SCRATCH/heard" &
    reader=$!
    launch_behind / -- sh -c 'echo said; exec >&-; sleep 30' >"$SCRATCH/pipe"
    wait $reader || fail "it was kept open"
    expect_equal "what was said" said "$(cat "$SCRATCH/heard")"
    kill "$LAUNCHER"
}

tap_main
