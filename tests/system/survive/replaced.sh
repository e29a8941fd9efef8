#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Another program, another keeper, another start of the service: containers read all files of both
# trees meanwhile, and notice nothing.  ADOPTIONS=30 and so on: how often.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

UPGRADES=${UPGRADES:-4}
ADOPTIONS=${ADOPTIONS:-3}
SERVICE_STARTS=${SERVICE_STARTS:-3}

test_nobody_sees_that_the_program_is_replaced()
{
    local i
    with_keeper upgraded
    read_on $((UPGRADES + 1))
    for i in $(seq "$UPGRADES"); do
        if [ $((i % 2)) = 0 ]; then
            kill -HUP "$KEEPER_PID" # systemctl reload
        else
            cp "$OWNPROCD" "$KEPT/ownprocd.new" # as a package manager does it
            mv "$KEPT/ownprocd.new" "$KEPT/ownprocd"
            "$OWNPROC" upgrade --run-dir "$KEPT/run" --binary "$KEPT/ownprocd"
        fi
        sleep 0.9
    done
    readers_are_content
    expect_between "programs" $(((UPGRADES + 1) / 2)) "$UPGRADES" "$(figure upgrades)"
    expect_no_deaths
    end_keeper
}

test_nobody_sees_that_the_keeper_is_replaced()
{
    local before began
    with_keeper adopted
    read_on $((ADOPTIONS + 1))
    for _ in $(seq "$ADOPTIONS"); do
        began=${EPOCHREALTIME/./}
        before=$KEEPER_PID
        keeper_start --adopt
        wait_until 60 is_gone "$before"
        wait "$before" || fail "$(cat "$KEPT/log")"
        sleep "$(awk -v usec=$((1000000 - ${EPOCHREALTIME/./} + began)) 'BEGIN { print (usec > 0 ? usec / 1e6 : 0) }')"
    done
    readers_are_content
    expect_equal "adoptions" "$ADOPTIONS" "$(figure adoptions)"
    end_keeper
}

# service_start TIMES: a stand-in for the service manager, which keeps what it is given.
service_start()
{
    "$BUILD/tests/keeper/manager" "$KEPT/notify" "$1" "$OWNPROCD" --foreground --fd-store \
        --mountpoint "$KEPT/tree" --run-dir "$KEPT/run" >"$KEPT/log" 2>&1 </dev/null &
    MANAGER=$!
    wait_until 60 has_standby || fail "$(cat "$KEPT/log")"
}

# service_ends SIGNAL: again and again, while somebody reads.
service_ends()
{
    local keeper
    keep_at "$1"
    service_start $((SERVICE_STARTS + 1))
    read_on $((SERVICE_STARTS + 1))
    for _ in $(seq "$SERVICE_STARTS"); do
        keeper=$(figure keeper)
        kill "-$2" "$keeper"
        wait_until 60 is_gone "$keeper"
        wait_until 60 has_standby
        sleep 0.5
    done
    readers_are_content
    "$OWNPROC" shutdown --force --run-dir "$KEPT/run"
    wait "$MANAGER" || fail "$(cat "$KEPT/log")"
}

test_nobody_sees_a_restart_of_the_service()
{
    service_ends restarted TERM
    expect_equal "ends after which the manager starts it again" "$SERVICE_STARTS" "$(grep -c '^exit code 75$' "$KEPT/log")"
}

test_nobody_sees_that_a_keeper_is_killed_of_whom_the_service_manager_has_all()
{
    service_ends managed KILL
}

tap_main
