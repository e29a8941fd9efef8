# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# For tests of what is shared and kept by the kernel: a daemon with both trees, and the files in them.

SPEED_RUN=$SCRATCH/fast.run # its control socket and its bound tree

# A daemon of the file's own, in TREE.
speed_daemon()
{
    TREE=$SCRATCH/fast
    daemon_start "$TREE" --run-dir "$SPEED_RUN" || exit 1
    export TREE
    sleep 0.3 # our looks for it are long ago: names lead to the own nodes of who reads
}

speed_control()
{
    "$BUILD/tests/system/speed/control" "$SPEED_RUN/ownprocd.sock" "$@"
}

# speed_bind NAME [ID]: registers the container NAME of container_make as ID; its files are below BOUND.
speed_bind()
{
    local id=${2:-$1}
    container_hold "$1"
    speed_control register "id=$id" pid=$HELD
    export BOUND=$SPEED_RUN/containers/$id
}

# Those whose length never changes, which is what may be kept: in the bound tree there are no others.
speed_cacheable_files()
{
    local name files=
    for name in cpuinfo loadavg meminfo stat swaps uptime pressure/cpu pressure/io pressure/memory; do
        [ ! -e "$1/proc/$name" ] || files="$files $1/proc/$name"
    done
    sleep 0.3 # our looks are long ago: who looks for them now gets nodes of his own
    echo "${files# }"
}
