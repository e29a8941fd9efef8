#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# A container that is registered: where its files are from, what they show, and that the daemon forgets
# it.  What the daemon knows: ps and view.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"
# shellcheck source=tests/lib/own_daemon.sh
. "$TESTS_DIR/lib/own_daemon.sh"

# Ends the daemon, which another test may have started in its subshell, and starts another.
own_daemon_again()
{
    local pid
    pid=$(awk -v directory="$OWN" '$2 == directory { pid = $1 } END { print pid }' "$SCRATCH/daemons")
    kill "$pid"
    wait_until 10 has_ended "$pid"
    own_daemon
}

# Nobody waits for it here; a zombie has no program.
has_ended()
{
    [ ! -e "/proc/$1/exe" ]
}

launch_bound()
{
    "$OWNPROC" run --mountpoint "$OWN" --run-dir "$RUN" --proc require "$@"
}

# Starts a container that waits: its name in NAME, its command's pid in COMMAND.
start_bound()
{
    run_waiting --mountpoint "$OWN" --run-dir "$RUN" --proc require "$@"
    COMMAND=$(command_of "$LAUNCHER")
}

stop_bound()
{
    kill "$LAUNCHER"
    wait "$LAUNCHER" || true
}

# Which part of its file system is mounted on FILE, from mountinfo.
root_of()
{
    awk -v file="$1" '$5 == file { root = $4 } END { print root }'
}

# json_value KEY: of the container NAME.
json_value()
{
    ask ps --format json | grep -F "\"id\": \"$NAME\"" | grep -oE "\"$1\": [^,}]*" | cut -d' ' -f2-
}

need_memory()
{
    cgroup_of x memory >/dev/null || skip "no memory controller"
}

test_files_that_fit_a_page_are_from_the_containers_own_directory()
{
    NAME=$(launcher_name)
    local mounts
    mounts=$(launch_bound --name "$NAME" / -- cat /proc/self/mountinfo)
    expect_equal meminfo "/$NAME/proc/meminfo" "$(root_of /proc/meminfo <<<"$mounts")"
    expect_equal uptime "/$NAME/proc/uptime" "$(root_of /proc/uptime <<<"$mounts")"
    expect_equal "the CPUs" /sys/devices/system/cpu "$(root_of /sys/devices/system/cpu <<<"$mounts")"
}

test_every_file_is_bound_all_the_same()
{
    expect_equal files \
        "$(launch_bound --run-dir /nowhere / -- awk '$3 ~ /^fuse/ { print $2 }' /proc/self/mounts | sort)" \
        "$(launch_bound / -- awk '$3 ~ /^fuse/ { print $2 }' /proc/self/mounts | sort)"
}

test_they_show_the_containers_numbers()
{
    need_memory
    expect_equal "MemTotal in kB" 65536 "$(launch_bound -m 64m / -- cat /proc/meminfo | meminfo_value MemTotal /dev/stdin)"
    expect_equal "the same in every read" "$(printf '65536\n65536')" \
        "$(launch_bound -m 64m / -- sh -c 'for i in 1 2; do grep MemTotal: /proc/meminfo; done' | awk '{ print $2 }')"
}

test_uptime_is_of_the_containers_time_namespace()
{
    [ -e /proc/self/ns/time ] || skip "no time namespaces"
    expect_between seconds 0 30 "$(launch_bound / -- cut -d. -f1 /proc/uptime)"
}

test_whoever_reads_them_sees_the_container()
{
    need_memory
    start_bound -m 64m
    expect_equal "a reader of the host" 65536 \
        "$(nsenter -t "$COMMAND" -m cat /proc/meminfo | meminfo_value MemTotal /dev/stdin)"
    container_make other memory=96M
    expect_equal "a reader of another container" 65536 \
        "$(container_run other nsenter -t "$COMMAND" -m cat /proc/meminfo | meminfo_value MemTotal /dev/stdin)"
    stop_bound
}

