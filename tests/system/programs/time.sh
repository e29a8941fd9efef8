#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Ages, start times and load averages as the usual programs tell them in a container.

# shellcheck source=tests/system/programs/container.bash
. "$(dirname "$0")/container.bash"

# Host and container must not be of one age.
[ "$(cut -d. -f1 /proc/uptime)" -gt 120 ] || sleep 120

# Docker makes no time namespace: there ps computes with start times of the host, and btime is its.
test_uptime_w_and_top_tell_the_age_of_the_container()
{
    expect_match uptime 'up 0 min' "$(fresh "$LIMITS" uptime)"
    expect_match w 'up 0 min' "$(fresh "$LIMITS" w)"
    expect_match top 'up 0 min' "$(fresh "$LIMITS" top -bn1)"
}

test_node_tells_the_age_of_the_container()
{
    expect_between "os.uptime() after 2 s" 2 20 \
        "$(fresh "$LIMITS" sh -c 'sleep 2; node -p "Math.floor(os.uptime())"')"
}

# Limits of its own, hence a container of its own.
test_htop_tells_the_age_of_the_container()
{
    expect_match uptime 'Uptime: *00:0[0-9]:[0-9][0-9]' "$(in_htop "$HALF --pids-limit 100")"
}

# From btime and the start time that the kernel tells, which no file of ours can change.
test_ps_knows_when_a_process_started()
{
    local seen now
    seen=$(fresh "$LIMITS" sh -c 'sleep 2; ps -o lstart= -p 1')
    now=$(date +%s)
    expect_between "seconds since the start of pid 1" 1 8 $((now - $(date -d "$seen" +%s)))
}

test_ps_knows_how_old_a_process_is()
{
    is_launcher || return 0
    # shellcheck disable=SC2016 # the inner shell's words
    expect_between "seconds since its start" 2 8 \
        "$(fresh "$LIMITS" sh -c 'sleep 60 & sleep 2.1; ps -o etimes= -p $!' | tr -d ' ')"
}

test_ps_shows_the_share_of_a_spinner_under_half_a_cpu()
{
    local seen
    is_launcher || return 0
    # shellcheck disable=SC2016 # the inner shell's words
    seen=$(fresh "$HALF" sh -c '/mnt/workload spin >/dev/null & sleep 4; ps -o pcpu= -p $!')
    expect_between "percent" 20 60 "${seen%.*}"
}

test_psutil_knows_when_the_container_was_born()
{
    is_launcher || return 0
    expect_between "seconds since psutil.boot_time()" 0 20 \
        "$(fresh "$LIMITS" python3 -c 'import time, psutil; print(int(time.time() - psutil.boot_time()))')"
}

# A spinner of 12 s makes a load of at most 1 - 1/e^(12/60) = 0.18, whatever the machine has; and
# there are the programs themselves.
test_load_averages_are_the_containers()
{
    local seen program
    # shellcheck disable=SC2016 # the inner shell's words
    seen=$(fresh "$LIMITS" sh -c '/mnt/workload spin >/dev/null & sleep 12
        uptime | sed "s/.*load average: \([0-9.]*\),.*/uptime \1/"
        w | sed -n "s/.*load average: \([0-9.]*\),.*/w \1/p"
        top -bn1 | sed -n "s/.*load average: \([0-9.]*\),.*/top \1/p"
        node -p "\"node \" + os.loadavg()[0]"
        busybox top -bn1 | sed -n "s/^Load average: \([0-9.]*\) .*/busybox \1/p"
        atop -P CPL 1 1 | sed -n "s/^CPL .* \([0-9.]*\) [0-9.]* [0-9.]* [0-9]* [0-9]*$/atop \1/p"
        LC_ALL=C sar -q 1 1 | sed -n "s/^Average: *[0-9]* *[0-9]* *\([0-9.]*\).*/sar \1/p"
        echo "python $(python3 -c "import os; print(os.getloadavg()[0])") (sysinfo, the host)"
        kill $!')
    echo "$seen"
    for program in uptime w top node busybox atop sar; do
        expect_between "hundredths of load in $program" 3 60 \
            "$(awk -v name=$program '$1 == name { printf "%.0f", 100 * $2 }' <<<"$seen")"
    done
}

# pid 1 and what Docker puts before it, the shell, sar and its child.
test_sar_counts_the_threads_of_the_container()
{
    expect_between "plist-sz" 2 10 \
        "$(inside "$LIMITS" env LC_ALL=C sar -q 1 1 | awk '$1 == "Average:" { size = $3 } END { print size }')"
}

test_top_counts_the_processes_of_the_container()
{
    expect_between "tasks" 1 10 "$(inside "$LIMITS" top -bn1 | awk '$1 == "Tasks:" { print $2 }')"
}

# What no file can change: sysinfo(2).  For the log, nothing of it is promised.
echo "# busybox uptime: $(inside "$LIMITS" busybox uptime)"
echo "# os.getloadavg() of Python: $(in_python "$LIMITS" 'os.getloadavg()')"
tap_main
