#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The unit under a real systemd: whatever is done to it, who reads does not notice.

# shellcheck source=tests/system/package/booted.sh
. "$(dirname "$0")/../booted.sh"

test_the_package_installs_and_its_service_serves()
{
    dpkg -i $PACKAGES/ownproc_*-1_*.deb
    wait_until 60 has_standby
    [ -s $TREE/proc/meminfo ] || fail "nobody serves"
    systemctl is-enabled ownprocd
}

test_the_unit_is_known_to_be_no_more_exposed_than_it_must()
{
    local level
    systemd-analyze verify --man=no ownprocd.service ownprocd-kept.service
    level=$(systemd-analyze security --no-pager ownprocd.service | sed -n 's/.*exposure level.*: \([0-9]*\)\.\([0-9]*\) .*/\1\2/p')
    echo "# exposure level $level tenths" >&3
    expect_between "exposure level in tenths" 0 40 "$level"
}

# What the sandbox must not take away; all of it fails softly, so nobody else would tell.
test_the_sandbox_leaves_what_the_daemon_needs()
{
    local keeper worker
    keeper=$(status keeper) worker=$(status serving)
    expect_match "locked memory of the keeper" '[1-9][0-9]{2,} kB' "$(grep VmLck "/proc/$keeper/status")"
    expect_equal "the worker's filters" 2 "$(awk '$1 == "Seccomp:" { print $2 }' "/proc/$worker/status")"
    expect_equal "fds that the service manager keeps" 6 "$(systemctl show -P NFileDescriptorStore ownprocd)"
    ! journalctl -b -u ownprocd -p warning --no-pager -o cat | grep . || fail "it complains"
}

test_a_reload_is_not_noticed()
{
    local keeper worker
    keeper=$(status keeper) worker=$(status serving)
    readers_start 6
    systemctl reload ownprocd
    systemctl reload ownprocd
    readers_are_content
    expect_equal "the keeper" "$keeper" "$(status keeper)"
    [ "$(status serving)" != "$worker" ] || fail "the same worker serves"
}

test_a_restart_is_not_noticed()
{
    local keeper
    keeper=$(status keeper)
    container_start
    readers_start 8
    systemctl restart ownprocd
    systemctl restart ownprocd
    readers_are_content
    container_sees_its_limit
    container_stop
    [ "$(status keeper)" != "$keeper" ] || fail "the same keeper keeps"
    ! systemctl --quiet is-active ownprocd-kept || fail "a restart went by way of the other unit"
    wait_until 60 has_standby
    expect_equal "fds that the service manager keeps" 6 "$(systemctl show -P NFileDescriptorStore ownprocd)"
}

test_a_worker_and_a_keeper_that_are_killed_are_not_missed()
{
    readers_start 12
    for who in serving keeper serving keeper keeper; do
        wait_until 60 has_standby
        kill -KILL "$(status $who)"
        sleep 1
    done
    readers_are_content
    wait_until 60 has_standby
}

# As an administrator may by mistake.
test_a_keeper_that_is_told_to_end_comes_back()
{
    local before
    before=$(status keeper)
    readers_start 4
    kill -TERM "$before"
    readers_are_content
    wait_until 60 has_standby
    [ "$(status keeper)" != "$before" ] || fail "the same keeper keeps"
}

test_a_stop_leaves_the_files_to_who_has_them()
{
    container_start
    readers_start 8
    systemctl stop ownprocd
    expect_equal "the service" inactive "$(systemctl is-active ownprocd)"
    expect_equal "what goes on" active "$(systemctl is-active ownprocd-kept)"
    container_sees_its_limit
    systemctl start ownprocd
    readers_are_content
    wait_until 60 has_standby
    container_sees_its_limit
    ! systemctl --quiet is-active ownprocd-kept || fail "both units are active"
    journalctl -b -u ownprocd --no-pager -o cat | grep -q "process $CONTAINER (.*): /proc/meminfo" || fail "it does not say who"
    container_stop
}

test_a_stop_unmounts_what_nobody_has()
{
    service_start
    systemctl stop ownprocd
    ! grep ownproc /proc/mounts || fail "it is still mounted"
    ! systemctl --quiet is-active ownprocd-kept || fail "the other unit goes on"
    service_start
}

test_a_shutdown_ends_the_service_for_good()
{
    container_start
    ! ownproc shutdown || fail "it was shut down under a container"
    container_stop
    ownproc shutdown
    sleep 1
    expect_equal "the service" inactive "$(systemctl is-active ownprocd)"
    ! grep ownproc /proc/mounts || fail "it is still mounted"
    service_start
}

tap_main