test_a_process_in_a_cgroup_below_sees_the_container()
{
    need_memory
    start_bound -m 64m
    local directory
    directory=$(cgroup_of "$NAME" memory)/below
    mkdir "$directory"
    # shellcheck disable=SC2016
    expect_equal MemTotal 65536 "$(bash -c 'echo 0 >"$1/cgroup.procs"; exec nsenter -t "$2" -m cat /proc/meminfo' \
        x "$directory" "$COMMAND" | meminfo_value MemTotal /dev/stdin)"
    rmdir "$directory"
    stop_bound
}

test_the_end_of_the_container_is_the_end_of_its_directory()
{
    start_bound
    [ -e "$RUN/containers/$NAME/proc/meminfo" ] || fail "no directory while it runs"
    stop_bound
    is_forgotten "$NAME" || fail "the daemon still has it: $(ask ps)"
    expect_nothing_left "$NAME"
}

test_a_container_that_cannot_start_is_forgotten()
{
    NAME=$(launcher_name)
    expect_exit 127 launch_bound --name "$NAME" / -- /no/such/command
    is_forgotten "$NAME" || fail "the daemon still has it: $(ask ps)"
    expect_nothing_left "$NAME"
}

test_after_a_kill_of_the_launcher_the_daemon_forgets()
{
    start_bound
    kill -KILL "$LAUNCHER"
    wait "$LAUNCHER" || true
    "$OWNPROC" gc >/dev/null
    wait_until 5 is_forgotten "$NAME"
    expect_nothing_left "$NAME"
}

test_the_name_can_be_used_again_at_once()
{
    need_memory
    NAME=$(launcher_name)
    local size
    for size in 64 96 128; do
        expect_equal "MemTotal in kB" $((size * 1024)) \
            "$(launch_bound --name "$NAME" -m ${size}m / -- cat /proc/meminfo | meminfo_value MemTotal /dev/stdin)"
    done
}

test_a_name_is_used_again_after_a_kill()
{
    need_memory
    start_bound -m 64m
    kill -KILL "$LAUNCHER"
    wait "$LAUNCHER" || true
    expect_equal "MemTotal in kB" 98304 \
        "$(launch_bound --name "$NAME" -m 96m / -- cat /proc/meminfo | meminfo_value MemTotal /dev/stdin)"
}

test_a_container_outlives_its_daemon()
{
    start_bound
    own_daemon_again
    expect_equal "a new container" "$(meminfo_value MemTotal)" \
        "$(launch_bound / -- cat /proc/meminfo | meminfo_value MemTotal /dev/stdin)"
    kill "$LAUNCHER"
    local code=0
    wait "$LAUNCHER" || code=$?
    expect_equal "exit code" 143 $code
    expect_nothing_left "$NAME"
}

test_without_a_socket_all_is_from_the_tree()
{
    mkdir -p "$SCRATCH/empty"
    expect_equal meminfo /proc/meminfo \
        "$(launch_bound --run-dir "$SCRATCH/empty" / -- cat /proc/self/mountinfo | root_of /proc/meminfo)"
}

test_with_a_socket_nobody_listens_at_all_is_from_the_tree()
{
    mkdir -p "$SCRATCH/dead"
    : >"$SCRATCH/dead/ownprocd.sock"
    expect_equal "meminfo, and no complaint" /proc/meminfo \
        "$(launch_bound --run-dir "$SCRATCH/dead" / -- cat /proc/self/mountinfo 2>&1 | root_of /proc/meminfo)"
}

test_view_prints_a_file_of_a_container_by_its_name()
{
    need_memory
    start_bound -m 64m
    local file
    for file in meminfo proc/meminfo /proc/meminfo; do
        expect_equal "MemTotal in $file" 65536 "$(ask view "$NAME" $file | meminfo_value MemTotal /dev/stdin)"
    done
    expect_equal "its CPUs" "$(nsenter -t "$COMMAND" -m cat /sys/devices/system/cpu/online)" \
        "$(ask view "$NAME" sys/devices/system/cpu/online)"
    stop_bound
}

