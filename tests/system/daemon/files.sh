#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What the configuration says of files, and who may read the metrics, through a real mount.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

SWITCHED=$SCRATCH/switched

# The pattern is a part of this test's own cgroups, so that no other container is meant.
cat >"$SCRATCH/conf" <<END
[files]
proc/swaps=hide
proc/vmstat=zero

[container */$CONTAINER_PARENT/host-*]
proc/meminfo=host
cpu-policy=cpuset
proc/uptime=hide
END

start()
{
    container_make own memory=64M cpus=0.5
    container_make host-like memory=64M cpus=0.5
    daemon_start "$SWITCHED" --config "$SCRATCH/conf"
}

test_files_are_shown_as_the_configuration_says()
{
    start
    expect_equal "MemTotal" 65536 \
        "$(container_run own cat "$SWITCHED/proc/meminfo" | meminfo_value MemTotal /dev/stdin)"
    expect_equal "MemTotal, the host's" "$(meminfo_value MemTotal)" \
        "$(container_run host-like cat "$SWITCHED/proc/meminfo" | meminfo_value MemTotal /dev/stdin)"
    expect_equal "CPUs of half a CPU" 1 \
        "$(container_run own grep -c ^processor "$SWITCHED/proc/cpuinfo")"
    expect_equal "CPUs if quotas do not count" "$(grep -c ^processor /proc/cpuinfo)" \
        "$(container_run host-like grep -c ^processor "$SWITCHED/proc/cpuinfo")"
    expect_equal "numbers in vmstat" 0 \
        "$(container_run own awk '{ print $2 }' "$SWITCHED/proc/vmstat" | sort -u)"
    daemon_stop
}

test_a_hidden_file_is_not_found_and_cannot_be_opened()
{
    start
    expect_exit 1 test -e "$SWITCHED/proc/swaps"
    expect_equal "swaps in the listing" "" "$(find "$SWITCHED/proc" -name swaps)"
    container_run own cat "$SWITCHED/proc/uptime" >/dev/null
    expect_exit 1 container_run host-like cat "$SWITCHED/proc/uptime"
    expect_match "the reason" "No such file" "$OUTPUT"
    : >"$SCRATCH/bound"
    mount --bind "$SWITCHED/proc/uptime" "$SCRATCH/bound"
    expect_exit 1 container_run host-like cat "$SCRATCH/bound"
    expect_match "the reason" "No such file" "$OUTPUT"
    umount "$SCRATCH/bound"
    daemon_stop
}

test_root_of_the_host_alone_reads_the_metrics()
{
    start
    expect_match "what a service reads" "ownproc_build_info" \
        "$(container_run own cat "$SWITCHED/metrics")"
    expect_exit 1 container_run own unshare --fork --pid cat "$SWITCHED/metrics"
    expect_match "what a container's root reads" "Permission denied" "$OUTPUT"
    expect_exit 1 unshare --user --map-root-user cat "$SWITCHED/metrics"
    expect_match "what root of a user namespace reads" "Permission denied" "$OUTPUT"
    expect_exit 1 setpriv --reuid 65534 --clear-groups cat "$SWITCHED/metrics"
    expect_match "what a user reads" "Permission denied" "$OUTPUT"
    daemon_stop
}

test_the_metrics_count_what_was_read()
{
    local before after
    start
    before=$(sed -n 's/^ownproc_reads_total{file="proc\/diskstats"} //p' "$SWITCHED/metrics")
    container_run own cat "$SWITCHED/proc/diskstats" "$SWITCHED/proc/diskstats" >/dev/null
    after=$(sed -n 's/^ownproc_reads_total{file="proc\/diskstats"} //p' "$SWITCHED/metrics")
    expect_equal "reads of diskstats" $((before + 2)) "$after"
    daemon_stop
}

# The launcher binds what the tree has below proc/ and sys/.
# Prometheus takes nothing of what has a line twice.
test_no_metric_is_told_twice()
{
    local metrics
    start
    metrics=$(sed '/^#/d; s/ [^ ]*$//' "$SWITCHED/metrics")
    expect_match "one of them" 'of="texts"' "$metrics"
    expect_equal "those with two lines" "" "$(sort <<<"$metrics" | uniq -d)"
    daemon_stop
}

test_the_launcher_binds_no_metrics()
{
    daemon_require
    expect_equal "mounts called metrics" 0 \
        "$(ownproc_run / -- awk '/metrics/ { n++ } END { print n + 0 }' /proc/mounts)"
}

tap_main
