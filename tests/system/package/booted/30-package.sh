#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The Debian package is upgraded and removed while containers read.

# shellcheck source=tests/system/package/booted.sh
. "$(dirname "$0")/../booted.sh"

test_an_upgrade_is_not_noticed()
{
    local keeper worker
    service_start
    keeper=$(status keeper) worker=$(status serving)
    container_start
    readers_start 10
    dpkg -i $PACKAGES/ownproc_*-2_*.deb
    [ "$(status serving)" != "$worker" ] || fail "the same worker serves"
    expect_equal "the keeper" "$keeper" "$(status keeper)"
    readers_are_content
    container_sees_its_limit
    expect_equal "of the program that serves" "$(stat -L -c %i /usr/bin/ownprocd)" \
        "$(stat -L -c %i "/proc/$(status serving)/exe")"
    container_stop
}

# Its program is /bin/false.
test_an_upgrade_that_cannot_serve_is_not_noticed_either()
{
    local worker
    readers_start 10
    dpkg -i $PACKAGES/ownproc_*-3_*.deb >/run/upgrade 2>&1 || fail "$(cat /run/upgrade)"
    grep -q "the old program goes on" /run/upgrade || fail "$(cat /run/upgrade)"
    dpkg -i $PACKAGES/ownproc_*-2_*.deb
    readers_are_content
    wait_until 60 has_standby
}

test_it_is_not_removed_under_a_container()
{
    container_start
    ! dpkg --purge ownproc >/run/removal 2>&1 || fail "it was"
    grep -q "process $CONTAINER (.*): /proc/meminfo" /run/removal || fail "$(cat /run/removal)"
    container_sees_its_limit
    expect_equal "the package" installed "$(dpkg-query -W -f '${db:Status-Status}' ownproc)"
    expect_equal "the service" active "$(systemctl is-active ownprocd)"
    container_stop
}

test_a_purge_leaves_nothing()
{
    dpkg --purge ownproc
    expect_equal "files" "" "$(find / -xdev -not -path '/ownproc*' -name '*ownproc*' -not -path '/proc/*' -not -path '/var/log/*' 2>/dev/null)"
    expect_equal "below /run and in cgroups" "" "$(find /run /sys/fs/cgroup -name '*ownproc*' -not -path '*/units/*' 2>/dev/null)"
    ! grep ownproc /proc/mounts || fail "it is still mounted"
    ! pgrep ownprocd || fail "somebody lives"
}

# Then the machine is switched off, and tests/system/package/run looks whether it is.
test_it_is_there_again_when_the_machine_is_switched_off()
{
    dpkg -i $PACKAGES/ownproc_*-1_*.deb
    wait_until 60 has_standby
    container_start
}

tap_main
