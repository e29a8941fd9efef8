# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Containers made by hand from cgroups and unshare(1): they show who the daemon takes a reader for
# without the launcher or an engine, and work on v1, hybrid and v2.
#
#     container_make small memory=64M cpus=0.5 cpuset=1
#     container_run small unshare --fork --pid --mount-proc cat "$TREE/proc/meminfo"
#     container_set small memory=96M
#
# A name may have slashes: container_make outer/inner.  All are removed when the test file ends.

CONTAINER_PARENT=ownproc-test-$$
CONTAINER_CONTROLLERS="memory cpu cpuacct cpuset pids"

# Looks once, at the end of this file: CONTAINER_V1_memory … and CONTAINER_V2 are mount points.
container_find_mounts()
{
    local mount type options controller
    while read -r _ mount type options _; do
        if [ "$type" = cgroup2 ] && grep -qw memory "$mount/cgroup.controllers"; then
            export CONTAINER_V2=$mount
        elif [ "$type" = cgroup ]; then
            for controller in ${options//,/ }; do
                [[ " $CONTAINER_CONTROLLERS " != *" $controller "* ]] ||
                    export "CONTAINER_V1_$controller=$mount"
            done
        fi
    done </proc/mounts
}

# Prints where @controller is mounted as v1; fails if it is not.
container_v1_mount()
{
    local variable=CONTAINER_V1_$1
    [ -n "${!variable:-}" ] && echo "${!variable}"
}

# The v2 mount if its controllers are in use: the whole of a v2 host; fails on v1 and hybrid.
container_v2_mount()
{
    [ -n "${CONTAINER_V2:-}" ] && echo "$CONTAINER_V2"
}

# Where the controllers are mounted, each mount once.
container_mounts()
{
    local controller
    for controller in $CONTAINER_CONTROLLERS; do
        container_v1_mount "$controller" || container_v2_mount || true
    done | sort -u
}

# container_directory CONTROLLER NAME: the container's directory of that controller.
container_directory()
{
    local mount
    mount=$(container_v1_mount "$1") || mount=$(container_v2_mount) || return 1
    echo "$mount/$CONTAINER_PARENT/$2"
}

# The directories of all controllers, each once.
container_directories()
{
    container_mounts | sed "s,\$,/$CONTAINER_PARENT/$1,"
}

# v1: a cpuset without CPUs takes no task.  v2: a controller must be handed down.
container_prepare()
{
    local directory=$1 parent
    parent=$(dirname "$directory")
    if [ -e "$directory/cpuset.mems" ] && [ ! -e "$directory/cgroup.type" ]; then
        cat "$parent/cpuset.cpus" >"$directory/cpuset.cpus"
        cat "$parent/cpuset.mems" >"$directory/cpuset.mems"
    fi
}

container_hand_down()
{
    local controller
    [ -e "$1/cgroup.subtree_control" ] || return 0
    for controller in cpuset cpu memory pids; do
        echo "+$controller" >"$1/cgroup.subtree_control"
    done
}

# Makes the cgroup @directory and those above it, as far as they are missing.
container_mkdir()
{
    local parent
    parent=$(dirname "$1")
    [ ! -d "$1" ] || return 0
    [ -d "$parent" ] || container_mkdir "$parent"
    container_hand_down "$parent"
    mkdir "$1"
    container_prepare "$1"
}

container_make()
{
    local name=$1 directory
    shift
    for directory in $(container_directories "$name"); do
        container_mkdir "$directory"
    done
    container_set "$name" "$@"
}

# container_parent NAME: cgroups in which others are made by mkdir(2), and one of them, NAME/first.  On v1
# a cpuset begins without CPUs.
container_parent()
{
    local directory
    container_make "$1/first"
    for directory in $(container_directories "$1"); do
        [ ! -e "$directory/cgroup.clone_children" ] || echo 1 >"$directory/cgroup.clone_children"
    done
}

container_write()
{
    local directory
    directory=$(container_directory "$1" "$2")
    printf %s "$4" >"$directory/$3"
}

# container_set NAME [memory=SIZE] [swap=SIZE] [cpus=NUMBER] [cpuset=LIST]; SIZE is memory alone or
# swap alone, as v2 counts them.
container_set()
{
    local name=$1 setting
    shift
    for setting; do
        "container_set_${setting%%=*}" "$name" "${setting#*=}"
    done
}

# container_limit_file NAME: the file of its memory limit.
container_limit_file()
{
    local name=memory.max
    ! container_v1_mount memory >/dev/null || name=memory.limit_in_bytes
    echo "$(container_directory memory "$1")/$name"
}

container_set_memory()
{
    printf %s "$2" >"$(container_limit_file "$1")"
}

container_set_swap()
{
    local memory swap
    if container_v1_mount memory >/dev/null; then
        memory=$(cat "$(container_limit_file "$1")")
        swap=$(numfmt --from=iec "$2")
        container_write memory "$1" memory.memsw.limit_in_bytes $((memory + swap))
    else
        container_write memory "$1" memory.swap.max "$2"
    fi
}

container_set_cpus()
{
    local quota
    quota=$(awk -v cpus="$2" 'BEGIN { printf "%d", cpus * 100000 }')
    if container_v1_mount cpu >/dev/null; then
        container_write cpu "$1" cpu.cfs_period_us 100000
        container_write cpu "$1" cpu.cfs_quota_us "$quota"
    else
        container_write cpu "$1" cpu.max "$quota 100000"
    fi
}

container_set_cpuset()
{
    container_write cpuset "$1" cpuset.cpus "$2"
}

# Moves the shell that calls it.  "0" is the writer itself, whatever its pid namespace.
container_enter()
{
    local directory
    for directory in $(container_directories "$1"); do
        echo 0 >"$directory/cgroup.procs"
    done
}

# container_exec NAME COMMAND…: goes on as COMMAND in the container's cgroups, in no namespace of its
# own.  With "&" behind it, $! is COMMAND's pid.
container_exec()
{
    container_enter "$1"
    shift
    exec "$@"
}

# container_run NAME COMMAND…: the same, and comes back.
container_run()
(
    container_exec "$@"
)

# container_hold NAME: a process in it that does nothing; its pid in HELD.
container_hold()
{
    container_exec "$1" sleep 1000 &
    HELD=$!
    wait_until 5 grep -qx $HELD "$(container_directory memory "$1")/cgroup.procs"
}

# Kills what is left in the test's own cgroups, then removes them, the deepest first.
container_remove_tree()
{
    local tree=$1 directory pid
    [ -d "$tree" ] || return 0
    find "$tree" -name cgroup.procs -exec cat {} + 2>/dev/null | while read -r pid; do
        [ "$pid" = 0 ] || kill -KILL "$pid" 2>/dev/null
    done
    find "$tree" -depth -type d | while read -r directory; do
        for _ in $(seq 100); do
            rmdir "$directory" 2>/dev/null && break
            sleep 0.02
        done
    done
}

# container_remove NAME: with all that is in it.
container_remove()
{
    local directory
    for directory in $(container_directories "$1"); do
        container_remove_tree "$directory"
    done
}

# container_rmdir NAME: fails as long as anybody is in it.
container_rmdir()
{
    local directory
    for directory in $(container_directories "$1"); do
        [ ! -d "$directory" ] || rmdir "$directory" || return 1
    done
}

container_remove_all()
{
    local mount
    for mount in $(container_mounts); do
        container_remove_tree "$mount/$CONTAINER_PARENT"
    done
}

container_find_mounts
