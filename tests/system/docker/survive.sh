#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# A Docker container reads on while the daemon's workers are killed.

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
    docker_run --memory 64m --cpus 1.5 -v "$STEADY:/steady:ro" -- /steady 10 8 \
        /proc/{meminfo,stat,uptime,cpuinfo,loadavg,diskstats} /sys/devices/system/cpu/online \
        >"$KEPT/readers" 2>&1 </dev/null &
    READERS_PID=$!
    sleep 1
    kill_every 0.2 40
    readers_are_content
    expect_between "workers that died" 15 40 "$(figure restarts)"
    expect_equal "requests given up" 0 "$(figure poisoned)"
    end_keeper
}

tap_main
