#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Another program for the workers, while somebody reads all the time.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/keeper.sh
. "$TESTS_DIR/lib/keeper.sh"

kept_programs()
{
    kept_ask "$1" status | awk '$1 == "worker" && $3 != "ending" { print $4, $5 }' | sort -u
}

test_an_upgrade_is_not_noticed()
{
    local program
    kept_start upgraded
    readers_start upgraded content 6 4
    for program in worker_2 worker worker_2 worker worker_2; do
        kept_ask upgraded upgrade "$KEEPER_DIR/$program"
        sleep 0.3
    done
    readers_are_content upgraded
    wait_until 5 kept_serves upgraded
    expect_equal "what runs" "worker 2" "$(kept_programs upgraded)"
    expect_equal "upgrades" 5 "$(kept_figure upgraded upgrades)"
    expect_equal "workers that died" 0 "$(kept_figure upgraded restarts)"
    expect_between "longest pause in us" 1 1000000 "$(kept_figure upgraded longest_pause_usec)"
    kept_stop upgraded
}

test_SIGHUP_starts_the_program_that_is_at_the_path_now()
{
    mkdir "$SCRATCH/bin"
    cp "$KEEPER_DIR/worker" "$SCRATCH/bin/worker"
    mkdir -p "$SCRATCH/reloaded"
    "$KEEPER_DIR/keeper" "$SCRATCH/reloaded.sock" "$SCRATCH/reloaded" "$SCRATCH/bin/worker" \
        >"$SCRATCH/reloaded.log" 2>&1 </dev/null &
    KEEPER_PID=$!
    wait_until 10 kept_serves reloaded
    expect_equal "what runs" "worker 1" "$(kept_programs reloaded)"
    # As a package manager does it: another file of the same name.
    cp "$KEEPER_DIR/worker_2" "$SCRATCH/bin/new"
    mv "$SCRATCH/bin/new" "$SCRATCH/bin/worker"
    kill -HUP $KEEPER_PID
    sleep 1
    expect_equal "what runs" "worker 2" "$(kept_programs reloaded)"
    kept_stop reloaded
}

# refused NAME PROGRAM: the old one goes on, and nobody sees anything.
refused()
{
    local pid
    kept_start "$1"
    readers_start "$1" content 4 4
    sleep 0.3
    expect_exit 1 kept_ask "$1" upgrade "$KEEPER_DIR/$2"
    readers_are_content "$1"
    wait_until 5 kept_serves "$1"
    expect_equal "what runs" "worker 1" "$(kept_programs "$1")"
    expect_equal "upgrades" 0 "$(kept_figure "$1" upgrades)"
    pid=$(kept_worker "$1" serving)
    kill -KILL "$pid"
    cat "$SCRATCH/$1/content" >/dev/null
    kept_stop "$1"
}

test_a_program_that_dies_at_its_start_is_rolled_back()
{
    refused dies-at-start worker_dies_at_start
    expect_match "what was said" "died twice before it served" "$OUTPUT"
}

test_a_program_that_dies_when_it_is_to_serve_is_rolled_back()
{
    refused dies-at-go worker_dies_at_go
    expect_match "what was said" "died twice before it served" "$OUTPUT"
}

test_a_program_that_speaks_another_language_is_rolled_back()
{
    refused too-new worker_too_new
    grep -q "speaks versions" "$SCRATCH/too-new.log"
}

test_a_program_that_knows_more_than_the_keeper_is_taken()
{
    kept_start newer
    kept_ask newer upgrade "$KEEPER_DIR/worker_newer"
    expect_equal "what runs" "worker newer" "$(kept_programs newer)"
    cat "$SCRATCH/newer/content" >/dev/null
    kept_stop newer
}

test_a_program_that_cannot_be_executed_is_refused_at_once()
{
    kept_start not-a-program
    expect_exit 1 kept_ask not-a-program upgrade /etc/passwd
    expect_match "what was said" "Permission denied" "$OUTPUT"
    expect_exit 1 kept_ask not-a-program upgrade "$0" # a script has no place to be read from
    kept_stop not-a-program
}

test_killed_while_it_is_upgraded_nobody_notices_either()
{
    kept_start both
    readers_start both content 6 4
    for _ in $(seq 8); do
        kept_ask both upgrade "$KEEPER_DIR/worker_2" &
        sleep 0.05
        kept_kill both
        wait $! || true # it may not have been able to
        sleep 0.2
    done
    readers_are_content both
    wait_until 5 kept_serves both
    kept_stop both
}

tap_main
