#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Roots whose names lead elsewhere: the result is the same or one sentence, and the host is as it
# was, byte for byte.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"

# What a wrong step would change: names, types, owners, sizes, symlinks, times of the host's top
# directories, and the mount table.
host_picture()
{
    find / /dev /etc /sys /tmp/. -maxdepth 1 -not -path '/tmp/*' -not -path / \
        -printf '%p %y %m %U %G %l\n' 2>/dev/null | sort
    find "$SCRATCH/outside" -printf '%p %y %s %m %l %T@\n' | sort
    sha256sum "$SCRATCH"/outside/*
    cat /etc/passwd
    awk '{ print $1, $2, $3 }' /proc/mounts | grep -v -e ownproc-test -e /ownproc/ -e "$SCRATCH"
}

# spoil PATH KIND: makes ROOT's PATH something that it should not be.
spoil()
{
    rm -rf "${ROOT:?}/$1"
    mkdir -p "$(dirname "$ROOT/$1")"
    case $2 in
    to-root) ln -s / "$ROOT/$1" ;;
    to-parent) ln -s .. "$ROOT/$1" ;;
    climbing) ln -s ../../../../../../../../.. "$ROOT/$1" ;;
    absolute) ln -s "$SCRATCH/outside" "$ROOT/$1" ;;
    dangling) ln -s /no/such/place "$ROOT/$1" ;;
    loop) ln -s "$(basename "$1")" "$ROOT/$1" ;;
    magic) ln -s /proc/self/root "$ROOT/$1" ;;
    fifo) mkfifo "$ROOT/$1" ;;
    file) echo file >"$ROOT/$1" ;;
    missing) ;;
    esac
}

KINDS="to-root to-parent climbing absolute dangling loop magic fifo file missing"

# try PATH KIND FLAG…: it works as in an honest root, or fails with one sentence; 10 s at most.  The
# host must look as in $BEFORE.
try()
{
    local path=$1 kind=$2 code=0 output after
    shift 2
    root_make
    spoil "$path" "$kind"
    output=$(timeout 10 "$OWNPROC" run --proc none "$@" "$ROOT" -- sh -c '
        busybox echo works
        busybox test -c /dev/null && busybox test -c /dev/pts/ptmx && busybox grep -q . /proc/self/status &&
        busybox test -d /sys/kernel || busybox echo broken' 2>&1) || code=$?
    after=$(host_picture)
    [ "$BEFORE" = "$after" ] || fail "$path $kind changed the host: $(diff <(echo "$BEFORE") <(echo "$after"))"
    case $code in
    0) expect_equal "$path $kind" works "$output" ;;
    125) expect_equal "lines of: $output" 1 "$(wc -l <<<"$output")" ;;
    *) fail "$path $kind: exit code $code: $output" ;;
    esac
    rm -rf "$ROOT"
}

try_all()
{
    local kind path=$1
    shift
    mkdir -p "$SCRATCH/outside"
    echo precious >"$SCRATCH/outside/file"
    BEFORE=$(host_picture)
    for kind in $KINDS; do
        try "$path" $kind "$@"
    done
}

test_proc()
{
    try_all proc
}

test_dev()
{
    try_all dev
}

test_sys()
{
    try_all sys
}

test_dev_null()
{
    try_all dev/null
}

test_dev_pts()
{
    try_all dev/pts
}

test_dev_console()
{
    try_all dev/console
}

test_passwd()
{
    try_all etc/passwd
}

test_passwd_for_a_named_user()
{
    try_all etc/passwd -u root
}

test_etc()
{
    try_all etc
}

test_the_target_of_a_volume()
{
    mkdir -p "$SCRATCH/source"
    try_all mnt -v "$SCRATCH/source:/mnt"
}

test_the_parent_of_a_volumes_target()
{
    mkdir -p "$SCRATCH/source"
    try_all a/b -v "$SCRATCH/source:/a/b/c/d"
}

test_the_target_of_a_file()
{
    mkdir -p "$SCRATCH/source"
    echo bound >"$SCRATCH/source/file"
    try_all mnt -v "$SCRATCH/source/file:/mnt"
}

test_the_target_of_a_tmpfs()
{
    try_all mnt --tmpfs /mnt
}

test_the_working_directory()
{
    try_all work -w /work
}

test_a_link_cannot_lead_a_volume_into_proc()
{
    root_make
    ln -s /proc/sys "$ROOT/mnt"
    mkdir -p "$SCRATCH/source"
    expect_exit 125 launch -v "$SCRATCH/source:/mnt" "$ROOT" -- sh -c true
}

# /system is not below /sys.
test_a_link_cannot_lead_a_volume_into_sys()
{
    root_make
    ln -s /sys/kernel "$ROOT/system"
    mkdir -p "$SCRATCH/source"
    expect_exit 125 launch -v "$SCRATCH/source:/system" "$ROOT" -- sh -c true
}

test_a_symlink_as_root_directory_is_what_it_names()
{
    root_make
    ln -s "$ROOT" "$SCRATCH/link"
    expect_exit 0 launch "$SCRATCH/link" -- busybox true
}

test_a_huge_passwd_is_not_read()
{
    root_make
    truncate -s 1G "$ROOT/etc/passwd"
    expect_exit 0 timeout 10 "$OWNPROC" run --proc none "$ROOT" -- busybox true
}

# While we start containers somebody swaps what we mount on.
test_a_race_for_the_mount_points_is_lost()
{
    root_make
    mkdir -p "$SCRATCH/outside" "$SCRATCH/source" "$ROOT/a/b"
    echo precious >"$SCRATCH/outside/file"
    local before after racer
    before=$(host_picture)
    (
        while :; do
            mv -T "$ROOT/a" "$ROOT/a.dir" && ln -s "$SCRATCH/outside" "$ROOT/a" || true
            rm "$ROOT/a" && mv -T "$ROOT/a.dir" "$ROOT/a" || true
        done
    ) >/dev/null 2>&1 &
    racer=$!
    for _ in $(seq 50); do
        launch -v "$SCRATCH/source:/a/b" "$ROOT" -- busybox true >/dev/null 2>&1 || true
    done
    kill $racer
    wait $racer || true
    after=$(host_picture)
    expect_equal "the host" "$before" "$after"
}

tap_main
