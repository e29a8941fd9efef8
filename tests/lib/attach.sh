# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What the tests of attach, hooks and engines share: containers that have none of the daemon's files
# yet, and looks into them from outside.  Source it after system.sh or launcher.sh.

# ownproc VERB…: on the tests' own daemon.
ownproc()
{
    local verb=$1
    shift
    "$OWNPROC" "$verb" --run-dir "$RUN_DIR" --mountpoint "$TREE" "$@"
}

# bare_container NAME COMMAND…: a container of unshare(1) in the cgroups of NAME: own mounts, pids and
# root filesystem of the machine; COMMAND… makes of it what the test wants (as "sh -c" in it), then it
# waits.  BARE_FLAGS are more flags of unshare.  Its first process in BARE.
bare_container()
{
    local name=$1
    rm -f "$SCRATCH/$name.ready"
    # shellcheck disable=SC2086 # a list of words
    container_exec "$name" unshare --mount --pid --fork --kill-child --mount-proc ${BARE_FLAGS:-} \
        sh -ec "$2; : >'$SCRATCH/$name.ready'; exec sleep 1000" &
    BARE_PARENT=$!
    wait_until 60 test -e "$SCRATCH/$name.ready"
    wait_until 30 bare_find
}

# Its parent is unshare, which waits for it.
bare_find()
{
    BARE=$(cat "/proc/$BARE_PARENT/task/$BARE_PARENT/children") && BARE=${BARE% } && [ -n "$BARE" ]
}

bare_end()
{
    kill -KILL "$BARE_PARENT" 2>/dev/null || true
    wait "$BARE_PARENT" 2>/dev/null || true
}

# Hides a part of /proc, as engines do: only then nothing in the container can mount its own.
export MASK="mount --bind /dev/null /proc/interrupts"

# inside PID COMMAND…: in its mount and pid namespace and its root.
inside()
{
    local pid=$1
    shift
    nsenter --target "$pid" --mount --pid --root --wd=/ "$@"
}

# attached PID: the mounts of any ownproc that it has over its /proc and /sys.
attached()
{
    grep -E ' /(proc|sys)/[^ ]* .* - fuse\.ownproc ' "/proc/$1/mountinfo"
}

expect_none_attached()
{
    local left
    left=$(attached "$1" || true)
    expect_equal "our mounts there" "" "$left"
}

# expect_numbers PID MEMORY-KB CPUS [COMMAND…]: what the container's files say, read in it; by COMMAND cat
# FILE, which is of its cgroups as well, where they are not bound from its own directory.  Its uptime is
# not the machine's: the tests' containers are young.
expect_numbers()
{
    local pid=$1 memory=$2 cpus=$3
    shift 3
    [ $# -gt 0 ] || set -- inside "$pid"
    expect_equal "MemTotal in kB" "$memory" "$("$@" cat /proc/meminfo | meminfo_value MemTotal -)"
    expect_equal "CPUs in stat" "$cpus" "$("$@" cat /proc/stat | grep -c '^cpu[0-9]')"
    expect_between "uptime in s" 0 300 "$("$@" cat /proc/uptime | cut -d. -f1)"
}

# The containers that the tests' daemon knows by name.
registered()
{
    "$OWNPROC" ps --run-dir "$RUN_DIR" --format json |
        python3 -c 'import json, sys; [print(c["name"]) for c in json.load(sys.stdin) if c["registered"]]'
}

expect_nobody_registered()
{
    expect_equal "registered containers" "" "$(registered)"
}
