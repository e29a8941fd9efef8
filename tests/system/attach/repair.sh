#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# repair: files whose server is gone.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"
# shellcheck source=tests/lib/attach.sh
. "$TESTS_DIR/lib/attach.sh"

daemon_require
container_make sick memory=64M cpus=1

# lxcfs_start: its pid in LXCFS.
lxcfs_start()
{
    need lxcfs
    mkdir -p "$SCRATCH/lxcfs"
    lxcfs -f "$SCRATCH/lxcfs" >"$SCRATCH/lxcfs.log" 2>&1 &
    LXCFS=$!
    echo "$LXCFS $SCRATCH/lxcfs" >>"$SCRATCH/daemons"
    wait_until 10 test -s "$SCRATCH/lxcfs/proc/meminfo"
}

lxcfs_end()
{
    kill -KILL "$LXCFS"
    wait "$LXCFS" 2>/dev/null || true
    umount -l "$SCRATCH/lxcfs"
}

BY_LXCFS="for file in cpuinfo meminfo stat uptime; do mount --bind '$SCRATCH/lxcfs/proc/'\$file /proc/\$file; done"

test_a_container_whose_lxcfs_is_dead_gets_our_files_instead()
{
    local before
    lxcfs_start
    # Two layers, as scripts leave them that mount again over what is dead.
    bare_container sick "$BY_LXCFS; $BY_LXCFS"
    expect_match "while lxcfs lives" "nothing in it is dead" "$(ownproc repair "$BARE")"
    expect_match "what attach says" "attached, [0-9]+ files; left alone, .*: /proc/cpuinfo, /proc/meminfo, /proc/stat, /proc/uptime\$" \
        "$(ownproc attach "$BARE")"
    ownproc detach "$BARE"
    lxcfs_end
    inside "$BARE" cat /proc/meminfo 2>&1 | grep -q "not connected" || fail "it is not dead"
    expect_exit 125 ownproc attach "$BARE"
    expect_match "what attach says of the dead" "see ownproc repair" "$OUTPUT"
    before=$(tally attach repaired)
    expect_match "what it says" "repaired, [0-9]+ files" "$(ownproc repair "$BARE")"
    expect_equal "counted" $((before + 1)) "$(tally attach repaired)"
    expect_numbers "$BARE" 65536 1
    ! grep -q ' /proc/.* fuse.lxcfs' "/proc/$BARE/mountinfo" || fail "lxcfs is still mounted"
    expect_match "what it says again" "nothing in it is dead" "$(ownproc repair "$BARE")"
    ownproc detach "$BARE"
    bare_end
}

# A daemon without a keeper, killed: the next one mounts anew.
test_a_container_whose_daemon_was_killed_gets_the_files_of_the_next()
{
    local TREE=$SCRATCH/second RUN_DIR=$SCRATCH/second.run
    daemon_start "$TREE" --run-dir "$RUN_DIR"
    bare_container sick "$MASK"
    ownproc attach "$BARE"
    kill -KILL "$DAEMON_PID"
    wait "$DAEMON_PID" || true
    inside "$BARE" cat /proc/meminfo 2>&1 | grep -q "not connected" || fail "it is not dead"
    expect_exit 125 ownproc repair "$BARE"
    expect_match "without a daemon" "no daemon serves $TREE" "$OUTPUT"
    umount -l "$TREE" "$RUN_DIR/containers" 2>/dev/null || true
    daemon_start "$TREE" --run-dir "$RUN_DIR"
    expect_exit 125 ownproc attach "$BARE"
    expect_match "what attach says of the dead" "see ownproc repair" "$OUTPUT"
    expect_match "what it says" "repaired, [0-9]+ files" "$(ownproc repair "$BARE")"
    expect_numbers "$BARE" 65536 1
    expect_equal "mounts of meminfo" 1 "$(attached "$BARE" | grep -c ' /proc/meminfo ')"
    daemon_stop
    bare_end
}

# As the NRI plugin asks: it does not know what a container has.
test_attach_repairs_what_is_dead_if_it_is_told_to()
{
    lxcfs_start
    bare_container sick "$MASK; $BY_LXCFS"
    lxcfs_end
    expect_match "of the dead" "repaired, [0-9]+ files" "$(ownproc attach --repair "$BARE")"
    expect_numbers "$BARE" 65536 1
    expect_match "of those that live" "attached already, [0-9]+ files" "$(ownproc attach --repair "$BARE")"
    ownproc detach "$BARE"
    expect_none_attached "$BARE"
    expect_match "of none" "attached, [0-9]+ files" "$(ownproc attach --repair "$BARE")"
    ownproc detach "$BARE"
    bare_end
}

# What the daemon does not know any more is ESTALE.
test_a_container_that_was_unregistered_is_registered_anew()
{
    bare_container sick "$MASK"
    ownproc attach "$BARE"
    printf 'unregister\nid=%s\n\n' "$(registered)" |
        python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(sys.stdin.buffer.read()); print(s.recv(99))' \
            "$RUN_DIR/ownprocd.sock"
    inside "$BARE" cat /proc/meminfo 2>&1 | grep -q "Stale" || fail "it is not stale"
    expect_match "what it says" "repaired, [0-9]+ files" "$(ownproc repair "$BARE")"
    expect_numbers "$BARE" 65536 1
    ownproc detach "$BARE"
    expect_none_attached "$BARE"
    expect_nobody_registered
    bare_end
}

tap_main
