#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# A Docker container reads on while the daemon's workers are killed.  SECONDS_OF_KILLS=60: for a
# minute.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/system/docker/engine.sh
. "$(dirname "$0")/engine.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

test_nobody_in_a_container_sees_that_workers_are_killed()
{
    local TREE
    with_keeper docker
    TREE=$KEPT/tree
    # shellcheck disable=SC2046 # a list of words
    readers_start $((SECONDS_OF_KILLS + 1)) docker_run --memory 64m --cpus 1.5 -v "$STEADY:/steady:ro" -v "$KEPT:$KEPT" \
        -- /steady -- $(cd "$TREE" && find proc sys -type f | sed 's,^,/,')
    strike_for "$SECONDS_OF_KILLS" 200
    readers_are_content
    expect_strikes
    expect_equal "requests given up" 0 "$(figure poisoned)"
    end_keeper
}

tap_main
