# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# A dockerd with nothing in it but busybox, for tests that configure it: this machine's, or that of a
# root of engines.sh.  Source it after system.sh; DOCKER_HOST is its socket.

DOCKERD_PARENT=ownproc-dockerd-$$

# The image "busybox" has nothing else in it.
dockerd_image()
{
    local root=$SCRATCH/busybox
    mkdir -p "$root"/{bin,dev,etc,proc,sys,tmp}
    cp "$(command -v busybox)" "$root/bin/busybox"
    "$root/bin/busybox" --list | while read -r name; do
        [ "$name" = busybox ] || ln -sf busybox "$root/bin/$name"
    done
    tar -C "$root" -c . | docker import - busybox >/dev/null
}

dockerd_answers()
{
    docker version >/dev/null 2>&1 || ! kill -0 "$DOCKERD_PID" 2>/dev/null
}

# dockerd_await PID: of a dockerd at DOCKER_HOST, whose containers' cgroups are below DOCKERD_PARENT;
# dockerd_stop ends it.
dockerd_await()
{
    DOCKERD_PID=$1
    wait_until 60 dockerd_answers
    docker version >/dev/null 2>&1 || {
        tail -n 30 "$SCRATCH/dockerd.log"
        fail "dockerd does not start"
    }
}

# dockerd_start [FLAG…]: its log in $SCRATCH/dockerd.log.
dockerd_start()
{
    local state=$SCRATCH/dockerd
    mkdir -p "$state"
    export DOCKER_HOST=unix://$state/socket
    dockerd --data-root "$state/data" --exec-root "$state/exec" --pidfile "$state/pid" --host "$DOCKER_HOST" \
        --storage-driver vfs --cgroup-parent "/$DOCKERD_PARENT" --bridge none --iptables=false --ip6tables=false \
        --userland-proxy=false "$@" >"$SCRATCH/dockerd.log" 2>&1 </dev/null &
    dockerd_await $!
    dockerd_image
}

dockerd_stop()
{
    local mount
    [ -n "${DOCKERD_PID:-}" ] || return 0
    # shellcheck disable=SC2046 # a list of words
    docker rm -f $(docker ps -aq) >/dev/null 2>&1
    kill "$DOCKERD_PID" 2>/dev/null
    wait "$DOCKERD_PID" 2>/dev/null
    for mount in $(awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/mounts); do
        container_remove_tree "$mount/$DOCKERD_PARENT"
    done
}
