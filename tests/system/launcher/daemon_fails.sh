#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What the launcher asks the daemon may fail.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"
# shellcheck source=tests/lib/own_daemon.sh
. "$TESTS_DIR/lib/own_daemon.sh"

# Registering may fail, the start as well if it is another call's turn: nothing stays, here or there.
test_every_call_to_the_daemon_may_fail()
{
    need strace
    local call number code output
    for call in socket setsockopt connect sendto recvfrom; do
        for number in 1 2 3 4; do
            NAME=$(launcher_name) code=0
            output=$(timeout 20 strace -f -qq -e trace=$call -e inject=$call:error=EPERM:when=$number -o /dev/null \
                "$OWNPROC" run --mountpoint "$OWN" --run-dir "$RUN" --proc require --name "$NAME" -m 64m / -- true 2>&1) || code=$?
            [ $code = 0 ] || [ $code = 125 ] || fail "$call $number: exit code $code: $output"
            # One sentence of the launcher, one of its child: strace counts the calls of each.
            [ "$(wc -l <<<"$output")" -le 2 ] || fail "$call $number says: $output"
            is_forgotten "$NAME" || fail "$call $number: the daemon still has it"
            expect_nothing_left "$NAME"
        done
    done
}

own_daemon
tap_main
