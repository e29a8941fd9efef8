#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Every program that counts CPUs finds those that the limits set allow, in lists, in directories and
# in what each of them says.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

daemon_require

SYS=/sys/devices/system

needs_two_cpus()
{
    [ "$(nproc --all)" -ge 2 ] || skip "this machine has one CPU"
}

# Runs inside: what each program counts, and what is listed.
COUNTS=$SCRATCH/counts
cat >"$COUNTS" <<'END'
#!/bin/bash
cd /sys/devices/system/cpu || exit
echo "nproc --all: $(nproc --all)"
echo "getconf: $(getconf _NPROCESSORS_CONF) $(getconf _NPROCESSORS_ONLN)"
echo "python3: $(python3 -c 'import os; print(os.cpu_count())')"
echo "lscpu: $(lscpu -p=cpu | grep -c '^[0-9]')"
echo "directories:" cpu[0-9]*
echo "node's CPUs: $(cat ../node/node*/cpulist 2>/dev/null || cat online)"
END
chmod +x "$COUNTS"

# counted CPUS LIST DIRECTORIES
counted()
{
    printf '%s\n' "nproc --all: $1" "getconf: $1 $1" "python3: $1" "lscpu: $1" "directories: $3" \
        "node's CPUs: $2"
}

test_one_and_a_half_of_two_cpus_are_two_to_every_program()
{
    needs_two_cpus
    expect_equal "with --cpus 1.5 --cpuset-cpus 0-1" "$(counted 2 0-1 "cpu0 cpu1")" \
        "$(ownproc_run --cpus 1.5 --cpuset-cpus 0-1 / -- "$COUNTS")"
}

test_cpu_1_alone_is_cpu_0_to_every_program()
{
    needs_two_cpus
    expect_equal "with --cpuset-cpus 1" "$(counted 1 0 cpu0)" \
        "$(ownproc_run --cpuset-cpus 1 / -- "$COUNTS")"
}

# But for nproc, which does not believe that there is one CPU and asks sched_getaffinity(2).
test_half_a_cpu_is_one_to_every_program_that_asks_files()
{
    expect_equal "with --cpus 0.5" "$(counted 1 0 cpu0 | sed 1d)" \
        "$(ownproc_run --cpus 0.5 / -- "$COUNTS" | sed 1d)"
}

test_cpus_are_cores_of_one_package()
{
    needs_two_cpus
    expect_equal "CPU, core, socket, node" "0,0,0,0 1,1,0,0" \
        "$(ownproc_run --cpus 2 / -- lscpu -p=cpu,core,socket,node | grep -v '^#' | xargs)"
}

# What is true of the processor must not get lost when the directories are replaced.
test_lscpu_still_knows_caches_and_vulnerabilities()
{
    local pattern='^(Model name|Vendor ID|Vulnerability .*):'
    expect_equal "model and vulnerabilities" "$(lscpu | grep -E "$pattern")" \
        "$(ownproc_run --cpus 1 / -- lscpu | grep -E "$pattern")"
    expect_equal "sizes of the caches of a CPU" "$(lscpu -C=name,one-size)" \
        "$(ownproc_run --cpus 1 / -- lscpu -C=name,one-size)"
}

test_every_file_can_be_read_and_none_written()
{
    # shellcheck disable=SC2016 # expanded inside
    ownproc_run --cpus 1 / -- sh -ec '
        find '"$SYS/cpu $SYS/node"' -type f -exec cat {} + >/dev/null
        ! echo 0 2>/dev/null >'"$SYS"'/cpu/cpu0/online'
}

test_the_nodes_have_the_containers_memory()
{
    [ -d $SYS/node/node0 ] || skip "this kernel has no NUMA"
    expect_equal "MemTotal of all nodes in kB" 131072 "$(ownproc_run -m 128m / -- \
        sh -c "cat $SYS/node/node*/meminfo" | awk '$3 == "MemTotal:" { sum += $4 } END { print sum }')"
}

test_two_containers_at_once_list_different_cpus()
{
    needs_two_cpus
    container_make narrow cpus=1
    container_make wide cpus=2
    for _ in 1 2 3; do
        expect_equal "narrow" cpu0 \
            "$(container_run narrow sh -c "cd $TREE$SYS/cpu; echo cpu[0-9]*")"
        expect_equal "wide" "cpu0 cpu1" \
            "$(container_run wide sh -c "cd $TREE$SYS/cpu; echo cpu[0-9]*")"
    done
    expect_exit 1 container_run narrow test -e "$TREE$SYS/cpu/cpu1/online"
    expect_exit 0 container_run wide test -e "$TREE$SYS/cpu/cpu1/online"
}

# Listing the same directory from two sides all the time mixes nothing up.
test_listings_of_two_containers_are_never_mixed()
{
    local n
    n=$(repeats 300 60)
    needs_two_cpus
    container_make narrow cpus=1
    container_make wide cpus=2
    for name in narrow wide narrow wide; do
        container_run $name sh -c "cd $TREE$SYS/cpu; i=0
            while [ \$i -lt $n ]; do i=\$((i + 1)); echo cpu[0-9]* cpu*/online; done" \
            >>"$SCRATCH/$name" &
    done
    wait
    expect_equal "narrow" "$((2 * n)) cpu0 cpu0/online" "$(sort "$SCRATCH/narrow" | uniq -c | xargs)"
    expect_equal "wide" "$((2 * n)) cpu0 cpu1 cpu0/online cpu1/online" \
        "$(sort "$SCRATCH/wide" | uniq -c | xargs)"
}

tap_main
