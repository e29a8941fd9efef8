#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What `ownproc doctor` says of set-ups that are as they should be, and of those that are not.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"
# shellcheck source=tests/lib/attach.sh
. "$TESTS_DIR/lib/attach.sh"

# examine TREE RUN_DIR: leaves the findings in $SCRATCH/findings, the exit code in CODE.
examine()
{
    CODE=0
    timeout 60 "$OWNPROC" doctor --format json --mountpoint "$1" --run-dir "$2" >"$SCRATCH/findings" || CODE=$?
    python3 -m json.tool "$SCRATCH/findings" >/dev/null || fail "it is no JSON: $(cat "$SCRATCH/findings")"
}

# found CHECK STATE [WORD]: prints these findings, each a line of the JSON, that have WORD in them.
found()
{
    grep -F "\"check\": \"$1\", \"state\": \"$2\"" "$SCRATCH/findings" | grep -F -e "${3:-}"
}

expect_found()
{
    found "$@" >/dev/null || fail "not found: $* in $(cat "$SCRATCH/findings")"
}

expect_not_found()
{
    ! found "$@" || fail "these should not be there"
}

# container COMMAND: BARE, a process in one that has done COMMAND; bare_end ends it.
container()
{
    bare_container bare "$1"
}

test_a_daemon_that_is_well_gives_nothing_to_do()
{
    with_keeper well
    examine "$KEPT/tree" "$KEPT/run"
    expect_found daemon good "It serves $KEPT/tree."
    expect_found daemon good "It answers at"
    expect_found keeper good "A worker serves"
    for check in kernel fuse cgroups daemon keeper runtime; do
        expect_not_found $check bad
        expect_not_found $check unknown
    done
    # Other containers of this machine may have none.
    expect_equal "exit code" "$(found containers bad >/dev/null && echo 1 || echo 0)" "$CODE"
    end_keeper
}

test_no_daemon_is_something_to_do()
{
    examine "$SCRATCH/nobody" "$SCRATCH/nobody.run"
    expect_equal "exit code" 1 $CODE
    expect_found daemon bad "Start it"
    expect_found daemon bad "no daemon listens"
    expect_found keeper note "--no-keeper"
}

test_a_daemon_that_is_gone_for_good_is_told_from_one_that_never_was()
{
    daemon_start "$SCRATCH/gone" --run-dir "$SCRATCH/gone.run"
    kill -KILL "$DAEMON_PID"
    wait "$DAEMON_PID" || true
    examine "$SCRATCH/gone" "$SCRATCH/gone.run"
    expect_found daemon bad "Its daemon is gone for good"
    umount -l "$SCRATCH/gone" "$SCRATCH/gone.run/containers"
}

test_a_daemon_that_never_answers_is_not_waited_for()
{
    local started=$SECONDS
    daemon_start "$SCRATCH/stuck" --run-dir "$SCRATCH/stuck.run"
    kill -STOP "$DAEMON_PID"
    examine "$SCRATCH/stuck" "$SCRATCH/stuck.run"
    kill -CONT "$DAEMON_PID"
    expect_found daemon bad "has not answered"
    expect_between "seconds" 0 40 $((SECONDS - started))
    daemon_stop
}

test_a_container_without_its_files_is_named()
{
    container "$MASK"
    examine "$TREE" "$RUN_DIR"
    expect_found containers bad "process $BARE) has none of the files and sees the host"
    expect_equal "exit code" 1 $CODE
    bare_end
}

test_a_container_that_masks_nothing_is_told_from_it()
{
    container true
    examine "$TREE" "$RUN_DIR"
    expect_found containers note "process $BARE) has none of the files, and nothing"
    bare_end
}

test_a_container_that_has_its_files_is_not_named()
{
    container "$MASK && mount --bind '$TREE/proc/meminfo' /proc/meminfo"
    examine "$TREE" "$RUN_DIR"
    expect_not_found containers bad "process $BARE)"
    bare_end
}

test_a_container_whose_lxcfs_is_dead_is_named()
{
    local lxcfs
    mkdir -p "$SCRATCH/lxcfs"
    lxcfs --foreground --pidfile="$SCRATCH/lxcfs.pid" "$SCRATCH/lxcfs" >/dev/null 2>&1 </dev/null &
    lxcfs=$!
    wait_until 10 test -e "$SCRATCH/lxcfs/proc/meminfo"
    container "$MASK && mount --bind '$SCRATCH/lxcfs/proc/meminfo' /proc/meminfo"
    examine "$TREE" "$RUN_DIR"
    expect_found lxcfs note "lxcfs is mounted at"
    expect_not_found containers bad "process $BARE)"
    kill -STOP $lxcfs
    examine "$TREE" "$RUN_DIR"
    expect_found containers bad "process $BARE) has files that are dead."
    kill -KILL $lxcfs
    wait $lxcfs || true
    examine "$TREE" "$RUN_DIR"
    expect_found containers bad "process $BARE) has files that are dead."
    umount -l "$SCRATCH/lxcfs"
    bare_end
}

# To open some devices is a deed, and who opens a pipe lets its writer go on.
test_what_is_no_file_is_not_opened()
{
    local writer
    mkfifo "$SCRATCH/pipe"
    container "$MASK && mount --bind '$TREE/proc/meminfo' /proc/meminfo && mount --bind '$SCRATCH/pipe' /proc/meminfo"
    sh -c 'exec 2>/dev/null >"$1"' sh "$SCRATCH/pipe" &
    writer=$!
    examine "$TREE" "$RUN_DIR"
    expect_not_found containers bad "process $BARE)"
    kill $writer || fail "its writer went on"
    wait $writer || true
    bare_end
}

# examine_engines COMMAND: on a machine with nothing in /run but what COMMAND makes there, and no
# processes but those that it starts.
examine_engines()
{
    unshare --mount --pid --fork --mount-proc sh -ec \
        "mount -t tmpfs tmpfs /run; mkdir /run/nri; [ ! -d /etc/cdi ] || mount -t tmpfs tmpfs /etc/cdi; $1; exec '$OWNPROC' doctor --format json --mountpoint '$TREE' --run-dir '$RUN_DIR'" \
        >"$SCRATCH/findings" || true
}

test_an_NRI_socket_is_told_with_and_without_its_plugin()
{
    examine_engines :
    expect_not_found nri good
    expect_found cdi note "No CDI spec names ownproc.dev/proc."
    examine_engines "mkdir /run/containerd; : >/run/containerd/containerd.sock"
    expect_found nri note "containerd runs, without an NRI socket."
    examine_engines ": >/run/nri/nri.sock"
    expect_found nri note "/run/nri/nri.sock, but ownproc-nri does not run."
    cp "$(command -v sleep)" "$SCRATCH/ownproc-nri"
    examine_engines "mkdir /run/docker; : >/run/docker/nri.sock; { '$SCRATCH/ownproc-nri' 60 >&2 & }"
    expect_found nri good "/run/docker/nri.sock, and ownproc-nri runs."
}

test_who_is_not_root_is_told_so()
{
    expect_exit 125 setpriv --reuid 65534 --clear-groups "$OWNPROC" doctor
    expect_match "what is told" "as root" "$OUTPUT"
}

test_people_read_lines_and_programs_objects()
{
    OUTPUT=$("$OWNPROC" doctor --mountpoint "$TREE" --run-dir "$RUN_DIR") || true
    expect_match "for people" 'ok  kernel' "$OUTPUT"
    expect_exit 2 "$OWNPROC" doctor --format yaml
    expect_exit 2 "$OWNPROC" doctor something
}

daemon_require
container_make bare
tap_main
