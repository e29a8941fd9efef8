#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What the usual programs say in a Docker container.  Everything expected follows from the flags:
# 256 MiB, half a CPU, started a moment ago.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/system/docker/engine.sh
. "$(dirname "$0")/engine.sh"

LIMITS="-m 256m --cpus 0.5"

# shellcheck disable=SC2086 # a list of words
limited()
{
    docker_run $LIMITS -- "$@"
}

test_free_shows_the_limit_as_total()
{
    expect_equal "total of free -m" 256 "$(limited free -m | awk '$1 == "Mem:" { print $2 }')"
}

test_free_shows_little_used_of_a_container_that_does_nothing()
{
    expect_between "used of free -m" 0 32 "$(limited free -m | awk '$1 == "Mem:" { print $3 }')"
}

test_top_shows_the_limit_and_the_age_of_the_container()
{
    local seen
    seen=$(limited top -bn1)
    expect_match "memory in top" 'MiB Mem : +256\.0 total' "$seen"
    expect_match "age in top" 'up 0 min' "$seen"
}

test_uptime_shows_the_age_of_the_container()
{
    expect_match uptime 'up 0 min' "$(limited uptime)"
}

test_vmstat_shows_the_limit()
{
    expect_match "vmstat -s" '^ *262144 K total memory' "$(limited vmstat -s -S K)"
}

# us sy id wa st of the second line, which is of one second, are all of the time there is.
test_vmstat_accounts_for_all_time()
{
    local seen
    seen=$(limited vmstat 1 2 | awk 'END { print $13 + $14 + $15 + $16 + $17 }')
    expect_between "percent" 98 102 "$seen"
}

# From btime and the start time that the kernel tells, which no file of ours can change.
test_ps_knows_when_a_process_started()
{
    local seen now
    seen=$(limited sh -c 'sleep 2; ps -o lstart= -p 1')
    now=$(date +%s)
    expect_between "seconds since the start of pid 1" 1 6 $((now - $(date -d "$seen" +%s)))
}

# 64 of 256 MiB are a quarter, and the interpreter has some.
test_ps_shows_shares_of_the_limit()
{
    local seen
    seen=$(limited python3 -c 'import os, subprocess
held = bytearray(os.urandom(1)) * (64 << 20)
print(subprocess.check_output(["ps", "-o", "pmem=", "-p", str(os.getpid())]).decode())')
    expect_between "percent of memory" 25 30 "$(printf %.0f "$seen")"
}

# htop wants a terminal; script(1) gives it one.
test_htop_shows_the_limit()
{
    local seen
    seen=$(limited script -qec 'stty rows 40 cols 120; TERM=xterm timeout --foreground -s INT 3 htop --no-color' /dev/null |
        sed 's/\x1b\[[0-9;?]*[A-Za-z]//g; s/\x1b(B//g')
    expect_match "memory in htop" 'Mem\[.*/256M\]' "$seen"
}

# busybox cat copies with sendfile(2).
test_cat_of_busybox_prints_the_whole_file()
{
    local seen
    seen=$(limited busybox cat /proc/meminfo)
    expect_equal "first line" "MemTotal:         262144 kB" "$(head -n 1 <<<"$seen")"
    expect_equal "lines" "$(wc -l </proc/meminfo)" "$(wc -l <<<"$seen")"
    expect_equal "cpuN lines in stat" 1 "$(limited busybox cat /proc/stat | grep -c '^cpu[0-9]')"
}

test_python_counts_the_cpus_of_the_limit()
{
    expect_equal "os.cpu_count() under --cpus 0.5" 1 \
        "$(limited python3 -c 'import os; print(os.cpu_count())')"
    [ "$(nproc --all)" -ge 2 ] || return 0
    expect_equal "os.cpu_count() under --cpus 1.5" 2 \
        "$(docker_run --cpus 1.5 -- python3 -c 'import os; print(os.cpu_count())')"
}

# runc has a list of what may be mounted over /proc; pressure and vmstat are not on it.
test_every_file_that_runc_allows_is_bound()
{
    local file
    for file in $(cd "$TREE" && find . -type f | sed 's/^.//' | grep -v '^/proc/\(pressure/\|vmstat\)'); do
        case " $(docker_arguments | tr '\n' ' ') " in
        *"$TREE$file:$file:ro "*) ;;
        *) fail "docker-args does not bind $file" ;;
        esac
    done
}

tap_main
