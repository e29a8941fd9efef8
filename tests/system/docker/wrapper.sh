#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# This machine's Docker with ownproc-runc as its default runtime: every container has its own /proc
# without a flag.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/dockerd.sh
. "$TESTS_DIR/lib/dockerd.sh"
trap '[ "$BASHPID" != "$SYSTEM_SHELL" ] || { dockerd_stop; system_tidy; }' EXIT

WRAPPER=$BUILD/launcher/runtime/ownproc-runc
MEMORY=64
export OWNPROC_RUNTIME_CONFIG=$SCRATCH/runtime.conf

# configure [LINE…]: the configuration of the wrapper, whose next container it is for.
configure()
{
    printf '%s\n' '[ownproc-runc]' "mountpoint=$TREE" "run-dir=$RUN_DIR" "ownproc=$OWNPROC" "$@" >"$OWNPROC_RUNTIME_CONFIG"
}

# run FLAG… -- COMMAND…
run()
{
    local flags=()
    while [ "$1" != -- ]; do
        flags+=("$1")
        shift
    done
    shift
    docker run --rm --network none -m ${MEMORY}m --cpus 0.5 "${flags[@]}" busybox "$@"
}

is_small()
{
    expect_equal "MemTotal" "MemTotal: $((MEMORY * 1024)) kB" "$(echo "$1" | awk '/^MemTotal:/ { print $1, $2, $3 }')"
}

is_large()
{
    expect_equal "MemTotal" "$(meminfo_value MemTotal)" "$(echo "$1" | awk '/^MemTotal:/ { print $2 }')"
}

test_a_container_without_a_flag_sees_its_memory_its_CPU_and_its_age()
{
    local before seen
    before=$(tally runtime injected)
    # shellcheck disable=SC2016 # the container's shell
    seen=$(run -- sh -c 'cat /proc/meminfo; grep -c "^cpu[0-9]" /proc/stat; grep -c ^processor /proc/cpuinfo
        for cpus in $(cat /sys/devices/system/cpu/online); do echo $cpus; done; cut -d. -f1 /proc/uptime')
    is_small "$seen"
    expect_equal "CPUs of /proc/stat, /proc/cpuinfo and those online" "1 1 0" "$(echo "$seen" | tail -n 4 | head -n 3 | paste -sd' ')"
    expect_between "uptime" 0 30 "$(echo "$seen" | tail -n 1)"
    expect_equal "containers counted" $((before + 1)) "$(tally runtime injected)"
}

test_files_that_runc_refuses_come_by_the_hook()
{
    expect_equal "mounts at /proc/vmstat" 1 "$(run -- grep -c ' /proc/vmstat ' /proc/mounts)"
    configure hook=false
    expect_equal "mounts at /proc/vmstat without it" 0 "$(run -- grep -c ' /proc/vmstat ' /proc/mounts || true)"
    configure
}

test_exec_and_a_restart_see_the_same()
{
    docker run -d --name again --network none -m ${MEMORY}m busybox sleep 1000 >/dev/null
    is_small "$(docker exec again cat /proc/meminfo)"
    docker restart -t 0 again >/dev/null
    is_small "$(docker exec again cat /proc/meminfo)"
    docker exec again sh -c 'exit 7' && fail "an exit code is lost"
    expect_equal "exit code of exec" 7 $?
    docker rm -f again >/dev/null
}

test_nothing_remains_of_a_removed_container()
{
    local left
    run --name gone -- true
    left=$(find /sys/fs/cgroup -path "*$DOCKERD_PARENT/*" -name '[0-9a-f]*' -type d 2>/dev/null)
    expect_equal "cgroups" "" "$left"
    expect_equal "bundles" "" "$(find "$SCRATCH/dockerd/exec" -name config.json)"
    expect_equal "mounts" "" "$(grep "$SCRATCH/dockerd" /proc/self/mountinfo | grep fuse || true)"
    expect_equal "temporary files" "" "$(find "$SCRATCH/dockerd" -name '.config.json*')"
}

test_what_a_person_mounts_over_a_file_is_left_alone()
{
    echo mine >"$SCRATCH/mine"
    expect_equal "meminfo and mounts" "mine 1" "$(run -v "$SCRATCH/mine:/proc/meminfo:ro" -- \
        sh -c 'cat /proc/meminfo; grep -c " /proc/stat " /proc/mounts' | paste -sd' ')"
}

test_unmasked_containers_and_those_of_the_hosts_pids_are_left_alone()
{
    local before
    before=$(tally runtime skipped)
    is_large "$(run --security-opt systempaths=unconfined -- cat /proc/meminfo)"
    is_large "$(run --pid host -- cat /proc/meminfo)"
    expect_equal "containers counted" $((before + 2)) "$(tally runtime skipped)"
    configure host-pids=inject
    is_small "$(run --pid host -- cat /proc/meminfo)"
    configure
}

test_without_a_daemon_a_container_starts_as_ever_or_not_at_all()
{
    local before
    before=$(tally runtime failed)
    configure "mountpoint=$SCRATCH/nobody"
    is_large "$(run -- cat /proc/meminfo)"
    expect_equal "containers counted" $((before + 1)) "$(tally runtime failed)"
    configure "mountpoint=$SCRATCH/nobody" not-serving=fail
    expect_exit 125 run -- true
    expect_match "what docker says" "no daemon serves $SCRATCH/nobody" "$OUTPUT"
    configure
}

test_another_runtime_than_the_default_is_not_ours()
{
    is_large "$(run --runtime runc -- cat /proc/meminfo)"
}

command -v dockerd >/dev/null || {
    echo "1..0 # SKIP dockerd is not installed"
    exit 0
}
daemon_require
configure
sed "s,/usr/bin/ownproc-runc,$WRAPPER," "$TESTS_DIR/../contrib/docker/daemon.json" >"$SCRATCH/daemon.json"
dockerd_start --config-file "$SCRATCH/daemon.json"
tap_main
