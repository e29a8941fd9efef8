# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# For the tests that run under a systemd that is pid 1: readers and containers that are services.

# shellcheck source=tests/lib/tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/tap.sh"
exec 3>&1

TREE=/var/lib/ownproc
export PACKAGES=/ownproc/packages
STEADY=/ownproc/build/tests/system/steady
READERS_LOG=/run/readers

# Waits until COMMAND succeeds: at most SECONDS.
wait_until()
{
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || fail "gave up waiting for: $*; $(systemctl status 'ownprocd*' 2>&1)"
        sleep 0.1
    done
}

# status KEY…: of "ownproc status --format json", as keeper, serving or a number.
status()
{
    case $1 in
    keeper) ownproc status | awk '$1 == "keeper" { print $2 }' ;;
    serving | standby) ownproc status | awk -v state="$1" '$1 == state { print $2 }' ;;
    esac
}

has_standby()
{
    [ -n "$(status serving 2>/dev/null)" ] && [ -n "$(status standby 2>/dev/null)" ]
}

# Whatever the tests before have left.
service_start()
{
    systemctl stop container 2>/dev/null || true
    systemctl start ownprocd
    wait_until 60 has_standby
}

# readers_start SECONDS: in a service with a limit, files of one page and of several.
readers_start()
{
    rm -f $READERS_LOG
    systemd-run --quiet --unit=readers --collect -p MemoryMax=128M -p StandardOutput=file:$READERS_LOG \
        -p StandardError=file:$READERS_LOG sh -c \
        "$STEADY $1 4 $TREE/proc/meminfo $TREE/proc/stat $TREE/proc/uptime $TREE/proc/cpuinfo; echo \"code \$?\""
}

have_ended()
{
    grep -q '^code' $READERS_LOG
}

# They come to their end, and nobody saw anything wrong.
readers_are_content()
{
    wait_until 60 have_ended
    echo "# $(grep '^texts' $READERS_LOG)" >&3
    grep -qx 'code 0' $READERS_LOG || fail "$(cat $READERS_LOG)"
}

# container_start: a service whose own /proc/meminfo is the daemon's; its pid in CONTAINER.
container_start()
{
    systemctl stop container 2>/dev/null || true
    systemd-run --quiet --unit=container --collect -p MemoryMax=64M unshare --mount sh -c \
        "mount --bind $TREE/proc/meminfo /proc/meminfo && exec sleep infinity"
    wait_until 60 container_has_files
}

container_has_files()
{
    CONTAINER=$(systemctl show -P MainPID container)
    grep -qs ' /proc/meminfo ' "/proc/$CONTAINER/mountinfo"
}

container_sees_its_limit()
{
    # shellcheck disable=SC2016 # for the shell in there
    expect_equal "MemTotal in the container" "MemTotal:          65536 kB" "$(sh -c '
        echo $$ >/sys/fs/cgroup/system.slice/container.service/cgroup.procs
        exec nsenter -t "$0" -m head -n 1 /proc/meminfo' "$CONTAINER")"
}

container_stop()
{
    systemctl stop container
}
