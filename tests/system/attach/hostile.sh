#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# attach, on containers that mean harm or are about to end.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"
# shellcheck source=tests/lib/attach.sh
. "$TESTS_DIR/lib/attach.sh"

daemon_require
container_make prey memory=64M

expect_refused()
{
    local before
    before=$(tally attach failed)
    expect_exit 125 ownproc attach "$BARE"
    expect_match "what it says" "$1" "$OUTPUT"
    expect_equal "lines" 1 "$(wc -l <<<"$OUTPUT")"
    expect_equal "counted" $((before + 1)) "$(tally attach failed)"
    expect_none_attached "$BARE"
    expect_nobody_registered
}

test_a_file_of_somebody_elses_over_meminfo_is_not_covered()
{
    echo MemTotal >"$SCRATCH/theirs"
    bare_container prey "$MASK; mount --bind '$SCRATCH/theirs' /proc/meminfo;
        mount --bind '$SCRATCH/theirs' /sys/devices/system/cpu/online"
    expect_exit 0 ownproc attach "$BARE"
    expect_match "what it says" "attached, [0-9]+ files; left alone, something else is mounted there: /proc/meminfo, /sys/devices/system/cpu\$" "$OUTPUT"
    expect_equal "what it reads" "MemTotal MemTotal" "$(inside "$BARE" cat /proc/meminfo /sys/devices/system/cpu/online | paste -sd' ')"
    expect_equal "ours" 1 "$(attached "$BARE" | grep -c ' /proc/stat ')"
    expect_exit 0 ownproc attach "$BARE"
    expect_match "what it says then" "attached already, [0-9]+ files; left alone" "$OUTPUT"
    ownproc detach "$BARE"
    expect_equal "what it reads after" MemTotal "$(inside "$BARE" cat /proc/meminfo)"
    expect_exit 125 ownproc attach --files meminfo "$BARE"
    expect_match "what it says of nothing else" "skipped: no file is left to it; left alone, .*: /proc/meminfo\$" "$OUTPUT"
    expect_none_attached "$BARE"
    expect_nobody_registered
    bare_end
}

# A volume at /sys that looks like one, and a /proc that is none.
test_what_is_not_the_kernels_is_not_mounted_on()
{
    root_make
    mkdir -p "$ROOT/proc" "$ROOT/sys/devices/system/cpu"
    bare_container prey "mount -t proc proc $ROOT/proc && mount --bind /dev/null $ROOT/proc/interrupts &&
        : >'$SCRATCH/prey.ready' && exec chroot $ROOT /bin/busybox sleep 1000"
    wait_until 30 grep -q busybox "/proc/$BARE/cmdline"
    expect_exit 0 ownproc attach "$BARE"
    expect_match "what it says" "left alone, something else is mounted there: /sys/devices/system/cpu\$" "$OUTPUT"
    ownproc detach "$BARE"
    bare_end
    root_make
    mkdir "$ROOT/proc"
    touch "$ROOT/proc/meminfo"
    bare_container prey ": >'$SCRATCH/prey.ready' && exec chroot $ROOT /bin/busybox sleep 1000"
    wait_until 30 grep -q busybox "/proc/$BARE/cmdline"
    expect_refused "failed: /proc is not the kernel's"
    bare_end
}

# A root in which /proc is a symbolic link to a procfs.
test_a_symbolic_link_is_not_followed()
{
    root_make
    mkdir "$ROOT/real"
    ln -s real "$ROOT/proc"
    bare_container prey "mount -t proc proc $ROOT/real && mount --bind /dev/null $ROOT/real/interrupts &&
        : >'$SCRATCH/prey.ready' && exec chroot $ROOT /bin/busybox sleep 1000"
    wait_until 30 grep -q busybox "/proc/$BARE/cmdline"
    expect_refused "/proc/[a-z]+ is behind a symbolic link: refused"
    bare_end
}

