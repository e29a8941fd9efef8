# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What many containers cost that read five files once a second.

# Where the crowd's cgroups are made, each hierarchy once; v1's cpuset would have to be filled first.
crowd_directories()
{
    local controller
    for controller in memory cpu cpuacct pids; do
        container_directory $controller crowd
    done | sort -u
}

bench_containers()
{
    local counts=${COUNTS:-1,100,1000} words=() name directory
    container_make crowd
    seq 0 $((${counts##*,} - 1)) | sed 's,.*,crowd-& crowd/crowd-&,' | bound_register
    for name in $(contenders_there kernel bound ordinary lxcfs); do
        words+=("$name=$(directory_of "$name" crowd-%u):${SERVER[$name]}")
    done
    set --
    for directory in $(crowd_directories); do
        set -- "$@" --cgroup "$directory"
        container_hand_down "$directory"
    done
    "$BENCH/crowd" "$@" --write memory.limit_in_bytes=64M --write memory.max=64M \
        --write cpu.cfs_quota_us=50000 --write "cpu.max=50000 100000" \
        --seconds "${CROWD_SECONDS:-6}" --rounds "${CROWD_ROUNDS:-2}" "$counts" "${words[@]}" |
        measured containers ''
}
