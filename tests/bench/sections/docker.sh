# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# In a real Docker container: "-v" of our ordinary tree beside "-v" of lxcfs's files.

# shellcheck source=tests/system/docker/engine.sh
. "$TESTS_DIR/system/docker/engine.sh"

docker_volumes()
{
    local name file
    for name; do
        for file in meminfo stat cpuinfo uptime loadavg; do
            echo "-v $(directory_of "$name" "")/$file:/bench/$name/$file:ro"
        done
    done
}

bench_docker()
{
    local obstacle names name words=(kernel=/proc)
    obstacle=$(docker_obstacle)
    [ -z "$obstacle" ] || fail "$obstacle"
    trap dockerd_stop EXIT # of the subshell in which sections run
    docker_lock
    docker_start
    docker_image || fail "cannot make the image"
    names=$(contenders_there ordinary lxcfs floor_keep_cache floor_direct_io)
    for name in $names; do
        words+=("$name=/bench/$name")
    done
    # shellcheck disable=SC2046,SC2086 # lists of words
    docker run --rm --network none -m 256m --cpus 2 -v "${DOCKER_ROOT%/}/usr:/usr:ro" \
        -v "$(realpath "$BENCH/readers"):/bench/readers:ro" $(docker_volumes $names) "$IMAGE" \
        /bench/readers --rounds "${ROUNDS:-21}" --msec "${MSEC:-40}" --readers 1,8 \
        --operations open,pread "${words[@]}" | measured docker ''
}
