#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What a container is given: its root, volumes, user, environment.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"

test_a_volume_is_the_hosts_directory()
{
    mkdir -p "$SCRATCH/data"
    launch -v "$SCRATCH/data:/mnt" / -- sh -c 'echo written >/mnt/file'
    expect_equal "the file" written "$(cat "$SCRATCH/data/file")"
}

test_a_read_only_volume_cannot_be_written()
{
    mkdir -p "$SCRATCH/data"
    expect_exit 2 launch -v "$SCRATCH/data:/mnt:ro" / -- sh -c 'echo x >/mnt/other'
    [ ! -e "$SCRATCH/data/other" ] || fail "it was written"
}

test_what_is_mounted_in_a_volume_comes_along()
{
    mkdir -p "$SCRATCH/data/below"
    mount -t tmpfs none "$SCRATCH/data/below"
    echo deep >"$SCRATCH/data/below/file"
    expect_equal "the file" deep "$(launch -v "$SCRATCH/data:/mnt:ro" / -- cat /mnt/below/file)"
    expect_exit 2 launch -v "$SCRATCH/data:/mnt:ro" / -- sh -c 'echo x >/mnt/below/file'
    umount "$SCRATCH/data/below"
}

test_a_file_is_a_volume_too()
{
    root_make
    echo text >"$SCRATCH/file"
    expect_equal "the file" text "$(launch -v "$SCRATCH/file:/deep/down/file:ro" "$ROOT" -- busybox cat /deep/down/file)"
    expect_equal "over a file of /proc" text "$(launch -v "$SCRATCH/file:/proc/version:ro" "$ROOT" -- busybox cat /proc/version)"
}

test_volumes_in_volumes_do_not_depend_on_the_order()
{
    mkdir -p "$SCRATCH/outer/inner" "$SCRATCH/inner"
    echo inner >"$SCRATCH/inner/file"
    expect_equal "the file" inner \
        "$(launch -v "$SCRATCH/inner:/mnt/inner" -v "$SCRATCH/outer:/mnt" / -- cat /mnt/inner/file)"
}

test_a_volume_in_a_tmpfs()
{
    mkdir -p "$SCRATCH/inner"
    echo inner >"$SCRATCH/inner/file"
    expect_equal "the file" inner \
        "$(launch -v "$SCRATCH/inner:/mnt/a/b" --tmpfs /mnt / -- cat /mnt/a/b/file)"
}

test_a_tmpfs_has_its_size_and_executes_nothing()
{
    expect_match "df" '^ *1024 ' "$(launch --tmpfs /mnt:size=1m / -- df -k --output=size /mnt | tail -n 1) "
    expect_exit 126 launch --tmpfs /mnt / -- sh -c 'cp /bin/true /mnt && exec /mnt/true'
    expect_exit 0 launch --tmpfs /mnt:exec / -- sh -c 'cp /bin/true /mnt && exec /mnt/true'
}

test_a_read_only_root()
{
    root_make
    expect_exit 1 launch --read-only "$ROOT" -- sh -c 'echo x >/file'
    expect_exit 0 launch --read-only --tmpfs /tmp "$ROOT" -- sh -c 'echo x >/tmp/file && echo x >/dev/null && echo x >/dev/shm/file'
    [ ! -e "$ROOT/file" ] || fail "it was written"
}

test_a_read_only_root_is_so_below_as_well()
{
    root_make
    mkdir "$ROOT/below"
    mount --bind "$ROOT" "$ROOT"
    mount -t tmpfs none "$ROOT/below"
    expect_exit 1 launch --read-only "$ROOT" -- sh -c 'echo x >/below/file'
    expect_exit 0 launch "$ROOT" -- sh -c 'echo x >/below/file'
    umount "$ROOT/below" "$ROOT"
}

