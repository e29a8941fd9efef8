#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# docs/podman.md, in roots with this and newer Debian releases: the commands as they stand there.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"
# shellcheck source=tests/lib/attach.sh
. "$TESTS_DIR/lib/attach.sh"
# shellcheck source=tests/lib/docs.sh
. "$TESTS_DIR/lib/docs.sh"
# shellcheck source=tests/lib/engines.sh
. "$TESTS_DIR/lib/engines.sh"
# shellcheck source=tests/system/attach/engine_podman.bash
. "$TESTS_DIR/system/attach/engine_podman.bash"

# Of the daemon of the whole run the roots see nothing.
unset TREE
daemon_require
HOST=$(meminfo_value MemTotal /proc/meminfo)

# in_engine SUITE RUNTIME SCRIPT: in the root of SUITE, where podman has RUNTIME; what SCRIPT prints.
in_engine()
{
    local suite=$1 runtime=$2
    (engine_enter "$suite" env TREE="$TREE" RUN_DIR="$RUN_DIR" OWNPROC="$OWNPROC" bash -ec "
        $(declare -f podman_settings podman_install_ours podman_image podman_engine)
        podman_engine $runtime
        $3")
}

# Each part of the page, under its name.
page_script()
{
    local name
    for name; do
        echo "echo '== $name'"
        doc_commands podman.md "$name"
    done
}

# said NAME: what that part printed.
said()
{
    awk -v name="$1" '/^== / { printing = $2 == name; next } printing' "$SCRATCH/said"
}

total_of()
{
    said "$1" | meminfo_value MemTotal -
}

test_the_page_has_no_commands_that_are_not_run()
{
    doc_commands_are_run podman.md device every every-end annotation hook opt-out attach
}

expect_page()
{
    local name
    in_engine "$1" runc "$(page_script device every every-end annotation hook opt-out attach)" >"$SCRATCH/said" 2>&1 ||
        fail "$(cat "$SCRATCH/said")"
    for name in device every annotation hook attach; do
        expect_equal "MemTotal by $name" 65536 "$(total_of "$name")"
    done
    expect_match "a file that runc lets nobody mount" "some avg10" "$(said device)"
    expect_match "attach" "attached, [0-9]+ files" "$(said attach)"
    expect_match "detach" "detached, [0-9]+ files" "$(said attach)"
    for name in every-end opt-out; do
        expect_equal "MemTotal by $name" "$HOST" "$(total_of "$name")"
    done
    wait_until 5 nobody_is_registered
    podman_tidy
}

# Podman leaves its cgroups; whose are in use stay.
podman_tidy()
{
    find /sys/fs/cgroup -depth -type d -path '*/libpod_parent*' -exec rmdir {} \; 2>/dev/null || true
}

nobody_is_registered()
{
    [ -z "$(registered)" ]
}

# Where containers.conf(5) takes no CDI devices yet.
test_podman_4_3_does_what_the_page_says_of_one_container()
{
    local name
    in_engine bookworm runc "$(page_script device annotation hook opt-out attach)" >"$SCRATCH/said" 2>&1 ||
        fail "$(cat "$SCRATCH/said")"
    for name in device annotation hook attach; do
        expect_equal "MemTotal by $name" 65536 "$(total_of "$name")"
    done
    expect_equal "MemTotal by opt-out" "$HOST" "$(total_of opt-out)"
    wait_until 5 nobody_is_registered
    podman_tidy
}

test_podman_5_4_does_what_the_page_says()
{
    expect_page trixie
}

test_podman_5_8_does_what_the_page_says()
{
    expect_page sid
}

# crun wants v2 alone, which on a machine with both has no controllers: the limits are those that podman
# itself has on v1.
test_with_crun_the_device_and_the_hook_show_every_number()
{
    local way
    container_make podman memory=64M cpus=1
    for way in "--device ownproc.dev/proc=all" "--annotation ownproc.dev/inject=true"; do
        (
            container_enter podman
            ENGINE_CGROUPS=v2 in_engine trixie crun "podman run --rm $way docker.io/library/busybox sh -c '
                head -n 1 /proc/meminfo; grep -c ^cpu[0-9] /proc/stat; cut -d. -f1 /proc/uptime'"
        ) >"$SCRATCH/said" 2>&1 || fail "$(cat "$SCRATCH/said")"
        expect_match "what $way shows" "^MemTotal: +65536 kB 1 [0-9]{1,3}\$" "$(paste -sd' ' "$SCRATCH/said")"
    done
    podman_tidy
}

# The specification mounts nothing that a runtime refuses, and all that it does not but slabinfo, which not
# every kernel has: the hook mounts that.
test_the_device_mounts_what_docker_args_would()
{
    expect_equal "mounts" \
        "$("$OWNPROC" docker-args --mountpoint "$TREE" | sed 's/^-v [^:]*:\([^:]*\):ro$/\1/' | grep -v slabinfo | sort | paste -sd' ')" \
        "$(python3 -c 'import json, sys
for mount in json.load(sys.stdin)["devices"][0]["containerEdits"]["mounts"]:
    assert mount["hostPath"] == "/var/lib/ownproc" + mount["containerPath"], mount
    print(mount["containerPath"])' <"$BUILD/contrib/ownproc-cdi.json" | sort | paste -sd' ')"
}

tap_main