test_a_container_without_proc_is_told()
{
    root_make
    bare_container prey ": >'$SCRATCH/prey.ready' && exec chroot $ROOT /bin/busybox sleep 1000"
    wait_until 30 grep -q busybox "/proc/$BARE/cmdline"
    expect_refused "it has neither /proc nor /sys"
    bare_end
}

bare_is_busybox()
{
    bare_find && grep -qs busybox "/proc/$BARE/cmdline"
}

# What is mounted over the /proc of a peer appears in the other's.
test_a_container_whose_proc_is_shared_with_the_machine_is_refused()
{
    root_make
    mkdir "$ROOT/proc"
    mount --bind "$ROOT" "$ROOT"
    mount --make-shared "$ROOT"
    mount -t proc proc "$ROOT/proc"
    container_exec prey unshare --mount --propagation unchanged --pid --fork --kill-child \
        chroot "$ROOT" /bin/busybox sleep 1000 &
    BARE_PARENT=$!
    wait_until 30 bare_is_busybox
    expect_exit 125 ownproc attach --force "$BARE"
    expect_match "what it says" "its /proc or /sys is shared with the machine: refused" "$OUTPUT"
    expect_equal "mounts of ours here" 0 "$(grep -c " $ROOT/proc/" /proc/self/mountinfo)"
    expect_nobody_registered
    bare_end
    umount -R "$ROOT"
}

# A file of sysfs where a directory of it should be: that is seen only when all of /proc is mounted.
test_a_failure_half_way_takes_out_what_was_put_in()
{
    root_make
    mkdir -p "$ROOT/proc" "$ROOT/sys/devices/system/cpu"
    touch "$ROOT/sys/devices/system/node"
    bare_container prey "mount -t proc proc $ROOT/proc && mount --bind /dev/null $ROOT/proc/interrupts &&
        mount --bind /sys/devices/system/cpu $ROOT/sys/devices/system/cpu &&
        mount --bind /sys/devices/system/cpu/online $ROOT/sys/devices/system/node &&
        : >'$SCRATCH/prey.ready' && exec chroot $ROOT /bin/busybox sleep 1000"
    wait_until 30 grep -q busybox "/proc/$BARE/cmdline"
    expect_refused "cannot mount on /sys/devices/system/node: Invalid argument"
    bare_end
}

# What cannot be reached at this moment can be at another, and until then detach says so.
is_detached()
{
    ownproc detach "$BARE" >/dev/null 2>&1 && ! attached "$BARE" >/dev/null
}

test_what_cannot_be_reached_is_not_called_detached()
{
    bare_container prey "$MASK"
    ownproc attach --files meminfo "$BARE"
    inside "$BARE" mount --bind /dev/null /proc/meminfo
    expect_exit 125 ownproc detach "$BARE"
    expect_match "what it says" "failed: 1 of its files cannot be reached" "$OUTPUT"
    inside "$BARE" umount /proc/meminfo
    ownproc detach "$BARE"
    expect_none_attached "$BARE"
    bare_end
}

# It renames and mounts while we look.
test_whoever_renames_and_mounts_meanwhile_gets_all_files_or_none()
{
    local round count all=0 none=0 expected
    root_make
    mkdir -p "$ROOT/proc" "$ROOT/sys"
    bare_container prey "mount -t proc proc $ROOT/proc && mount --bind /dev/null $ROOT/proc/interrupts && cd $ROOT && (
        while :; do
            mount --bind proc/version proc/swaps && umount -l proc/swaps
            mv -T sys other; ln -s other sys; rm -f sys; mv -T other sys
        done >/dev/null 2>&1 &) ; : >'$SCRATCH/prey.ready' && exec chroot $ROOT /bin/busybox sleep 1000"
    wait_until 30 grep -q busybox "/proc/$BARE/cmdline"
    for round in $(seq 60); do
        [ $all -lt 5 ] || [ $none -lt 3 ] || break
        ownproc attach "$BARE" >"$SCRATCH/said" 2>&1 || true
        expect_equal "lines of round $round" 1 "$(wc -l <"$SCRATCH/said")"
        count=$(attached "$BARE" | cut -d' ' -f5 | sort -u | wc -l)
        if grep -q ': attached' "$SCRATCH/said"; then
            all=$((all + 1))
            expected=$(sed -n 's/.*attached.*, \([0-9]*\) files/\1/p' "$SCRATCH/said")
            [ "$count" -ge $((expected - 1)) ] || fail "$count of $expected files are there"
        else
            none=$((none + 1))
            expect_equal "files after: $(cat "$SCRATCH/said")" 0 "$count"
        fi
        wait_until 20 is_detached
    done
    [ "$all" -gt 0 ] || fail "it was refused $none times"
    bare_end
}

