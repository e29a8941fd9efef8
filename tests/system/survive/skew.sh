#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# A keeper and workers of programs that do not speak the same versions of the protocol, as while one
# daemon is replaced by another.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

OLDER=$BUILD/tests/keeper/ownprocd_older
NEWER=$OWNPROCD

# upgrade_while_read PROGRAM: and kills workers of it.
upgrade_while_read()
{
    read_on 5
    "$OWNPROC" upgrade --run-dir "$KEPT/run" --binary "$1"
    strike_for 2 300
    readers_are_content
    wait_until 10 has_standby
    expect_equal "upgrades" 1 "$(figure upgrades)"
    end_keeper
}

test_an_older_keeper_has_workers_of_a_newer_program()
{
    OWNPROCD=$OLDER
    with_keeper older-keeper
    upgrade_while_read "$NEWER"
}

test_a_keeper_has_workers_of_an_older_program()
{
    OWNPROCD=$NEWER
    with_keeper older-worker
    upgrade_while_read "$OLDER"
}

test_an_older_keeper_is_adopted_from_and_adopts()
{
    local before
    OWNPROCD=$OLDER
    with_keeper adopted
    for OWNPROCD in "$NEWER" "$OLDER"; do
        before=$KEEPER_PID
        "$OWNPROCD" --adopt --foreground --mountpoint "$KEPT/tree" --run-dir "$KEPT/run" >>"$KEPT/log" 2>&1 </dev/null &
        KEEPER_PID=$!
        wait "$before" || fail "$(cat "$KEPT/log")"
        wait_until 10 has_standby
        [ -s "$KEPT/tree/proc/meminfo" ] || fail "nobody serves"
    done
    end_keeper
}

tap_main
