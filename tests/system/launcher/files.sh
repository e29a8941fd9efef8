#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The daemon's files in a container, and --proc.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"
daemon_require

bound_files()
{
    awk '$3 ~ /^fuse/ && $2 ~ /^\/(proc|sys)\// { print $2 }' | sort
}

# cpu and node are bound whole.
served_files()
{
    local file
    (cd "$TREE" && find proc -type f && find sys -mindepth 3 -maxdepth 3) | while read -r file; do
        [ ! -e "/$file" ] || echo "/$file"
    done | sort
}

test_every_file_of_the_daemon_is_bound()
{
    expect_equal "files" "$(served_files)" "$(ownproc_run / -- cat /proc/self/mounts | bound_files)"
}

test_the_files_show_the_containers_limits()
{
    cgroup_of x memory >/dev/null || skip "no memory controller"
    expect_equal "MemTotal in kB" 65536 "$(ownproc_run -m 64m / -- awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)"
}

# Each looks up the names that others bind, and is given another node.
test_forty_may_start_at_once()
{
    local pids=() pid failed=0
    for _ in $(seq 40); do
        ownproc_run / -- true >>"$SCRATCH/said" 2>&1 &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || failed=$((failed + 1))
    done
    expect_equal "how many failed, and what they said" "0 " "$failed $(cat "$SCRATCH/said")"
}

test_with_a_private_daemon_it_is_the_same()
{
    cgroup_of x memory >/dev/null || skip "no memory controller"
    mkdir -p "$SCRATCH/nobody"
    expect_equal "MemTotal in kB" 65536 \
        "$("$OWNPROC" run --mountpoint "$SCRATCH/nobody" --daemon "$OWNPROCD" -m 64m / -- awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)"
}

test_a_private_daemon_ends_with_its_container()
{
    NAME=$(launcher_name)
    "$OWNPROC" run --name "$NAME" --mountpoint "$SCRATCH/nobody" --daemon "$OWNPROCD" / -- sh -c 'exit 9' ||
        expect_equal "exit code" 9 $?
    expect_equal "daemons" 0 "$(daemons_of "$NAME" | wc -l)"
    expect_nothing_left "$NAME"
}

# The processes that have NAME in their command line and are not the launcher.
daemons_of()
{
    local directory
    for directory in /proc/[0-9]*; do
        [ "$(cat "$directory/comm" 2>/dev/null)" = ownprocd ] || continue
        ! tr '\0' '\n' <"$directory/cmdline" 2>/dev/null | grep -qF "$1" || echo "${directory#/proc/}"
    done
}

no_daemon_of()
{
    [ -z "$(daemons_of "$1")" ]
}

test_a_private_daemon_dies_with_a_killed_launcher()
{
    run_waiting --mountpoint "$SCRATCH/nobody" --daemon "$OWNPROCD"
    expect_equal "daemons" 1 "$(daemons_of "$NAME" | wc -l)"
    kill -KILL "$LAUNCHER"
    wait "$LAUNCHER" || true
    wait_until 5 no_daemon_of "$NAME"
    "$OWNPROC" gc >/dev/null
    expect_nothing_left "$NAME"
}

test_a_private_daemons_mount_is_seen_by_nobody_else()
{
    run_waiting --mountpoint "$SCRATCH/nobody" --daemon "$OWNPROCD"
    ! grep -q "$NAME" /proc/mounts || fail "it is in the host's mount table"
    ! grep -q "$NAME" "/proc/$(command_of "$LAUNCHER")/mounts" || fail "it is in the container's"
    kill "$LAUNCHER"
}

test_a_daemon_that_cannot_start_is_one_sentence()
{
    NAME=$(launcher_name)
    expect_exit 125 "$OWNPROC" run --name "$NAME" --mountpoint "$SCRATCH/nobody" --daemon /bin/false / -- true
    expect_match "the sentence" 'ended before it served' "$OUTPUT"
    expect_nothing_left "$NAME"
    expect_exit 125 "$OWNPROC" run --name "$NAME" --mountpoint "$SCRATCH/nobody" --daemon /no/such / -- true
    expect_nothing_left "$NAME"
}

test_without_a_fuse_device_auto_says_so()
{
    need unshare
    NAME=$(launcher_name)
    expect_exit 125 unshare -m sh -c "mount --bind /dev/null /dev/fuse && exec '$OWNPROC' run --name '$NAME' \
        --mountpoint '$SCRATCH/nobody' --daemon '$OWNPROCD' / -- true"
    expect_nothing_left "$NAME"
}

test_without_a_fuse_device_none_works()
{
    need unshare
    expect_exit 0 unshare -m sh -c "mount --bind /dev/null /dev/fuse && exec '$OWNPROC' run --proc none / -- true"
}

test_require_needs_a_daemon()
{
    expect_exit 125 "$OWNPROC" run --proc require --mountpoint "$SCRATCH/nobody" / -- true
    expect_match "the sentence" 'no daemon serves' "$OUTPUT"
}

test_none_binds_nothing()
{
    expect_equal "files" "" "$(launch --mountpoint "$TREE" / -- cat /proc/self/mounts | bound_files)"
}

test_a_dead_daemon_is_none()
{
    daemon_start "$SCRATCH/dead"
    kill -KILL "$DAEMON_PID"
    wait "$DAEMON_PID" || true
    expect_exit 125 "$OWNPROC" run --proc require --mountpoint "$SCRATCH/dead" / -- true
    expect_exit 125 "$OWNPROC" docker-args --mountpoint "$SCRATCH/dead"
    expect_exit 0 "$OWNPROC" run --mountpoint "$SCRATCH/dead" --daemon "$OWNPROCD" / -- true
    umount -l "$SCRATCH/dead" 2>/dev/null || true
}

test_a_relative_mountpoint_is_understood()
{
    (cd "$TREE" && expect_exit 0 "$OWNPROC" run --proc require --mountpoint . / -- true)
}

test_an_honest_link_in_the_root_does_not_matter()
{
    root_make
    ln -s /etc/passwd "$ROOT/proc"
    expect_exit 125 ownproc_run "$ROOT" -- sh -c true
}

test_docker_args_are_what_runc_takes()
{
    local line
    expect_exit 0 "$OWNPROC" docker-args --mountpoint "$TREE"
    grep -qxF -- "-v $TREE/proc/meminfo:/proc/meminfo:ro" <<<"$OUTPUT" || fail "$OUTPUT"
    grep -qxF -- "-v $TREE/sys/devices/system/cpu:/sys/devices/system/cpu:ro" <<<"$OUTPUT" || fail "$OUTPUT"
    while read -r line; do
        expect_match "a line" "^-v $TREE/((proc/(cpuinfo|diskstats|loadavg|meminfo|slabinfo|stat|swaps|uptime))|(sys/.*)):/[a-z0-9/_]+:ro$" "$line"
    done <<<"$OUTPUT"
}

test_docker_args_need_a_daemon()
{
    expect_exit 125 "$OWNPROC" docker-args --mountpoint "$SCRATCH/nobody"
    expect_exit 2 "$OWNPROC" docker-args surplus
}

test_docker_args_do_not_wait_for_a_daemon_that_never_answers()
{
    daemon_start "$SCRATCH/stuck"
    kill -STOP "$DAEMON_PID"
    expect_exit 125 timeout 30 "$OWNPROC" docker-args --mountpoint "$SCRATCH/stuck"
    expect_equal "sentence" "ownproc: $SCRATCH/stuck: a file system there has not answered for 3 s" "$OUTPUT"
    kill -CONT "$DAEMON_PID"
    daemon_stop
}

tap_main
