# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What every system test needs: where things are, a directory of its own, a daemon, containers.
# tests/system/run exports the four names below; a test that is started by itself gets them here.

SYSTEM_LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TESTS_DIR=$(dirname "$SYSTEM_LIB")
# Tests go to other directories.
BUILD=$(realpath -m "${BUILD:-$(dirname "$TESTS_DIR")/build}")
export BUILD
export OWNPROC=${OWNPROC:-$BUILD/launcher/ownproc}
export OWNPROCD=${OWNPROCD:-$BUILD/fs/ownprocd}
export WORKLOAD=${WORKLOAD:-$BUILD/tests/system/workload}

# shellcheck source=tests/lib/tap.sh
. "$SYSTEM_LIB/tap.sh"
# shellcheck source=tests/lib/daemon.sh
. "$SYSTEM_LIB/daemon.sh"
# shellcheck source=tests/lib/container.sh
. "$SYSTEM_LIB/container.sh"

system_unmount_all()
{
    local mount
    for mount in $(awk -v below="$SCRATCH/" 'index($2, below) == 1 { print $2 }' /proc/mounts | sort -r); do
        umount -l "$mount"
    done
}

system_tidy()
{
    container_remove_all
    daemon_stop_all
    system_unmount_all
    rm -rf --one-file-system "$SCRATCH"
}

# SCRATCH is on a disk, not on a tmpfs: page cache and shared memory are not the same.
SCRATCH=$(mktemp -d -p /var/tmp ownproc-test.XXXXXX)
SYSTEM_SHELL=$BASHPID
# Only the file's own shell tidies, not the subshells in which its tests run.
trap '[ "$BASHPID" != "$SYSTEM_SHELL" ] || system_tidy' EXIT
trap 'exit 1' INT TERM

# Waits until COMMAND succeeds: at most SECONDS.
wait_until()
{
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || fail "gave up waiting for: $*"
        sleep 0.05
    done
}

# repeats N FEWER: how often something is tried again and again; FEWER on a machine that is emulated.
repeats()
{
    echo $((${EMULATED:-0} ? $2 : $1))
}

# A child of this shell that nobody has waited for is gone as well: wait_until 10 is_gone PID
is_gone()
{
    [ ! -e "/proc/$1/stat" ] || [ "$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null || echo Z)" = Z ]
}

# ownproc_run FLAG… ROOTFS -- COMMAND…: the launcher, with the files of the tests' own daemon.
ownproc_run()
{
    "$OWNPROC" run --mountpoint "$TREE" ${RUN_DIR:+--run-dir "$RUN_DIR"} --proc require "$@"
}

# meminfo_value KEY [FILE], in kB.
meminfo_value()
{
    awk -v key="$1:" '$1 == key { print $2 }' "${2:-/proc/meminfo}"
}

# tally ROUTE OUTCOME: how often it was counted.
tally()
{
    cat "$RUN_DIR/tally" 2>/dev/null | awk -v route="$1" -v outcome="$2" '$1 == route && $2 == outcome { n = $3 } END { print n + 0 }'
}

# cpu_value COLUMN [FILE] [LINE]: a counter of /proc/stat in ticks; 1 user … 4 idle … 8 steal.
cpu_value()
{
    awk -v line="${3:-cpu}" -v column="$1" '$1 == line { print $(column + 1) }' "${2:-/proc/stat}"
}