test_a_container_that_ends_meanwhile_leaves_nothing_and_is_told_in_one_sentence()
{
    local round code before after failed=0
    before=$(tally attach failed)
    for round in $(seq 10); do
        bare_container prey "$MASK"
        (sleep 0.0$((round % 4)) && kill -KILL "$BARE") 2>/dev/null &
        code=0
        ownproc attach "$BARE" >"$SCRATCH/said" 2>&1 || code=$?
        [ $code = 0 ] || [ $code = 125 ] || fail "exit code $code: $(cat "$SCRATCH/said")"
        expect_equal "lines" 1 "$(wc -l <"$SCRATCH/said")"
        ! grep -q ': failed: ' "$SCRATCH/said" || failed=$((failed + 1))
        bare_end
    done
    after=$(tally attach failed)
    expect_equal "counted" $((before + failed)) "$after"
    # What was registered goes with the cgroup.
    container_remove prey || true # who is ending already cannot be killed
    expect_nobody_registered
    container_make prey memory=64M
}

# Another daemon stands for a file system of the container's own that says it is ours.
test_what_its_own_file_system_calls_it_is_not_its_name()
{
    local other=$SCRATCH/other
    daemon_start "$other" --run-dir "$other.run"
    bare_container prey "$MASK"
    printf 'register\nid=victim\npid=%s\n\n' "$BARE" |
        python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(sys.stdin.buffer.read()); print(s.recv(99))' \
            "$other.run/ownprocd.sock"
    inside "$BARE" mount --bind "$other.run/containers/victim/proc/meminfo" /proc/version
    ownproc attach "$BARE"
    expect_match "its name" '^mnt-[0-9]+-[0-9]+$' "$(registered)"
    ownproc detach "$BARE"
    bare_end
    daemon_stop
}

# A file system of the container's own that never answers.
test_a_file_system_that_never_answers_holds_nobody_up()
{
    local mute code=0
    need lxcfs
    mkdir -p "$SCRATCH/mute"
    lxcfs -f "$SCRATCH/mute" >/dev/null 2>&1 &
    echo "$! $SCRATCH/mute" >>"$SCRATCH/daemons"
    mute=$!
    wait_until 10 test -s "$SCRATCH/mute/proc/meminfo"
    bare_container prey "$MASK; mount --bind '$SCRATCH/mute/proc/meminfo' /proc/meminfo"
    kill -STOP $mute
    timeout 30 "$OWNPROC" attach --run-dir "$RUN_DIR" --mountpoint "$TREE" "$BARE" >"$SCRATCH/said" 2>&1 || code=$?
    kill -CONT $mute
    expect_equal "exit code" 125 $code
    expect_match "what it says" "a file system there has not answered for 5 s" "$(cat "$SCRATCH/said")"
    kill $mute
    wait $mute || true
    bare_end
}

test_a_daemon_that_never_answers_is_not_waited_for()
{
    local stuck=$SCRATCH/stuck
    daemon_start "$stuck" --run-dir "$stuck.run"
    kill -STOP "$DAEMON_PID"
    for verb in attach detach; do
        expect_exit 125 timeout 30 "$OWNPROC" $verb --run-dir "$stuck.run" --mountpoint "$stuck" $$
        expect_equal "sentence" "ownproc: $stuck: a file system there has not answered for 3 s" "$OUTPUT"
    done
    kill -CONT "$DAEMON_PID"
    daemon_stop
}

tap_main
