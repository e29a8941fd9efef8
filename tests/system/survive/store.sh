#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# ownprocd as a service whose manager keeps what it holds.  The manager is a stand-in; a real one is
# in tests/system/package.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

# with_manager NAME: its pid in MANAGER_PID, what it says in $KEPT/log.
with_manager()
{
    KEPT=$SCRATCH/$1
    mkdir -p "$KEPT"
    "$BUILD/tests/keeper/manager" "$KEPT/notify" 9 "$OWNPROCD" --foreground --fd-store \
        --mountpoint "$KEPT/tree" --run-dir "$KEPT/run" >"$KEPT/log" 2>&1 </dev/null &
    MANAGER_PID=$!
    wait_until 10 has_standby
}

is_another()
{
    has_standby && [ "$(figure keeper)" != "$1" ]
}

# restart [SIGNAL]: of the keeper.
restart()
{
    local before
    before=$(figure keeper)
    kill "-${1:-TERM}" "$before"
    wait_until 10 is_another "$before"
}

test_a_restart_unmounts_nothing_and_asks_to_be_started_again()
{
    local before
    with_manager restarted
    before=$(awk -v tree="$KEPT/tree" '$5 == tree { print $1 }' /proc/self/mountinfo)
    restart
    restart KILL
    expect_equal "the mount" "$before" "$(awk -v tree="$KEPT/tree" '$5 == tree { print $1 }' /proc/self/mountinfo)"
    grep -qx 'exit code 75' "$KEPT/log" || fail "$(cat "$KEPT/log")"
    "$OWNPROC" shutdown --run-dir "$KEPT/run"
    wait $MANAGER_PID || fail "$(cat "$KEPT/log")"
}

# Where they are mounted the manager does not keep.
test_what_was_kept_is_unmounted_when_that_is_asked_for()
{
    with_manager unmounted
    restart
    expect_equal "mount points in the status" 2 \
        "$("$OWNPROC" status --format json --run-dir "$KEPT/run" | grep -o "\"mountpoint\": *\"$KEPT/" | wc -l)"
    "$OWNPROC" shutdown --run-dir "$KEPT/run"
    wait $MANAGER_PID || fail "$(cat "$KEPT/log")"
    ! grep "$KEPT" /proc/mounts || fail "it is still mounted"
}

tap_main
