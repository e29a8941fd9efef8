#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Disk traffic as the usual programs tell it in a container: what it wrote itself, and nobody else.

# shellcheck source=tests/system/programs/container.bash
. "$(dirname "$0")/container.bash"

WRITTEN_KIB=8192

# Docker has the I/O of each container counted; the launcher's containers are in a cgroup that counts
# it where that is handed down to them.
io_is_counted()
{
    [ "$ENGINE" = docker ] ||
        fresh "$LIMITS" sh -c 'cat /sys/fs/cgroup$(sed -n "s/^0:://p" /proc/self/cgroup)/io.stat' >/dev/null 2>&1
}

# On v1 Linux 6.10 and newer counts on no disk for which no cgroup has ever had a limit.
count_on_v1()
{
    local mount device
    mount=$(awk '$3 == "cgroup" && $4 ~ /(^|,)blkio(,|$)/ { print $2 }' /proc/mounts)
    [ -n "$mount" ] || return 0
    mkdir "$mount/$CONTAINER_PARENT-disks"
    for device in /sys/block/*/dev; do
        echo "$(cat "$device") 1099511627776" >"$mount/$CONTAINER_PARENT-disks/blkio.throttle.write_bps_device" || true
    done 2>/dev/null
    rmdir "$mount/$CONTAINER_PARENT-disks"
}

# With what is written around the file.
expect_written()
{
    expect_between "KiB written, by $1" $WRITTEN_KIB $((WRITTEN_KIB + 4096)) "$2"
}

# Each prints the KiB written to all disks.
# shellcheck disable=SC2016 # the inner shell's words
WRITER='dd if=/dev/zero of=/mnt/file bs=1M count=8 oflag=direct conv=fsync status=none || exit
    LC_ALL=C iostat -d -k -p ALL | awk "\$1 == \"Device\" { on = 1; next } on && NF { sum += \$7 } END { print \"iostat\", sum + 0 }"
    vmstat -d | awk "NR > 2 { sum += \$8 / 2 } END { print \"vmstat\", sum + 0 }"
    python3 -c "import psutil; c = psutil.disk_io_counters(); print(\"psutil\", c.write_bytes // 1024 if c else 0)"
    atop -P DSK 1 1 | awk "\$1 == \"DSK\" { sum += \$12 / 2 } END { print \"atop\", sum + 0 }"'

test_what_is_written_is_told_and_nothing_else()
{
    local seen program
    io_is_counted || return 0
    count_on_v1
    seen=$(fresh "$LIMITS" sh -c "$WRITER")
    echo "$seen"
    for program in iostat vmstat psutil atop; do
        expect_written $program "$(awk -v name=$program '$1 == name { printf "%d", $2 }' <<<"$seen")"
    done
}

# Where nothing is counted, there are no disks.
test_a_container_that_wrote_nothing_sees_no_more_than_its_own_programs_reads()
{
    local seen
    seen=$(fresh "$LIMITS" sh -c 'LC_ALL=C iostat -d -k -p ALL' |
        awk '$1 == "Device" { on = 1; next } on && NF { sum += $7 } END { print sum + 0 }')
    expect_between "KiB written" 0 4096 "$seen"
}

test_vmstat_tells_the_traffic_of_the_container()
{
    is_launcher || return 0
    expect_between "KiB written" 0 4096 \
        "$(fresh "$LIMITS" vmstat -s -S K | awk '/paged out/ { print $1 }')"
}

tap_main