test_a_root_that_is_read_only_already()
{
    root_make
    mkdir "$ROOT/proc" "$ROOT/dev" "$ROOT/sys"
    mount --bind "$ROOT" "$ROOT"
    mount -o remount,bind,ro "$ROOT"
    expect_exit 0 launch "$ROOT" -- sh -c 'busybox test -c /dev/null'
    expect_exit 0 launch --read-only "$ROOT" -- sh -c 'busybox test -c /dev/null'
    expect_exit 125 launch -v /etc:/missing "$ROOT" -- sh -c true
    umount "$ROOT"
}

test_the_host_sees_no_mount_of_a_container()
{
    local before
    before=$(wc -l </proc/mounts)
    start_waiting --tmpfs /mnt
    expect_equal "mounts" "$before" "$(wc -l </proc/mounts)"
    kill "$LAUNCHER"
}

test_a_container_sees_no_later_mount_of_the_host()
{
    start_waiting
    mkdir -p "$SCRATCH/later"
    mount -t tmpfs later "$SCRATCH/later"
    ! grep -q later "/proc/$(command_of "$LAUNCHER")/mounts" || fail "it does"
    umount "$SCRATCH/later"
    kill "$LAUNCHER"
}

test_a_user_by_name_is_the_containers()
{
    root_make
    echo 'web:x:1234:1235:web:/srv:/bin/sh' >>"$ROOT/etc/passwd"
    printf 'webs:x:1235:\nstaff:x:50:web\n' >"$ROOT/etc/group"
    expect_equal "id" "1234 1235 1235 50 /srv" "$(launch -u web "$ROOT" -- sh -c \
        'busybox echo $(busybox id -u) $(busybox id -g) $(busybox id -G) $HOME')"
}

test_a_user_by_number()
{
    root_make
    expect_equal "id" "77 88" "$(launch -u 77:88 "$ROOT" -- sh -c 'busybox echo $(busybox id -u) $(busybox id -g)')"
}

test_the_environment_is_clean()
{
    expect_equal "variables" "HOME=/root HOSTNAME=box PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SET=1" \
        "$(LEAK=1 launch -h box -e SET=1 -e NOT_SET / -- env | sort | paste -sd ' ')"
    expect_equal "passed on" kept "$(LEAK=kept launch -e LEAK / -- printenv LEAK)"
}

test_the_host_name()
{
    expect_equal "host name" box "$(launch -h box / -- uname -n)"
    expect_equal "by name" some.name "$(launch --name some.name / -- uname -n)"
    expect_match "by chance" '^[0-9a-f]{12}$' "$(launch / -- uname -n)"
    [ "$(uname -n)" != box ] || fail "the host's name was changed"
}

test_the_working_directory()
{
    expect_equal "directory" /usr/lib "$(launch -w /usr/lib / -- pwd)"
    root_make
    expect_equal "made" /a/b "$(launch -w /a/b "$ROOT" -- sh -c pwd)"
}

test_a_name_is_taken_once()
{
    start_waiting
    expect_exit 125 launch --name "$NAME" / -- true
    expect_match "the sentence" 'is running' "$OUTPUT"
    kill "$LAUNCHER"
    wait "$LAUNCHER" || true
    expect_exit 0 launch --name "$NAME" / -- true
}

test_devices_work()
{
    root_make
    launch "$ROOT" -- sh -c 'busybox head -c 4 /dev/zero | busybox od -An -tx1 && busybox head -c 8 /dev/urandom >/dev/null &&
        busybox test -c /dev/ptmx && busybox test -d /dev/shm && busybox readlink /dev/fd'
}

test_the_plan_is_printed_and_nothing_done()
{
    NAME=$(launcher_name)
    expect_exit 0 launch --dry-run --name "$NAME" -m 64m / -- true
    expect_match "the plan" 'cgroup +v[12] ' "$OUTPUT"
    expect_nothing_left "$NAME"
}

test_containers_start_side_by_side()
{
    local i pids=()
    for i in $(seq 20); do
        launch -m 64m --cpus 0.5 / -- true &
        pids+=($!)
    done
    for i in "${pids[@]}"; do
        wait "$i"
    done
}

tap_main
