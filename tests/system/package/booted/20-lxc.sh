#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# LXC, by the commands of docs/lxc.md.

# shellcheck source=tests/system/package/booted.sh
. "$(dirname "$0")/../booted.sh"
TESTS_DIR=/ownproc/tests
# shellcheck source=tests/lib/docs.sh
. $TESTS_DIR/lib/docs.sh

# What LXC says of a container that does not start.
start()
{
    lxc-start --logfile /run/lxc.log --logpriority TRACE "$@" || fail "$(grep -v ' TRACE ' /run/lxc.log | tail -n 60)"
}

inside()
{
    lxc-attach --name box -- "$@"
}

test_a_container_of_LXC_sees_its_own_numbers()
{
    service_start
    { doc_commands lxc.md include && doc_commands lxc.md limits; } | bash -eu
    echo 'lxc.net.0.type = empty' >>/var/lib/lxc/box/config
    sed -i '1i lxc.log.file = /run/lxc.log\nlxc.log.level = DEBUG' /var/lib/lxc/box/config
    doc_commands lxc.md see | bash -eu -o pipefail || fail "$(tail -n 60 /run/lxc.log)"
    expect_equal "MemTotal" "MemTotal:         131072 kB" "$(inside cat /proc/meminfo | head -n 1)"
    expect_equal "CPUs in cpuinfo" 1 "$(inside grep -c ^processor /proc/cpuinfo)"
    expect_equal "CPUs in sysfs" 0 "$(inside cat /sys/devices/system/cpu/online | tr -d " ")"
    expect_between "uptime" 0 100 "$(inside cut -d. -f1 /proc/uptime)"
    expect_match "pressure is its own" '^some ' "$(inside cat /proc/pressure/cpu)"
}

test_it_does_not_notice_a_restart_of_the_daemon()
{
    systemctl restart ownprocd
    expect_equal "MemTotal" "MemTotal:         131072 kB" "$(inside cat /proc/meminfo | head -n 1)"
    wait_until 60 has_standby
}

test_nothing_of_it_remains_when_it_has_ended()
{
    lxc-destroy --force --name box
    ownproc shutdown
}

# The daemon is still off.
test_without_a_daemon_a_container_starts_with_the_files_of_the_kernel()
{
    doc_commands lxc.md include | bash -eu
    echo 'lxc.net.0.type = empty' >>/var/lib/lxc/box/config
    start --name box
    expect_equal "MemTotal" "$(head -n 1 /proc/meminfo)" "$(inside cat /proc/meminfo | head -n 1)"
    lxc-stop --kill --name box
    sed -i '/10-ownproc/d' /var/lib/lxc/box/config
    echo 'lxc.hook.mount = env OWNPROC_REQUIRE=1 /usr/libexec/ownproc/lxc-mount-hook' >>/var/lib/lxc/box/config
    ! lxc-start --name box || fail "it started"
    lxc-destroy --name box
    service_start
}

test_what_looks_for_lxcfs_finds_it()
{
    doc_commands lxc.md dropin | bash -eu
    rm /var/lib/lxcfs /etc/tmpfiles.d/lxcfs.conf
    doc_commands_are_run lxc.md include limits see dropin
}

tap_main
