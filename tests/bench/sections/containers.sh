# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What many containers cost that read five files once a second; beside it the two least parts of that:
# a server that answers each read and computes nothing (floor_getattr), and the numbers, read by nobody
# for nobody (floor_preads).

# What our daemon reads of one container for these five files, in a second in which each is read once.
CROWD_NUMBERS="memory.stat memory.kmem.usage_in_bytes memory.limit_in_bytes memory.usage_in_bytes
    memory.memsw.limit_in_bytes cpu.cfs_quota_us cpu.cfs_period_us cpuset.effective_cpus
    cpuacct.usage_percpu cpuacct.usage_all cpuacct.usage
    memory.max memory.high memory.current memory.swap.max memory.swap.current cpu.max
    cpuset.cpus.effective cpu.stat pids.current"

bench_containers()
{
    local counts=${COUNTS:-1,100,1000} words=() name directory
    # A daemon for each tree: of what a container read in the last ten seconds there is a text in either.
    daemon_start "$SCRATCH/crowd" || return
    # shellcheck disable=SC2034 # directory_of() and contenders_there() use them
    TREE=$SCRATCH/crowd SERVER["ordinary"]=$DAEMON_PID
    container_make crowd
    seq 0 $((${counts##*,} - 1)) | sed 's,.*,crowd-& crowd/crowd-&,' | bound_register
    for name in $(contenders_there bound ordinary lxcfs floor_getattr); do
        words+=("$name=$(directory_of "$name" crowd-%u):${SERVER[$name]}")
    done
    words+=("floor_preads=")
    set --
    for name in $CROWD_NUMBERS; do
        set -- "$@" --pread "$name"
    done
    for directory in $(container_directories crowd); do
        set -- "$@" --cgroup "$directory"
        container_hand_down "$directory"
        # v1: a new cpuset has the CPUs of the one above.
        [ ! -e "$directory/cgroup.clone_children" ] || echo 1 >"$directory/cgroup.clone_children"
    done
    "$BENCH/crowd" "$@" --write memory.limit_in_bytes=64M --write memory.max=64M \
        --write cpu.cfs_quota_us=50000 --write "cpu.max=50000 100000" \
        --seconds "${CROWD_SECONDS:-6}" --rounds "${CROWD_ROUNDS:-2}" "$counts" "${words[@]}" |
        measured containers ''
    daemon_stop
}
