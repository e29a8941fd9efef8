#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# LXC of a newer Debian, on this machine and its cgroups: the mount hook.  What a user types is in
# booted/20-lxc.sh, in the VM.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/engines.sh
. "$TESTS_DIR/lib/engines.sh"

HOOK=$(realpath "$TESTS_DIR/../contrib/lxc/lxc-mount-hook")

limits()
{
    if container_v1_mount memory >/dev/null; then
        echo "lxc.cgroup.memory.limit_in_bytes = 128M"
        echo "lxc.cgroup.cpu.cfs_period_us = 100000"
        echo "lxc.cgroup.cpu.cfs_quota_us = 50000"
    else
        echo "lxc.cgroup2.memory.max = 128M"
        echo "lxc.cgroup2.cpu.max = 50000 100000"
    fi
}

write_config()
{
    mkdir -p "$SCRATCH/lxc/box/rootfs"/{bin,proc,sys,dev}
    cp /bin/busybox "$SCRATCH/lxc/box/rootfs/bin/"
    cat >"$SCRATCH/lxc/box/config" <<EOF
lxc.uts.name = box
lxc.rootfs.path = dir:$SCRATCH/lxc/box/rootfs
lxc.init.cmd = /bin/busybox sleep 60
lxc.net.0.type = empty
lxc.apparmor.profile = unconfined
lxc.mount.auto = proc:mixed sys:ro
$(limits)
lxc.hook.mount = env OWNPROC_TREE=$TREE $HOOK
lxc.log.file = $SCRATCH/lxc.log
lxc.log.level = DEBUG
EOF
}

# in_engine COMMAND…: in the root that has LXC.
in_engine()
{
    (engine_enter trixie bash -euc "$*")
}

test_a_container_of_LXC_sees_its_own_numbers()
{
    local seen
    daemon_require
    write_config
    seen=$(in_engine "
        lxc-start -P '$SCRATCH/lxc' -n box
        lxc-attach -P '$SCRATCH/lxc' -n box -- /bin/busybox sh -c '
            head -n 1 /proc/meminfo; grep -c ^processor /proc/cpuinfo; cut -d. -f1 /proc/uptime
            cat /sys/devices/system/cpu/online' || true
        lxc-stop -k -P '$SCRATCH/lxc' -n box") || fail "$(tail -n 50 "$SCRATCH/lxc.log")"
    expect_equal "memory and CPUs" "MemTotal:         131072 kB 1 0" "$(echo "$seen" | sed '3d; s, *$,,' | xargs -d '\n' echo)"
    expect_between "uptime" 0 60 "$(echo "$seen" | sed -n 3p)"
}

tap_main
