# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What the launcher's tests share: where a container's limits are on this machine, small roots, and
# whether anything was left.

# shellcheck source=tests/lib/system.sh
. "$(dirname "${BASH_SOURCE[0]}")/system.sh"

STATE=/run/ownproc/run

# A name nobody else's container has.
launcher_name()
{
    echo "test-$$-$RANDOM$RANDOM"
}

# The launcher without virtual files: what is tested here does not need them.
launch()
{
    "$OWNPROC" run --proc none "$@"
}

# cgroup_of NAME CONTROLLER: its directory, seen from the host; fails if the controller is nowhere.
cgroup_of()
{
    local mount
    mount=$(container_v1_mount "$2") || mount=$(container_v2_mount) || return 1
    echo "$mount/ownproc/$1"
}

# limit_of NAME CONTROLLER V1-FILE V2-FILE: what is set, seen from the host.
limit_of()
{
    local directory
    directory=$(cgroup_of "$1" "$2") || skip "no $2 controller"
    if container_v1_mount "$2" >/dev/null; then
        cat "$directory/$3"
    else
        cat "$directory/$4"
    fi
}

# run_behind FLAG… ROOTFS -- COMMAND…: in the background; its launcher in LAUNCHER.
run_behind()
{
    "$OWNPROC" run "$@" &
    LAUNCHER=$!
    echo $LAUNCHER >>"$SCRATCH/launchers"
}

# The same without virtual files.
launch_behind()
{
    run_behind --proc none "$@"
}

# run_waiting FLAG…: starts a container that waits: its name in NAME.
run_waiting()
{
    NAME=$(launcher_name)
    run_behind --name "$NAME" "$@" / -- sleep 300
    wait_until 10 command_of "$LAUNCHER" >/dev/null
}

# The same without virtual files.
start_waiting()
{
    run_waiting --proc none "$@"
}

# Ends what a failed test left running.
launchers_stop()
{
    local pid
    [ -e "$SCRATCH/launchers" ] || return 0
    while read -r pid; do
        [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != ownproc ] || kill -KILL "$pid"
    done <"$SCRATCH/launchers"
}
trap '[ "$BASHPID" != "$SYSTEM_SHELL" ] || { launchers_stop; system_tidy; }' EXIT

# init_of LAUNCHER COMMAND: the pid of its child that runs COMMAND.
init_of()
{
    local pid
    for pid in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
        [ "$(cat "/proc/$pid/comm")" != "$2" ] || { echo "$pid" && return 0; }
    done
    return 1
}

# The pid of the command in LAUNCHER's container.
command_of()
{
    local init
    init=$(init_of "$1" ownproc-init) && tr ' ' '\n' <"/proc/$init/task/$init/children" | grep -m 1 .
}

# Prints what is left of the container NAME.
left_of()
{
    find /sys/fs/cgroup -name "$1" 2>/dev/null
    find "$STATE" -name "*$1*" 2>/dev/null
    grep -F "$1" /proc/mounts
    return 0
}

expect_nothing_left()
{
    local left
    left=$(left_of "$1")
    [ -z "$left" ] || fail "left behind: $left"
}

# root_make: a root directory with busybox; its path in ROOT.
root_make()
{
    local busybox
    busybox=$(command -v busybox) || skip "no busybox"
    ! ldd "$busybox" >/dev/null 2>&1 || skip "busybox is not static"
    ROOT=$(mktemp -d -p "$SCRATCH" root.XXXXXX)
    chmod 755 "$SCRATCH" "$ROOT"
    mkdir -p "$ROOT/bin" "$ROOT/etc"
    cp "$busybox" "$ROOT/bin/busybox"
    ln -s busybox "$ROOT/bin/sh"
    echo root:x:0:0:root:/root:/bin/sh >"$ROOT/etc/passwd"
}

need()
{
    command -v "$1" >/dev/null || skip "no $1"
}
