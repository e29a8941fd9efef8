#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# How many CPUs the usual programs find in a container, and what they tell of them.

# shellcheck source=tests/system/programs/container.bash
. "$(dirname "$0")/container.bash"

# expect_cpus WHAT COMMAND…: COMMAND takes limits and prints a number of CPUs; if it looks at several
# places, which must agree, each number that they say once (agreed).  In an emulated machine, where to
# start a program takes seconds, under the limits alone that say another number than the machine.
expect_cpus()
{
    local what=$1
    shift
    need_two_cpus
    expect_equal "$what, 0.5 CPUs" 1 "$("$@" "$HALF")"
    [ -z "${EMULATED:-}" ] || return 0
    expect_equal "$what, 1.5 CPUs of 0-1" 2 "$("$@" "$LIMITS")"
    expect_equal "$what, CPU 1 alone" 1 "$("$@" "$SECOND")"
}

agreed()
{
    tr ' ' '\n' | sort -u
}

by_nproc()
{
    inside "$1" nproc --all
}

# Where the files say 1 or 2 and the affinity is wider, nproc believes the affinity (gnulib's nproc.c):
# half a CPU cannot be shown to it.
test_nproc_all()
{
    need_two_cpus
    expect_equal "nproc --all, 1.5 CPUs of 0-1" 2 "$(by_nproc "$LIMITS")"
    expect_equal "nproc --all, CPU 1 alone" 1 "$(by_nproc "$SECOND")"
}

by_getconf()
{
    inside "$1" sh -c 'getconf _NPROCESSORS_CONF; getconf _NPROCESSORS_ONLN' | agreed
}

test_getconf()
{
    expect_cpus "_NPROCESSORS_CONF and _NPROCESSORS_ONLN" by_getconf
}

# The summary, and how many lines the table has.
by_lscpu()
{
    inside "$1" sh -c 'lscpu | sed -n "s/^CPU(s): *//p"; lscpu -p=CPU,CORE,SOCKET,ONLINE | grep -vc "^#"' | agreed
}

test_lscpu()
{
    expect_cpus "CPU(s) and lines of lscpu" by_lscpu
    expect_equal "the one CPU, under CPU 1 alone" "0,0,0,Y" \
        "$(inside "$SECOND" lscpu -p=CPU,CORE,SOCKET,ONLINE | grep -v '^#')"
}

by_python()
{
    in_python "$1" 'os.cpu_count(), os.sysconf("SC_NPROCESSORS_CONF")' | agreed
}

test_python()
{
    expect_cpus "os.cpu_count() and os.sysconf()" by_python
}

by_psutil()
{
    in_python "$1" 'psutil.cpu_count(), psutil.cpu_count(logical=False), len(psutil.cpu_times(percpu=True))' |
        agreed
}

test_psutil()
{
    expect_cpus "CPUs, cores and times of psutil" by_psutil
}

by_node()
{
    in_node "$1" 'os.cpus().length'
}

test_node()
{
    expect_cpus "os.cpus()" by_node
}

# It asks the cgroup itself; a cpuset also by the affinity.
by_java()
{
    inside "$1" java -XshowSettings:system -version 2>&1 | sed -n 's/.*Effective CPU Count: *//p'
}

test_java()
{
    expect_cpus "Effective CPU Count" by_java
}

# Without daemon(3) it would not come back; its children are the workers.
by_nginx()
{
    # shellcheck disable=SC2016 # the inner shell's words
    inside "$1" sh -c '
        printf "worker_processes auto; pid /tmp/nginx.pid; events {} " >/tmp/nginx.conf
        rm -f /tmp/nginx.pid
        nginx -c /tmp/nginx.conf -e /tmp/nginx.log || cat /tmp/nginx.log
        until [ -s /tmp/nginx.pid ]; do sleep 0.1; done
        sleep 0.5
        pgrep -c -P $(cat /tmp/nginx.pid)
        kill $(cat /tmp/nginx.pid)
        while [ -e /tmp/nginx.pid ]; do sleep 0.1; done'
}

test_nginx_starts_as_many_workers()
{
    expect_cpus "worker_processes auto" by_nginx
}

by_top()
{
    inside "$1" top -1 -bn1 -w 200 | grep -o '%Cpu[0-9][0-9]* ' | wc -l
}

test_top()
{
    expect_cpus "%CpuN of top -1" by_top
}

by_htop()
{
    in_htop "$1" | grep -oE '([0-9]+|CPU) *\[[^]]*%' | sed 's/ *\[.*//' | sort -u | wc -l
}

test_htop()
{
    expect_cpus "bars of htop" by_htop
}

by_atop()
{
    atop_value "$1" CPL 7
}

test_atop()
{
    expect_cpus "CPUs of atop" by_atop
}

# It takes a CPU that has not counted a tick for one that is offline, so not in the first instant.
by_mpstat()
{
    inside "$1" sh -c 'sleep 0.5; LC_ALL=C mpstat -P ALL 1 1' | grep -c '^Average: *[0-9]'
}

test_mpstat()
{
    expect_cpus "lines of mpstat -P ALL" by_mpstat
}

by_top_of_busybox()
{
    inside "$1" busybox cat /proc/stat | grep -c '^cpu[0-9]'
}

test_busybox()
{
    expect_cpus "cpuN in /proc/stat" by_top_of_busybox
}

# Adds up the columns of the last line, from the given one on.
sum_of_last()
{
    awk -v from="$1" '{ sum = 0; for (i = from; i <= NF; i++) sum += $i } END { printf "%.0f", sum }'
}

# What a second consists of is all of the second.  For sysstat not in the first instant, as above.
test_all_time_is_accounted_for()
{
    expect_between "percent in mpstat" 98 102 \
        "$(inside "$LIMITS" sh -c 'sleep 0.5; LC_ALL=C mpstat 1 1' | grep ^Average | sum_of_last 3)"
    expect_between "percent in sar -u" 98 102 \
        "$(inside "$LIMITS" sh -c 'sleep 0.5; LC_ALL=C sar -u 1 1' | grep ^Average | sum_of_last 3)"
    expect_between "percent in vmstat" 97 103 "$(inside "$LIMITS" vmstat 1 2 | tail -n 1 | sum_of_last 13)"
    expect_between "percent in iostat -c" 98 102 \
        "$(inside "$LIMITS" sh -c 'sleep 0.5; LC_ALL=C iostat -c -y 1 1' | grep -A1 avg-cpu | tail -n 1 | sum_of_last 1)"
}

# A spinner under half a CPU has half a CPU, where the machine lets it; what it is not let is stolen.
test_a_spinner_under_half_a_cpu()
{
    local seen
    # shellcheck disable=SC2016 # the inner shell's words
    seen=$(fresh "$HALF" sh -c '/mnt/workload spin >/dev/null & sleep 0.5; LC_ALL=C mpstat 3 1; kill $!' |
        awk '$1 == "Average:" && $2 == "all" { printf "%d %d", $3 + $5, $9 }')
    # shellcheck disable=SC2086 # two words
    set -- $seen
    expect_between "percent user and system" 5 54 "$1"
    [ "$1" -lt 45 ] || expect_between "percent stolen" $(($1 - 35)) 60 "$2"
}

# What no file can change: sched_getaffinity(2).  For the log, nothing of it is promised.
echo "# nproc and nproc --all under half a CPU: $(inside "$HALF" nproc) $(by_nproc "$HALF")"
echo "# busybox nproc under half a CPU: $(inside "$HALF" busybox nproc)"
tap_main
