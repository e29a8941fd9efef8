#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# --all, of the containers below a cgroup of the test's own: others on this machine are not ours.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"
# shellcheck source=tests/lib/attach.sh
. "$TESTS_DIR/lib/attach.sh"

# A daemon of its own: it is ended.
unset TREE
daemon_require
container_make first memory=64M
container_make second memory=96M
ID=$(head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n')
container_make "docker-$ID.scope" memory=32M

# outcomes VERB…: "outcome …" of what it says of all, sorted.
outcomes()
{
    ownproc "$@" --all --below "/$CONTAINER_PARENT" --format json | python3 -c 'import json, sys; print(*sorted(c["outcome"] for c in json.load(sys.stdin)))'
}

start_all()
{
    bare_container first "$MASK"
    FIRST=$BARE FIRST_PARENT=$BARE_PARENT
    bare_container "docker-$ID.scope" "$MASK"
    ENGINES=$BARE ENGINES_PARENT=$BARE_PARENT
    bare_container second :
    OPEN=$BARE OPEN_PARENT=$BARE_PARENT
    container_exec second unshare --mount sleep 1000 &
    SERVICE=$!
    wait_until 5 grep -q sleep "/proc/$SERVICE/cmdline"
}

end_all()
{
    kill -KILL "$FIRST_PARENT" "$ENGINES_PARENT" "$OPEN_PARENT" "$SERVICE"
    wait
}

test_all_containers_are_given_the_files_but_those_where_proc_is_unmasked()
{
    start_all
    expect_equal "outcomes" "attached attached skipped" "$(outcomes attach)"
    expect_numbers "$FIRST" 65536 "$(grep -c '^cpu[0-9]' /proc/stat)"
    expect_numbers "$ENGINES" 32768 "$(grep -c '^cpu[0-9]' /proc/stat)"
    expect_none_attached "$OPEN"
    expect_none_attached "$SERVICE"
    expect_match "who is registered" "$ID" "$(registered)"
    expect_equal "outcomes again" "present present skipped" "$(outcomes attach)"
    expect_equal "outcomes of repair" "healthy healthy healthy" "$(outcomes repair)"
    expect_equal "outcomes by force" "attached present present" "$(outcomes attach --force)"
    expect_equal "outcomes of detach" "detached detached detached" "$(outcomes detach)"
    expect_none_attached "$FIRST"
    expect_none_attached "$OPEN"
    expect_nobody_registered
    expect_equal "outcomes of detach again" "nothing nothing nothing" "$(outcomes detach)"
    end_all
}

test_a_container_of_an_engine_is_found_by_the_first_digits_of_its_id()
{
    start_all
    expect_match "by 12 digits" "^$ID \(process $ENGINES\): attached" "$(ownproc attach "${ID:0:12}")"
    expect_match "by the whole" "^$ID .* attached already" "$(ownproc attach "$ID")"
    expect_match "detach" "detached" "$(ownproc detach "$ID")"
    expect_exit 125 ownproc attach "${ID:0:5}"
    end_all
}

test_what_is_left_after_the_daemon_is_taken_out_without_it()
{
    start_all
    outcomes attach --force
    daemon_stop
    umount -l "$TREE" "$RUN_DIR/containers" 2>/dev/null || true
    expect_equal "outcomes" "detached detached detached" "$(outcomes detach)"
    expect_none_attached "$FIRST"
    inside "$FIRST" cat /proc/meminfo >/dev/null || fail "its meminfo cannot be read"
    end_all
}

tap_main
