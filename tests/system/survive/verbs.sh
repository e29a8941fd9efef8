#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What an administrator says to a daemon that is kept, and hears of it.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

ask()
{
    "$OWNPROC" "$1" --run-dir "$KEPT/run" "${@:2}"
}

# json EXPRESSION: of the status, in Python.
json()
{
    ask status --format json | python3 -c "import json, sys; status = json.load(sys.stdin); print($1)"
}

test_status_tells_who_keeps_and_who_serves()
{
    with_keeper status
    expect_equal keeper "$KEEPER_PID" "$(json 'status["keeper"]["pid"]')"
    expect_equal workers "$(worker serving) $(worker standby)" \
        "$(json '" ".join(str(worker["pid"]) for worker in status["workers"])')"
    expect_equal mounts "$KEPT/tree $KEPT/run/containers" \
        "$(json '" ".join(each["mountpoint"] for each in status["connections"])')"
    expect_equal "containers and restarts" "0 0" "$(json 'status["containers"], status["restarts"]' | tr -d '(),')"
    kill -KILL "$(worker serving)"
    wait_until 5 has_standby
    expect_equal restarts 1 "$(json 'status["restarts"]')"
    expect_equal "restarts in the metrics" 1 "$(awk '$1 == "ownproc_restarts_total" { print $2 }' "$KEPT/tree/metrics")"
    expect_match "for people" 'serving .*ownprocd' "$(ask status)"
    end_keeper
}

test_an_upgrade_replaces_the_worker_and_nobody_else()
{
    local before
    with_keeper upgraded
    before=$(worker serving)
    ask upgrade --binary "$OWNPROCD"
    [ "$(worker serving)" != "$before" ] || fail "the same worker serves"
    expect_equal keeper "$KEEPER_PID" "$(json 'status["keeper"]["pid"]')"
    [ -s "$KEPT/tree/proc/meminfo" ] || fail "nobody serves"
    end_keeper
}

test_a_program_that_cannot_serve_is_rolled_back()
{
    with_keeper rolled-back
    expect_exit 125 ask upgrade --binary /bin/true
    expect_match "why" 'the old one goes on' "$OUTPUT"
    expect_exit 125 ask upgrade --binary /no/such
    expect_match "why" '/no/such: No such file' "$OUTPUT"
    [ -s "$KEPT/tree/proc/meminfo" ] || fail "nobody serves"
    end_keeper
}

test_a_shutdown_refuses_while_somebody_uses_the_files()
{
    local user
    with_keeper used
    : >"$KEPT/file"
    unshare --mount sh -c "mount --bind '$KEPT/tree/proc/meminfo' '$KEPT/file'; echo >'$KEPT/bound'; exec sleep 60" &
    user=$!
    wait_until 5 test -e "$KEPT/bound"
    expect_exit 125 ask shutdown
    expect_match "who" "process $user (.*): $KEPT/file" "$OUTPUT"
    [ -s "$KEPT/tree/proc/meminfo" ] || fail "nobody serves"
    ask shutdown --force
    wait "$KEEPER_PID" || fail "$(cat "$KEPT/log")"
    kill "$user"
    wait "$user" || true
}

test_a_shutdown_unmounts_what_nobody_uses()
{
    with_keeper unused
    ask shutdown
    wait "$KEEPER_PID" || fail "$(cat "$KEPT/log")"
    ! grep -q "$KEPT" /proc/mounts || fail "it is still mounted"
    [ ! -e "$KEPT/run/keeper.sock" ] || fail "the socket is still there"
    expect_exit 125 ask status
    expect_match "why" 'keeper.sock: No such file' "$OUTPUT"
}

tap_main
