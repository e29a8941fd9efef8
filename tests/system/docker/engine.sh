# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# A dockerd of the tests' own: its socket, its containers and its cgroups are nobody else's.  The
# image, a small Debian, is kept between runs.

# shellcheck source=tests/lib/root.sh
. "$TESTS_DIR/lib/root.sh"
# shellcheck source=tests/lib/dockerd.sh
. "$TESTS_DIR/lib/dockerd.sh"

DOCKER_STATE=$SCRATCH/docker
export DOCKER_HOST=${DOCKER_HOST_OF_TESTS:-unix://$SCRATCH/docker.sock}
export DOCKER_HOST_OF_TESTS=$DOCKER_HOST

# Why Docker cannot run here; nothing if it can.
docker_obstacle()
{
    if ! command -v dockerd >/dev/null; then
        echo "dockerd is not installed"
    elif [ ! -c /dev/fuse ]; then
        echo "there is no /dev/fuse"
    fi
}

# One dockerd at a time may use a data-root; it keeps the lock itself, until it has ended.
docker_lock()
{
    mkdir -p "$CACHE/docker"
    exec 9>"$CACHE/docker.lock"
    flock 9
}

# It has a cgroup of its own: on v2 it looks there whether swap can be limited, and the root tells nothing.
docker_start()
{
    mkdir -p "$DOCKER_STATE"
    container_make dockerd
    container_exec dockerd dockerd --data-root "$CACHE/docker" --exec-root "$DOCKER_STATE" --pidfile "$DOCKER_STATE/pid" \
        --host "$DOCKER_HOST" --cgroup-parent "/$DOCKERD_PARENT" --bridge none \
        --iptables=false --ip6tables=false >"$SCRATCH/dockerd.log" 2>&1 </dev/null &
    dockerd_await $!
}

# What the image holds: the root without /usr, which is bound: so the image is made in no time, in the
# VM as well.
docker_image_files()
{
    cd "$1" || return
    find bin sbin lib* etc
    printf '%s\n' dev mnt proc root run sys tmp usr var var/lib var/log var/tmp
}

# Imports the image if this data-root does not have it.  Its name follows the list of packages.
docker_image()
{
    DOCKER_ROOT=$(root_directory) || return 1
    IMAGE=ownproc-test:$(root_name)
    export DOCKER_ROOT IMAGE
    docker image inspect "$IMAGE" >/dev/null 2>&1 ||
        docker_image_files "$DOCKER_ROOT" | tar -C "$DOCKER_ROOT" --no-recursion -T - -c |
        docker import - "$IMAGE" >/dev/null
}

# The words of "ownproc docker-args" for the tests' own tree.
docker_arguments()
{
    "$OWNPROC" docker-args --mountpoint "$TREE"
}

# All that the containers have in common.
docker_common()
{
    echo "--rm --network none -v ${DOCKER_ROOT%/}/usr:/usr:ro"
    docker_arguments
}

# docker_run FLAG… -- COMMAND…: what docker run prints.
docker_run()
{
    local flags=()
    while [ "$1" != -- ]; do
        flags+=("$1")
        shift
    done
    shift
    # shellcheck disable=SC2046 # a list of words
    docker run $(docker_common) "${flags[@]}" "$IMAGE" "$@"
}

# docker_keep NAME FLAG…: starts a container that does nothing.
docker_keep()
{
    local name=$1
    shift
    # shellcheck disable=SC2046 # a list of words
    docker run -d --name "$name" $(docker_common) "$@" "$IMAGE" sleep 1000 >/dev/null
}
