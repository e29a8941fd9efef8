# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Who is compared:
#
#     kernel           Linux's own file
#     bound            our bound tree
#     ordinary         our ordinary tree
#     direct           our ordinary tree, by a reader whose container is not the one that looked it up
#     lxcfs            lxcfs, with load averages (-l), because ours are computed, too
#     lxcfs7           the same of Debian's sid, in a VM alone (sections/vm.sh)
#     floor_no_open, floor_keep_cache, floor_direct_io, floor_getattr
#                      files that libfuse serves from memory (floor.c)

BENCH=$BUILD/tests/bench
BENCH_DIR=$TESTS_DIR/bench
RUN_DIR=$SCRATCH/run
declare -A SERVER=([kernel]=0)
WITHOUT=() # contenders that are not there, each with the reason

# Ours.
daemon_bench_start()
{
    local arguments=()
    ! "$OWNPROCD" --help | grep -q -e --run-dir || arguments=(--run-dir "$RUN_DIR")
    daemon_start "$SCRATCH/tree" "${arguments[@]}" || exit 1
    TREE=$SCRATCH/tree
    SERVER[ordinary]=$DAEMON_PID
    SERVER[direct]=$DAEMON_PID
    if [ -S "$RUN_DIR/ownprocd.sock" ]; then
        SERVER[bound]=$DAEMON_PID
    else
        WITHOUT+=("bound: this build has none")
    fi
}

lxcfs_start()
{
    command -v lxcfs >/dev/null || {
        WITHOUT+=("lxcfs: not installed")
        return
    }
    mkdir "$SCRATCH/lxcfs"
    lxcfs -f -l -p "$SCRATCH/lxcfs.pid" "$SCRATCH/lxcfs" >"$SCRATCH/lxcfs.log" 2>&1 &
    SERVER[lxcfs]=$!
    wait_until 5 test -e "$SCRATCH/lxcfs/proc/meminfo"
}

# floor_start MODE
floor_start()
{
    local mount=$SCRATCH/floor_$1
    mkdir "$mount"
    "$BENCH/floor" "$1" "$mount" /proc 2>"$mount.log" &
    SERVER[floor_$1]=$!
    wait_until 5 test -e "$mount/meminfo"
}

floors_start()
{
    floor_start no_open
    floor_start keep_cache
    floor_start direct_io
    floor_start getattr
}

contenders_stop()
{
    local name
    for name in "${!SERVER[@]}"; do
        [ "${SERVER[$name]}" = 0 ] || kill "${SERVER[$name]}" 2>/dev/null
    done
    for name in "${!SERVER[@]}"; do
        [ "${SERVER[$name]}" = 0 ] || wait "${SERVER[$name]}" 2>/dev/null
    done
}

# bound_register: reads lines "ID NAME" and tells the daemon of these containers of container.sh.
bound_register()
{
    [ -n "${SERVER[bound]:-}" ] || return 0
    python3 -c '
import socket, sys
path, parent = sys.argv[1:]
for line in sys.stdin:
    name, cgroup = line.split()
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(path)
        control.sendall(f"register\nid={name}\ncgroup=/{parent}/{cgroup}\n\n".encode())
        answer = control.makefile().read()
    if not answer.startswith("ok"):
        sys.exit(f"register {name}: {answer}")
' "$RUN_DIR/ownprocd.sock" "$CONTAINER_PARENT" || fail "the daemon does not take a container"
}

# directory_of CONTENDER ID: where its files are, for the container that is registered as ID.
directory_of()
{
    case $1 in
    kernel) echo /proc ;;
    bound) echo "$RUN_DIR/containers/$2/proc" ;;
    ordinary | direct) echo "$TREE/proc" ;;
    lxcfs | lxcfs7) echo "$SCRATCH/$1/proc" ;;
    floor_*) echo "$SCRATCH/$1" ;;
    esac
}

# contenders_there NAME…: those of them that are there.
contenders_there()
{
    local name
    for name; do
        [ -z "${SERVER[$name]:-}" ] || echo "$name"
    done
}

# bench_in CONTAINER "CONTENDER…" COMMAND…: COMMAND runs in the cgroups of CONTAINER, gets the
# contenders appended, "NAME=DIRECTORY:PID", and finds their files bound there.
bench_in()
(
    container=$1
    binds=()
    words=()
    # shellcheck disable=SC2086 # a list of words
    for name in $(contenders_there $2); do
        binds+=("$name=$(directory_of "$name" "${container//\//.}")")
        words+=("$name=/mnt/$name:${SERVER[$name]}")
    done
    shift 2
    cgroups=$(container_directories "$container")
    container_enter owner
    exec unshare --mount "$BENCH_DIR/enter" "${cgroups//$'\n'/ }" "${binds[@]}" -- "$@" "${words[@]}"
)

# bench_container NAME SETTING…: makes a container and tells the daemon of it.
bench_container()
{
    container_make "$@"
    echo "${1//\//.} $1" | bound_register
}

# measured SECTION MEMBERS: copies lines of JSON into the results, with MEMBERS more in each.
measured()
{
    sed "s/^{/{\"section\": \"$1\", $2/" >>"$RESULTS"
}

bench_need()
{
    local program
    for program; do
        command -v "$program" >/dev/null || fail "$program is not installed"
    done
}

bench_prepare()
{
    container_make owner
    daemon_bench_start
    lxcfs_start
    floors_start
    bench_container bench memory=256M cpus=2
}
