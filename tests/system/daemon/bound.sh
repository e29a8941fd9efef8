#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# A daemon for one container shows that container to everybody.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

test_everybody_sees_the_container_of_the_given_process()
{
    container_make bound memory=64M
    container_exec bound sleep 60 &
    wait_until 5 grep -q . "$(container_directory memory bound)/cgroup.procs"
    daemon_start "$SCRATCH/bound" --container-pid $!
    expect_equal "MemTotal on the host" 65536 "$(meminfo_value MemTotal "$SCRATCH/bound/proc/meminfo")"
    container_make other memory=96M
    expect_equal "MemTotal in another container" 65536 \
        "$(container_run other cat "$SCRATCH/bound/proc/meminfo" | meminfo_value MemTotal /dev/stdin)"
}

test_a_process_that_does_not_exist_is_refused()
{
    mkdir "$SCRATCH/nobody"
    expect_exit 1 timeout 10 "$OWNPROCD" --foreground --mountpoint "$SCRATCH/nobody" \
        --container-pid 2147483647
    expect_match "what it says" 2147483647 "$OUTPUT"
}

tap_main