test_view_prints_a_file_of_a_container_by_a_pid()
{
    need_memory
    start_bound -m 64m
    expect_equal MemTotal 65536 "$(ask view "$COMMAND" meminfo | meminfo_value MemTotal /dev/stdin)"
    expect_equal "of the host" "$(meminfo_value MemTotal)" \
        "$(ask view 1 meminfo | meminfo_value MemTotal /dev/stdin)"
    stop_bound
}

test_view_finds_a_container_that_the_daemon_was_not_told_of()
{
    need_memory
    start_bound -m 64m
    own_daemon_again
    expect_equal MemTotal 65536 "$(ask view "$NAME" meminfo | meminfo_value MemTotal /dev/stdin)"
    stop_bound
}

test_view_says_what_it_does_not_find()
{
    expect_exit 125 ask view no-such-container meminfo
    expect_match "the sentence" '^ownproc: cannot view proc/meminfo of no-such-container: ' "$OUTPUT"
    expect_exit 125 ask view 2147483647 meminfo
    expect_exit 125 ask view 1 no-such-file
    expect_exit 125 ask view 1 ../../etc/passwd
    expect_exit 125 "$OWNPROC" view --run-dir "$SCRATCH/nobody" 1 meminfo
    expect_match "the sentence" 'no daemon listens at' "$OUTPUT"
}

test_view_and_ps_want_their_arguments()
{
    expect_exit 2 "$OWNPROC" view
    expect_exit 2 "$OWNPROC" view 1
    expect_exit 2 "$OWNPROC" view 1 meminfo surplus
    expect_exit 2 "$OWNPROC" view --no-such-flag 1 meminfo
    expect_exit 2 "$OWNPROC" ps surplus
    expect_exit 2 "$OWNPROC" ps --format xml
    expect_exit 125 "$OWNPROC" ps --run-dir "$SCRATCH/nobody"
    expect_exit 0 "$OWNPROC" view --help
    expect_match usage 'ownproc view' "$OUTPUT"
    expect_exit 0 "$OWNPROC" ps --help
}

test_ps_lists_a_container_with_its_limits()
{
    need_memory
    start_bound -m 64m
    expect_equal "pid, CPUs and limit in the table" "$(init_of "$LAUNCHER" ownproc-init) $(nproc) 64Mi" \
        "$(ask ps | awk -v name="$NAME" '$1 == name { print $2, $3, $5 }')"
    expect_equal "the limit" 67108864 "$(json_value memory_limit)"
    expect_equal "the pid" "$(init_of "$LAUNCHER" ownproc-init)" "$(json_value pid)"
    expect_equal "the cgroup" "\"/ownproc/$NAME\"" "$(json_value cgroup)"
    expect_equal "it is registered" true "$(json_value registered)"
    stop_bound
}

test_ps_counts_reads()
{
    start_bound
    local before after
    before=$(json_value reads)
    sleep 0.1
    nsenter -t "$COMMAND" -m cat /proc/meminfo >/dev/null
    after=$(json_value reads)
    [ "$after" -gt "$before" ] || fail "$before reads, then $after"
    stop_bound
}

test_json_is_json()
{
    need python3
    start_bound
    expect_equal "containers of that name" 1 "$(ask ps --format json |
        python3 -c 'import json, sys; print(sum(c["id"] == sys.argv[1] for c in json.load(sys.stdin)))' "$NAME")"
    stop_bound
}

test_root_of_a_container_cannot_ask()
{
    expect_exit 125 launch_bound / -- "$OWNPROC" ps --run-dir "$RUN"
    expect_match "the sentence" 'only root of the host' "$OUTPUT"
    expect_exit 125 launch_bound / -- "$OWNPROC" view --run-dir "$RUN" 1 meminfo
}

own_daemon
tap_main
