#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Who asks for nothing does not wake the machine.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

IDLE_SECONDS=10

# How often a thread of the daemon was given a CPU: each return from a sleep is one more.
switches()
{
    cat "/proc/$DAEMON_PID/task/"*/status | awk '/ctxt_switches/ { n += $2 } END { print n }'
}

stays_asleep()
{
    local before
    before=$(switches)
    sleep $IDLE_SECONDS
    expect_equal "times that a thread ran in $IDLE_SECONDS s" "$before" "$(switches)"
}

test_a_daemon_that_nobody_asks_makes_no_wake_ups()
{
    daemon_start "$SCRATCH/idle"
    container_make idle memory=64M
    container_run idle cat "$SCRATCH/idle/proc/meminfo" "$SCRATCH/idle/proc/stat" >/dev/null
    sleep 1
    stays_asleep
    daemon_stop
}

# The load average of a container that lives goes on; of one that is gone it does not.
test_a_daemon_whose_containers_are_gone_makes_no_wake_ups()
{
    daemon_start "$SCRATCH/idle2"
    container_make loaded memory=64M
    container_run loaded cat "$SCRATCH/idle2/proc/loadavg" >/dev/null
    container_rmdir loaded
    sleep 6 # one sample, at which it is missed
    stays_asleep
    daemon_stop
}

tap_main
