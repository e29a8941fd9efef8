#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Who is the reader?  Containers made by hand, one for each way in which the daemon can tell them
# apart; those of an engine are in ../docker.  The limit names the container.

# shellcheck disable=SC2086 # commands kept as lists of words
# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

daemon_require

# The last command of a reader: what MemTotal it sees.
export SHOW=$SCRATCH/show
cat >"$SHOW" <<END
#!/bin/sh
awk '\$1 == "MemTotal:" { print \$2 }' $TREE/proc/meminfo
END
chmod +x "$SHOW"

# What Docker makes on v1: the cgroup namespace is the host's.  What everybody makes on v2.
IN_PID_NAMESPACE="unshare --fork --pid --mount-proc"
IN_OWN_NAMESPACES="unshare --fork --pid --mount-proc --cgroup"

test_a_shell_on_the_host_sees_the_host()
{
    local mount
    for mount in $(container_mounts); do
        echo 0 >"$mount/cgroup.procs"
    done
    expect_equal MemTotal "$(meminfo_value MemTotal /proc/meminfo)" "$($SHOW)"
}

test_a_process_of_a_cgroup_in_no_namespace_sees_the_limit_of_its_cgroup()
{
    container_make plain memory=64M
    expect_equal MemTotal 65536 "$(container_run plain $SHOW)"
}

test_a_container_in_the_cgroup_namespace_of_the_host_sees_its_limit()
{
    container_make shared memory=64M
    expect_equal MemTotal 65536 "$(container_run shared $IN_PID_NAMESPACE $SHOW)"
}

test_a_container_in_a_cgroup_namespace_of_its_own_sees_its_limit()
{
    container_make private memory=64M
    expect_equal MemTotal 65536 "$(container_run private $IN_OWN_NAMESPACES $SHOW)"
}

test_a_cgroup_namespace_alone_makes_a_container()
{
    container_make alone memory=64M
    expect_equal MemTotal 65536 "$(container_run alone unshare --cgroup $SHOW)"
}

# Moves itself to a cgroup below the container's, where the host's cgroups are visible.  On v2 a
# cgroup with processes hands no controllers down, so there the cgroup below has no limit.
make_below()
{
    local directory
    container_make "$1" memory=64M
    for directory in $(container_directories "$1"); do
        mkdir "$directory/below"
        container_prepare "$directory/below"
    done
    if [ -e "$(container_directory memory "$1")/below/memory.limit_in_bytes" ]; then
        container_set_memory "$1/below" 32M
    fi
}

move_and_show()
{
    container_enter "$1/below"
    $SHOW
}

export -f container_v1_mount container_v2_mount container_mounts container_directories \
    container_enter move_and_show
export CONTAINER_PARENT CONTAINER_CONTROLLERS

test_a_process_that_moved_below_its_container_still_sees_the_container()
{
    make_below mover
    expect_equal MemTotal 65536 \
        "$(container_run mover $IN_PID_NAMESPACE \
            bash -c 'bash -c "move_and_show mover"; true')"
}

test_a_process_that_moved_below_its_cgroup_namespace_still_sees_the_container()
{
    make_below moved
    expect_equal MemTotal 65536 \
        "$(container_run moved $IN_OWN_NAMESPACES \
            bash -c 'bash -c "move_and_show moved"; true')"
}

# start_init NAME [ARGUMENT…]: starts the init of a container with a limit of 64 MiB, in namespaces
# made with unshare's ARGUMENTs; its pid, as the host numbers it, in INIT_PID.
start_init()
{
    local name=$1
    shift
    container_make "$name" memory=64M
    container_exec "$name" $IN_PID_NAMESPACE "$@" sleep 60 &
    wait_until 5 init_started "$name"
}

init_started()
{
    for INIT_PID in $(cat "$(container_directory memory "$1")/cgroup.procs"); do
        [ "$(cat "/proc/$INIT_PID/comm")" != sleep ] || return 0
    done
    return 1
}

test_two_containers_with_one_pid_namespace_see_their_own_limits()
{
    start_init first --cgroup
    container_make second memory=96M
    expect_equal "MemTotal in the second" 98304 \
        "$(container_run second unshare --cgroup nsenter --pid="/proc/$INIT_PID/ns/pid" $SHOW)"
    expect_equal "MemTotal in the first" 65536 \
        "$(container_run first nsenter --target "$INIT_PID" --pid --cgroup $SHOW)"
}

test_two_containers_with_one_pid_namespace_and_the_hosts_cgroup_namespace_see_their_own_limits()
{
    start_init one
    container_make two memory=96M
    expect_equal "MemTotal in the second" 98304 \
        "$(container_run two nsenter --pid="/proc/$INIT_PID/ns/pid" $SHOW)"
    expect_equal "MemTotal in the first" 65536 \
        "$(container_run one nsenter --target "$INIT_PID" --pid $SHOW)"
}

test_a_process_entered_from_the_host_sees_the_container()
{
    start_init entered --cgroup
    expect_equal MemTotal 65536 \
        "$(container_run entered nsenter --target "$INIT_PID" --pid --mount --cgroup $SHOW)"
}

test_a_reader_in_a_nested_container_sees_the_nested_limit()
{
    container_make outer memory=96M
    container_make outer/inner memory=64M
    expect_equal MemTotal 65536 \
        "$(container_run outer/inner $IN_PID_NAMESPACE $IN_OWN_NAMESPACES $SHOW)"
}

test_a_nested_container_sees_the_tighter_limit_of_the_outer_one()
{
    container_make tight memory=64M
    container_make tight/wide memory=96M
    expect_equal MemTotal 65536 \
        "$(container_run tight/wide $IN_OWN_NAMESPACES $SHOW)"
}

test_a_pid_namespace_within_a_container_is_still_the_container()
{
    container_make within memory=64M
    expect_equal MemTotal 65536 \
        "$(container_run within $IN_OWN_NAMESPACES \
            $IN_PID_NAMESPACE $SHOW)"
}

test_a_thread_sees_what_its_process_sees()
{
    container_make threads memory=64M
    expect_equal MemTotal 65536 "$(container_run threads python3 -c "
import threading
def show():
    print(open('$TREE/proc/meminfo').readline().split()[1])
thread = threading.Thread(target=show)
thread.start()
thread.join()")"
}

# FUSE numbers readers as the mounting process's pid namespace does, and gives 0 for those who are
# not visible there.  All are visible in the host's: no daemon may serve in another.
test_a_daemon_that_would_not_see_all_readers_does_not_start()
{
    mkdir "$SCRATCH/blind"
    expect_exit 1 $IN_PID_NAMESPACE \
        "$OWNPROCD" --foreground --mountpoint "$SCRATCH/blind"
    expect_match "what it says" "pid namespace" "$OUTPUT"
    expect_equal "files served" "" "$(ls "$SCRATCH/blind")"
}

tap_main
