# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The containers in which the programs of the matrix run: the same small Debian with the same limits,
# by Docker (ENGINE=docker, started by tests/system/docker/run) or by "ownproc run".
#
# What a test expects follows from these limits and from the clock.

# shellcheck source=tests/lib/system.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/system.sh"

ENGINE=${ENGINE:-launcher}

# 256 MiB of memory and 128 MiB of swap; one and a half CPUs out of two, which are two.
export LIMITS="-m 256m --memory-swap 384m --cpus 1.5 --cpuset-cpus 0-1"
export MEMORY_KIB=262144
SWAP_KIB=131072
# Half a CPU, which is one, while the threads may run on all.
export HALF="-m 256m --memory-swap 384m --cpus 0.5"
# The second CPU, which is CPU 0 inside.
export SECOND="-m 256m --memory-swap 384m --cpuset-cpus 1"

daemon_require
# A directory on a disk is /mnt inside, and has the suite's own workload.
mkdir -p "$SCRATCH/mnt"
cp "$WORKLOAD" "$SCRATCH/mnt/workload"
BINDS="-v $SCRATCH/mnt:/mnt"

if [ "$ENGINE" = docker ]; then
    # shellcheck source=tests/system/docker/engine.sh
    . "$TESTS_DIR/system/docker/engine.sh"
    trap '[ "$BASHPID" != "$SYSTEM_SHELL" ] || { containers_remove; system_tidy; }' EXIT
else
    # shellcheck source=tests/lib/root.sh
    . "$TESTS_DIR/lib/root.sh"
    ROOT=$(root_directory) || exit
fi

# One container of Docker's for each set of limits lives as long as the file of tests does.
container_name()
{
    echo "programs-$$-$(cksum <<<"$1" | cut -d' ' -f1)"
}

containers_remove()
{
    [ ! -e "$SCRATCH/kept" ] || xargs docker rm -f <"$SCRATCH/kept" >/dev/null 2>&1
}

# shellcheck disable=SC2086 # lists of words
inside_docker()
{
    local name
    name=$(container_name "$1")
    grep -qsx "$name" "$SCRATCH/kept" || {
        echo "$name" >>"$SCRATCH/kept"
        docker_keep "$name" $BINDS $1
    }
    shift
    docker exec "$name" "$@"
}

# shellcheck disable=SC2086 # lists of words
inside_launcher()
{
    local limits=$1
    shift
    ownproc_run --read-only --tmpfs /tmp --tmpfs /run --tmpfs /var/log $BINDS $limits "$ROOT" -- "$@"
}

# inside LIMITS COMMAND…: what COMMAND prints in a container under these limits.  With Docker one that
# may have run for a while, with the launcher a new one.
inside()
{
    "inside_$ENGINE" "$@"
}

# fresh LIMITS COMMAND…: the same in a new container, with either.
# shellcheck disable=SC2086 # lists of words
fresh()
{
    local limits=$1
    shift
    if [ "$ENGINE" = docker ]; then
        docker_run $BINDS $limits -- "$@"
    else
        inside_launcher "$limits" "$@"
    fi
}

need_two_cpus()
{
    [ "$(nproc --all)" -ge 2 ] || skip "this machine has one CPU"
}

# With what only "ownproc run" has: a time namespace, and files that runc lets nobody mount.
is_launcher()
{
    [ "$ENGINE" = launcher ]
}

# How much swap a container may have of what the machine has, in KiB.
swap_expected()
{
    local host
    host=$(meminfo_value SwapTotal /proc/meminfo)
    echo $((host < SWAP_KIB ? host : SWAP_KIB))
}

# in_python LIMITS EXPRESSION: what it prints, with os and psutil at hand.
in_python()
{
    inside "$1" python3 -c "import os, psutil; print($2)"
}

# in_node LIMITS EXPRESSION
in_node()
{
    inside "$1" node -e "const os = require('os'); console.log($2)"
}

# htop wants a terminal; script(1) gives it one.  Its words, without what moves the cursor.  To htop an
# age of 0 s is unknown.
in_htop()
{
    inside "$1" script -qec \
        'sleep 1.2; stty rows 50 cols 120; HTOPRC=/tmp/htoprc TERM=xterm timeout --foreground -s INT 4 htop --no-color' \
        /dev/null | sed 's/\x1b\[[0-9;?]*[A-Za-z]/ /g; s/\x1b(B//g'
}

# atop_value LIMITS LABEL FIELD: of its parseable output since the boot.
atop_value()
{
    inside "$1" atop -P "$2" 1 1 | awk -v label="$2" -v field="$3" '$1 == label { print $field; exit }'
}
