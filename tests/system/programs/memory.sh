#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Memory and swap as the usual programs tell them in a container.

# shellcheck source=tests/system/programs/container.bash
. "$(dirname "$0")/container.bash"

test_free()
{
    local seen
    seen=$(inside "$LIMITS" free -k)
    expect_equal "total" $MEMORY_KIB "$(awk '$1 == "Mem:" { print $2 }' <<<"$seen")"
    expect_between "used by a container that does nothing" 0 65536 \
        "$(awk '$1 == "Mem:" { print $3 }' <<<"$seen")"
    expect_equal "total swap" "$(swap_expected)" "$(awk '$1 == "Swap:" { print $2 }' <<<"$seen")"
}

# 64 MiB that are held are used and not available.
test_free_of_a_container_that_holds_64_MiB()
{
    local seen
    # shellcheck disable=SC2016 # the inner shell's words
    seen=$(fresh "$LIMITS" sh -c '/mnt/workload anon 64 >/tmp/ready & until [ -s /tmp/ready ]; do sleep 0.1; done
        free -k; kill $!' | awk '$1 == "Mem:" { print $3, $7 }')
    # shellcheck disable=SC2086 # two words
    set -- $seen
    expect_between "used" 65536 98304 "$1"
    expect_between "available" $((MEMORY_KIB - 98304)) $((MEMORY_KIB - 65536)) "$2"
}

test_top()
{
    local seen
    seen=$(inside "$LIMITS" top -bn1 -E k)
    expect_match "memory" "KiB Mem : +${MEMORY_KIB}[. ]" "$seen"
    expect_match "swap" "KiB Swap: +$(swap_expected)[. ]" "$seen"
}

test_vmstat()
{
    local seen
    seen=$(inside "$LIMITS" vmstat -s -S k)
    expect_match "memory" "(^|[^0-9])$((MEMORY_KIB * 1024 / 1000)) k total memory" "$seen"
    expect_match "swap" "(^|[^0-9])$(($(swap_expected) * 1024 / 1000)) k total swap" "$seen"
}

# 64 of 256 MiB are a quarter, and the interpreter has some.
test_ps_shows_shares_of_the_limit()
{
    local seen
    seen=$(inside "$LIMITS" python3 -c 'import os, subprocess
held = bytearray(os.urandom(1)) * (64 << 20)
print(subprocess.check_output(["ps", "-o", "pmem=", "-p", str(os.getpid())]).decode())')
    expect_between "percent of memory" 25 30 "$(printf %.0f "$seen")"
}

test_slabtop_finds_no_slabs_of_the_host()
{
    local seen
    seen=$(inside "$LIMITS" slabtop -o)
    expect_match "objects" 'Active / Total Objects .*: 0 / 0 ' "$seen"
    expect_equal "caches" "" "$(sed '1,/OBJS ACTIVE/d' <<<"$seen")"
}

test_htop()
{
    local seen swap
    seen=$(in_htop "$LIMITS")
    swap=$(swap_expected)
    expect_match "memory" 'Mem *\[.*/256M *\]' "$seen"
    expect_match "swap" "Swp *\\[.*/$([ "$swap" = 0 ] && echo 0K || echo $((swap / 1024))M) *\\]" "$seen"
}

test_atop()
{
    expect_equal "pages of memory" $((MEMORY_KIB / 4)) "$(atop_value "$LIMITS" MEM 8)"
    expect_equal "pages of swap" $(($(swap_expected) / 4)) "$(atop_value "$LIMITS" SWP 8)"
}

test_top_of_busybox()
{
    local seen
    seen=$(inside "$LIMITS" busybox top -bn1 | sed -n 's/^Mem: \([0-9]*\)K used, \([0-9]*\)K free.*/\1 + \2/p')
    expect_equal "used and free memory" $MEMORY_KIB $((seen))
}

# busybox cat copies with sendfile(2).
test_cat_of_busybox_prints_the_whole_file()
{
    local seen
    seen=$(inside "$LIMITS" busybox cat /proc/meminfo)
    expect_equal "first line" "MemTotal:         262144 kB" "$(head -n 1 <<<"$seen")"
    expect_equal "lines" "$(wc -l </proc/meminfo)" "$(wc -l <<<"$seen")"
    expect_equal "cpuN lines in stat" 1 "$(inside "$HALF" busybox cat /proc/stat | grep -c '^cpu[0-9]')"
}

# kbmemused leaves out what can be given back.
test_sar()
{
    local seen
    seen=$(inside "$LIMITS" env LC_ALL=C sar -r 1 1 | awk '$1 == "Average:" && $2 ~ /^[0-9]/ { print $2, $3, $4 }')
    # shellcheck disable=SC2086 # three words
    set -- $seen
    expect_between "kbmemfree" 1 $MEMORY_KIB "$1"
    expect_between "kbavail" "$1" $MEMORY_KIB "$2"
    expect_between "kbmemfree and kbmemused" "$1" $MEMORY_KIB $(($1 + $3))
}

test_psutil()
{
    expect_equal "totals of virtual_memory() and swap_memory()" \
        "$((MEMORY_KIB * 1024)) $(($(swap_expected) * 1024))" \
        "$(in_python "$LIMITS" 'psutil.virtual_memory().total, psutil.swap_memory().total')"
    expect_equal "free, available and total are in order" True \
        "$(in_python "$LIMITS" '(lambda m: m.free <= m.available <= m.total)(psutil.virtual_memory())')"
}

test_node()
{
    local seen
    seen=$(in_node "$LIMITS" '`${os.totalmem()} ${os.freemem()}`')
    expect_equal "os.totalmem()" $((MEMORY_KIB * 1024)) "${seen% *}"
    expect_between "os.freemem()" 1 $((MEMORY_KIB * 1024)) "${seen#* }"
}

# It asks the cgroup itself.
test_java()
{
    local seen
    seen=$(inside "$LIMITS" java -XshowSettings:system -version 2>&1)
    expect_match "limit" 'Memory Limit: 256\.00M' "$seen"
}

# What no file can change: sysinfo(2).  For the log, nothing of it is promised.
echo "# busybox free: $(inside "$LIMITS" busybox free | sed -n 2p)"
echo "# getconf _PHYS_PAGES: $(inside "$LIMITS" getconf _PHYS_PAGES)"
echo "# java without its look at cgroups: $(inside "$LIMITS" java -XX:-UseContainerSupport \
    -XX:+PrintFlagsFinal -version 2>/dev/null | grep -w MaxHeapSize | tr -s ' ')"
tap_main
