#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Who is the reader, when Docker made the container?  The limit names it.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/system/docker/engine.sh
. "$(dirname "$0")/engine.sh"

trap 'docker_forget; system_tidy' EXIT

docker_forget()
{
    [ "$BASHPID" != "$SYSTEM_SHELL" ] || docker rm -f kept other >/dev/null 2>&1
}

SHOW="awk /MemTotal/{print\$2} /proc/meminfo"

# shellcheck disable=SC2086 # a list of words
total_of()
{
    docker_run "$@" -- $SHOW
}

# shellcheck disable=SC2086 # a list of words
total_in()
{
    docker exec "$1" $SHOW
}

test_a_container_in_the_cgroup_namespace_of_the_host_sees_its_limit()
{
    expect_equal MemTotal 65536 "$(total_of -m 64m --cgroupns host)"
}

test_a_container_in_a_cgroup_namespace_of_its_own_sees_its_limit()
{
    expect_equal MemTotal 65536 "$(total_of -m 64m --cgroupns private)"
}

test_a_container_in_the_pid_namespace_of_the_host_sees_its_limit()
{
    expect_equal "MemTotal, cgroup namespace of the host" 65536 \
        "$(total_of -m 64m --pid host --cgroupns host)"
    expect_equal "MemTotal, cgroup namespace of its own" 65536 \
        "$(total_of -m 64m --pid host --cgroupns private)"
}

test_a_container_without_a_limit_sees_the_host()
{
    expect_equal MemTotal "$(meminfo_value MemTotal /proc/meminfo)" "$(total_of)"
}

test_two_containers_with_one_pid_namespace_see_their_own_limits()
{
    local namespace
    for namespace in host private; do
        docker_keep kept -m 64m --cgroupns $namespace
        docker_keep other -m 96m --cgroupns $namespace --pid container:kept
        expect_equal "MemTotal of the first" 65536 "$(total_in kept)"
        expect_equal "MemTotal of the second" 98304 "$(total_in other)"
        docker rm -f kept other >/dev/null
    done
}

# It needs the host's cgroups: Docker shows a container only its own, read-only.
test_a_process_that_moved_below_its_container_still_sees_the_container()
{
    expect_equal MemTotal 65536 \
        "$(docker_run -m 64m --cgroupns host -v /sys/fs/cgroup:/cgroup -- sh -ec '
            here=/cgroup/memory$(sed -n "s/^[0-9]*:memory://p" /proc/self/cgroup)
            [ -e $here/cgroup.procs ] || here=/cgroup$(sed -n "s/^0:://p" /proc/self/cgroup)
            mkdir $here/below
            echo $$ >$here/below/cgroup.procs
            awk "/MemTotal/ { print \$2 }" /proc/meminfo')"
}

test_a_limit_that_docker_update_changes_is_seen_at_the_next_read()
{
    docker_keep kept -m 64m --cpus 0.5
    expect_equal "MemTotal before" 65536 "$(total_in kept)"
    docker update -m 96m --memory-swap 96m kept >/dev/null
    expect_equal "MemTotal after" 98304 "$(total_in kept)"
    docker rm -f kept >/dev/null
}

test_a_container_that_is_started_again_sees_its_limit()
{
    docker_keep kept -m 64m
    docker restart -t 0 kept >/dev/null
    expect_equal MemTotal 65536 "$(total_in kept)"
    docker rm -f kept >/dev/null
}

tap_main
