#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Every limit is in force: read back from the host, from inside, and felt.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"

# expect_limit VALUE CONTROLLER V1-FILE V2-FILE, in the container NAME, here and there.
expect_limit()
{
    local wanted=$1
    shift
    expect_equal "$2 from the host" "$wanted" "$(limit_of "$NAME" "$@")"
    kill "$LAUNCHER"
    wait "$LAUNCHER" || true
    expect_nothing_left "$NAME"
}

# inside FLAG… CONTROLLER V1-FILE V2-FILE: what the container itself reads below /sys/fs/cgroup.
inside()
{
    local controller=${*: -3:1} v1=${*: -2:1} v2=${*: -1:1}
    set -- "${@:1:$#-3}"
    if container_v1_mount "$controller" >/dev/null; then
        launch "$@" / -- cat "/sys/fs/cgroup/$controller/$v1"
    else
        container_v2_mount >/dev/null || skip "no $controller controller"
        launch "$@" / -- sh -c "cat /sys/fs/cgroup/$v2 2>/dev/null || cat /sys/fs/cgroup/unified/$v2"
    fi
}

test_memory()
{
    start_waiting -m 64m
    expect_limit 67108864 memory memory.limit_in_bytes memory.max
    expect_equal inside 67108864 "$(inside -m 64m memory memory.limit_in_bytes memory.max)"
}

test_memory_is_felt()
{
    need python3
    cgroup_of x memory >/dev/null || skip "no memory controller"
    # shellcheck disable=SC2016
    expect_exit 137 launch -m 32m --memory-swap 32m / -- python3 -c 'x = bytearray(256 << 20)'
}

test_swap_is_as_much_as_memory_unless_said()
{
    start_waiting -m 64m
    local v1 v2
    v1=$(cgroup_of "$NAME" memory)/memory.memsw.limit_in_bytes v2=$(dirname "$v1")/memory.swap.max
    [ -e "$v1" ] || [ -e "$v2" ] || { kill "$LAUNCHER" && skip "no swap accounting"; }
    if [ -e "$v1" ]; then
        expect_limit 134217728 memory memory.memsw.limit_in_bytes -
    else
        expect_limit 67108864 memory - memory.swap.max
    fi
}

test_cpus()
{
    start_waiting --cpus 0.5
    if container_v1_mount cpu >/dev/null; then
        expect_limit 50000 cpu cpu.cfs_quota_us -
    else
        expect_limit "50000 100000" cpu - cpu.max
    fi
}

test_cpus_are_felt()
{
    cgroup_of x cpu >/dev/null || skip "no cpu controller"
    local ticks
    ticks=$(launch --cpus 0.2 / -- sh -c '
        timeout 2 sh -c "while :; do :; done"
        cut -d " " -f 16,17 /proc/$$/stat' | awk '{ print $1 + $2 }')
    expect_between "hundredths of a second used in 2 s" 20 60 "$ticks"
}

test_quota_and_period()
{
    start_waiting --cpu-quota 20000 --cpu-period 40000
    if container_v1_mount cpu >/dev/null; then
        expect_equal period 40000 "$(limit_of "$NAME" cpu cpu.cfs_period_us -)"
        expect_limit 20000 cpu cpu.cfs_quota_us -
    else
        expect_limit "20000 40000" cpu - cpu.max
    fi
}

test_shares()
{
    start_waiting --cpu-shares 512
    if container_v1_mount cpu >/dev/null; then
        expect_limit 512 cpu cpu.shares -
    else
        expect_limit 20 cpu - cpu.weight
    fi
}

test_cpuset()
{
    start_waiting --cpuset-cpus 0
    expect_equal "CPUs of the command" 0 \
        "$(awk '$1 == "Cpus_allowed_list:" { print $2 }' "/proc/$(command_of "$LAUNCHER")/status")"
    expect_limit 0 cpuset cpuset.cpus cpuset.cpus
}

test_pids()
{
    start_waiting --pids-limit 20
    expect_limit 20 pids pids.max pids.max
}

test_pids_are_felt()
{
    cgroup_of x pids >/dev/null || skip "no pids controller"
    expect_exit 2 launch --pids-limit 3 / -- sh -c 'for i in 1 2 3 4; do sleep 5 & done'
    expect_match "the shell" 'fork' "$OUTPUT"
}

test_a_container_sees_only_its_own_cgroup()
{
    expect_equal "its cgroup" "" "$(launch / -- cat /proc/self/cgroup | grep -E ':(memory|cpu|pids|cpuset)' |
        grep -v ':/$')"
}

test_a_container_cannot_write_its_limits()
{
    local file
    file=$(launch -m 64m / -- find /sys/fs/cgroup -name memory.limit_in_bytes -o -name memory.max | head -n 1)
    [ -n "$file" ] || skip "no memory controller"
    expect_exit 2 launch -m 64m / -- sh -c "echo 1000000000 >$file"
    expect_match "the shell" 'Read-only' "$OUTPUT"
}

test_a_controller_that_is_not_mounted_is_named()
{
    need unshare
    local mount
    mount=$(container_v1_mount memory)
    expect_exit 125 unshare -m sh -c "umount '$mount' && '$OWNPROC' run --proc none -m 64m / -- true"
    expect_match "the sentence" 'memory controller is not mounted' "$OUTPUT"
    expect_exit 0 unshare -m sh -c "umount '$mount' && '$OWNPROC' run --proc none / -- true"
}

# The top cgroup of a namespace is an ordinary cgroup seen from outside: it cannot hand controllers
# down while processes live in it.
test_in_a_container_on_v2_limits_work_as_well()
{
    need unshare
    container_make outer
    # shellcheck disable=SC2016
    expect_exit 0 container_run outer unshare -C -m sh -c '
        umount -l /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup &&
        "$OWNPROC" run --proc none -m 64m / -- cat /sys/fs/cgroup/memory.max &&
        cat /proc/self/cgroup'
    expect_equal "the limit, and where the others are" "67108864 0::/init" "$(paste -sd ' ' <<<"$OUTPUT")"
}

test_without_any_cgroup_a_container_still_runs()
{
    need unshare
    expect_exit 0 unshare -m sh -c "umount -R /sys/fs/cgroup && '$OWNPROC' run --proc none / -- true"
}

# What one version of cgroups alone has is no test of the other.
container_v2_mount >/dev/null || unset -f test_in_a_container_on_v2_limits_work_as_well
container_v1_mount memory >/dev/null || unset -f test_a_controller_that_is_not_mounted_is_named

tap_main
