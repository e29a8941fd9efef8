#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# docs/docker.md with the Docker of newer releases of Debian: each command as it stands there, in a root in which
# ownproc is installed.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/engines.sh
. "$TESTS_DIR/lib/engines.sh"
# shellcheck source=tests/lib/docs.sh
. "$TESTS_DIR/lib/docs.sh"

INSIDE=$TESTS_DIR/system/docker/pages_inside

# page SUITE NAME…: runs the commands of these names there, in this order; "restart" restarts Docker.
page()
{
    local suite=$1 name
    shift
    for name; do
        [ "$name" = restart ] || doc_commands docker.md "$name" >"$SCRATCH/commands-$name"
    done
    (engine_enter "$suite" bash "$INSIDE" "$@") >"$SCRATCH/said" 2>&1 || fail "$(cat "$SCRATCH/said")"
    cat "$SCRATCH/said"
}

# saw NAME LINE…: what the commands of NAME printed.
saw()
{
    local name=$1
    shift
    expect_equal "what is printed by '$name'" "$(printf '%s\n' "$@")" "$(cat "$SCRATCH/said-$name")"
}

OURS="MemTotal:         262144 kB"
HOSTS=$(head -n 1 /proc/meminfo)

test_the_page_has_no_other_commands()
{
    doc_commands_are_run docker.md volumes runtime runtime-run clock runtime-remove cdi-switch cdi attach
}

test_its_commands_do_what_it_says_with_Docker_26()
{
    page trixie volumes cdi-switch restart cdi runtime restart runtime-run attach runtime-remove
    saw volumes "$OURS"
    saw cdi "$OURS"
    saw runtime-run "$OURS" "$HOSTS"
    expect_match "what attach shows" "$OURS" "$(cat "$SCRATCH/said-attach")"
}

test_its_commands_do_what_it_says_with_Docker_28()
{
    page sid volumes cdi runtime restart runtime-run clock attach
    saw volumes "$OURS"
    saw cdi "$OURS"
    expect_match "uptime by sysinfo(2)" ' up 0 min' "$(cat "$SCRATCH/said-clock")"
    saw runtime-run "$OURS" "$HOSTS"
    expect_match "what attach shows" "$OURS" "$(cat "$SCRATCH/said-attach")"
}

tap_main
