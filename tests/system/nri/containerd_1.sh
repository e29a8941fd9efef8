#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Containers of containerd 1.7, which tells most of what happens by StateChange, are given the
# daemon's files by ownproc-nri.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/cri.sh
. "$SYSTEM_LIB/cri.sh"
# shellcheck source=tests/lib/nri.sh
. "$SYSTEM_LIB/nri.sh"
trap '[ "$BASHPID" != "$SYSTEM_SHELL" ] || { nri_stop; cri_stop; system_tidy; }' EXIT

LIMITS=(--memory 268435456 --cpus 0.5)

test_containerd_starts()
{
    nri_daemon
    cri_start trixie
    expect_match "version" '1\.7\.' "$(cat "$CRI/version")"
}

# What is there before the plugin is.
test_a_container_that_ran_before_the_plugin_is_attached()
{
    local pod id
    pod=$(cri_pod web)
    echo "$pod" >"$SCRATCH/web.pod"
    id=$(cri_container "$pod" early "${LIMITS[@]}")
    [ "$(cri exec "$id" grep MemTotal /proc/meminfo)" != "MemTotal:         262144 kB" ]
    nri_start
    wait_until 10 shows_limit "$id"
}

# shows_limit ID
shows_limit()
{
    [ "$(cri exec "$1" grep MemTotal /proc/meminfo)" = "MemTotal:         262144 kB" ]
}

# in_pod NAME [OPTION…]: a container of the pod that is there.
in_pod()
{
    cri_container "$(cat "$SCRATCH/web.pod")" "$1" "${LIMITS[@]}" "${@:2}"
}

test_memory_CPUs_and_uptime_are_the_container_s_from_the_start()
{
    local id uptime
    id=$(in_pod web -- sh -c 'cat /proc/meminfo >/tmp/first; exec sleep 1000000')
    echo "$id" >"$SCRATCH/web"
    expect_match "MemTotal" 'MemTotal: +262144 kB' "$(cri exec "$id" cat /tmp/first)"
    expect_equal "CPUs in cpuinfo" 1 "$(cri exec "$id" grep -c ^processor /proc/cpuinfo)"
    expect_equal "CPUs in sysfs" 0 "$(cri exec "$id" cat /sys/devices/system/cpu/online | tr -d ' ')"
    uptime=$(cri exec "$id" cat /proc/uptime)
    expect_between "uptime" 0 60 "${uptime%%.*}"
    [ "$(tally nri injected)" -ge 1 ]
}

test_files_that_runc_does_not_let_in_come_once_it_runs()
{
    local id
    id=$(cat "$SCRATCH/web")
    wait_until 10 has_mount "$id" /proc/pressure
    wait_until 10 has_mount "$id" /proc/vmstat
}

# has_mount ID PATH
has_mount()
{
    cri exec "$1" cat /proc/self/mounts | grep -q "^ownproc $2"
}

test_the_mounts_cannot_be_written_to()
{
    local id
    id=$(cat "$SCRATCH/web")
    expect_match "mount" '^ownproc /proc/meminfo fuse.ownproc ro,nosuid,nodev,noexec' \
        "$(cri exec "$id" grep ' /proc/meminfo ' /proc/self/mounts)"
}

# The first ones show where the runtime's cgroups are: from then on containers are registered.
test_a_later_container_has_files_of_its_own()
{
    local id
    id=$(in_pod own)
    expect_match "who is registered" "$id" "$("$OWNPROC" ps --run-dir "$RUN_DIR")"
    nri_says "files of its own"
    shows_limit "$id"
}

test_a_container_that_is_created_but_never_started_is_forgotten()
{
    local id
    id=$(cri create "$(cat "$SCRATCH/web.pod")" never --cgroup-parent "/$CONTAINER_PARENT" "${LIMITS[@]}")
    is_registered "$id"
    cri remove "$id"
    wait_until 5 is_not_registered "$id"
}

is_registered()
{
    "$OWNPROC" ps --run-dir "$RUN_DIR" | grep -q "$1"
}

is_not_registered()
{
    ! is_registered "$1"
}

# untouched NAME OPTION…: a container that is to have no files has none.
untouched()
{
    local name=$1 pod id before
    shift
    before=$(tally nri skipped)
    pod=$(cri_pod "$name" "$@")
    id=$(cri_container "$pod" "$name" "${LIMITS[@]}" "$@")
    sleep 0.3 # for what might come later
    expect_equal "its mounts" "" "$(cri exec "$id" grep ^ownproc /proc/self/mounts || true)"
    expect_between "who was skipped" $((before + 1)) $((before + 2)) "$(tally nri skipped)"
}

test_a_pod_that_says_no_is_left_alone()
{
    untouched no --annotation ownproc.dev/inject=false
}

test_an_agent_with_the_host_s_pids_is_left_alone()
{
    untouched agent --pid node
}

test_a_privileged_container_is_left_alone()
{
    untouched privileged --privileged
}

test_nothing_is_injected_while_the_daemon_is_down_and_all_is_when_it_is_back()
{
    local id
    daemon_stop_all
    id=$(in_pod down)
    expect_equal "its mounts" "" "$(cri exec "$id" grep ^ownproc /proc/self/mounts || true)"
    nri_daemon
    wait_until 15 shows_limit "$id"
}

test_a_plugin_that_was_killed_takes_up_where_it_was()
{
    local id
    nri_stop -KILL
    id=$(in_pod killed)
    nri_start
    wait_until 10 shows_limit "$id"
}

test_a_containerd_that_was_restarted_is_met_again()
{
    local id
    cri_kill
    cri_start trixie
    wait_until 15 nri_says "sock: closed"
    wait_until 15 nri_met_twice
    id=$(in_pod again)
    shows_limit "$id"
}

nri_met_twice()
{
    [ "$(grep -c 'sock: connected' "$SCRATCH/nri.log")" -ge 2 ]
}

test_the_runtime_may_start_the_plugin_itself()
{
    local id
    nri_stop
    cri_kill
    nri_config >"$SCRATCH/nri.conf"
    printf '#!/bin/sh\nexec %s --debug --config %s --run-dir %s --mountpoint %s 2>%s\n' \
        "$NRI" "$SCRATCH/nri.conf" "$RUN_DIR" "$TREE" "$SCRATCH/nri.log" >"$CRI/plugins/90-ownproc"
    chmod +x "$CRI/plugins/90-ownproc"
    cri_start trixie
    id=$(in_pod installed)
    wait_until 20 shows_limit "$id" # which a slow machine gives a container only when it runs
    rm "$CRI/plugins/90-ownproc"
}

test_nothing_remains()
{
    cri_stop
    expect_equal "processes of the plugin" "" "$(pgrep -f "^$NRI .*$SCRATCH" || true)"
    expect_equal "registered" "" "$("$OWNPROC" ps --run-dir "$RUN_DIR" | awk 'NR > 1 && $NF == "yes"')"
    expect_equal "shims" "" "$(pgrep -f "containerd-shim.*$CRI" || true)"
    umount "$TREE" # which nobody uses
}

tap_main
