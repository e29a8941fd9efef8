#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# attach and detach, on containers that run.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"
# shellcheck source=tests/lib/attach.sh
. "$TESTS_DIR/lib/attach.sh"

daemon_require

test_a_container_of_ownproc_run_is_given_the_files_and_loses_them_again()
{
    local pid before
    start_waiting --memory 64m --cpus 1
    pid=$(command_of "$LAUNCHER")
    before=$(tally attach injected)
    expect_match "what it says" "^$NAME \(process [0-9]+\): attached, [0-9]+ files$" "$(ownproc attach "$NAME")"
    expect_equal "counted" $((before + 1)) "$(tally attach injected)"
    expect_numbers "$pid" 65536 1
    expect_equal "who is registered" "$NAME" "$(registered)"
    expect_match "what it says again" "attached already" "$(ownproc attach "$NAME")"
    expect_match "what it says by the pid" "attached already" "$(ownproc attach "$pid")"
    expect_match "what detach says" "detached, [0-9]+ files" "$(ownproc detach "$NAME")"
    expect_none_attached "$pid"
    expect_nobody_registered
    expect_match "what detach says again" "none of the daemon" "$(ownproc detach "$NAME")"
    kill "$LAUNCHER"
    wait "$LAUNCHER" || true
}

test_files_that_fit_a_page_come_from_the_containers_own_directory()
{
    container_make small memory=64M
    bare_container small "$MASK"
    ownproc attach "$BARE"
    expect_match "where meminfo comes from" " /mnt-[0-9-]+/proc/meminfo /proc/meminfo " "$(attached "$BARE")"
    expect_match "where vmstat comes from" " /proc/vmstat /proc/vmstat " "$(attached "$BARE")"
    ownproc detach "$BARE"
    expect_nobody_registered
    bare_end
}

# Its cgroup is another's as well, and so stays.
test_a_name_that_was_made_for_one_that_has_ended_is_forgotten()
{
    local first
    container_make small memory=64M
    bare_container small "$MASK"
    ownproc attach "$BARE"
    first=$(registered)
    expect_match "its name" '^mnt-[0-9]+-[0-9]+$' "$first"
    bare_end
    expect_equal "who is registered" "$first" "$(registered)"
    bare_container small "$MASK"
    ownproc attach "$BARE"
    expect_match "who is registered then" '^mnt-[0-9]+-[0-9]+$' "$(registered)"
    [ "$first" != "$(registered)" ] || fail "it is still known"
    bare_end
}

# It has a copy of its mounts, which go on.
test_a_name_stays_while_anybody_has_its_files()
{
    local heir first
    container_make small memory=64M
    bare_container small "$MASK"
    ownproc attach "$BARE"
    first=$(registered | sort | paste -sd' ')
    nsenter --target "$BARE" --mount unshare --mount sleep 1000 &
    heir=$!
    wait_until 10 has_files_of_its_own "$heir"
    bare_end
    bare_container small "$MASK"
    ownproc attach "$BARE"
    expect_match "MemTotal" "^65536$" "$(nsenter --target "$heir" --mount cat /proc/meminfo | meminfo_value MemTotal -)"
    bare_end
    kill "$heir"
    wait "$heir" || true
}

has_files_of_its_own()
{
    [ "$(readlink "/proc/$1/ns/mnt")" != "$(readlink "/proc/$BARE/ns/mnt")" ] && attached "$1" >/dev/null &&
        [ "$(cat "/proc/$1/comm")" = sleep ]
}

test_every_mount_is_read_only_and_nothing_in_it_can_be_run()
{
    local other
    container_make small memory=64M
    bare_container small "$MASK"
    ownproc attach "$BARE"
    other=$(attached "$BARE" | grep -v ' ro,nosuid,nodev,noexec,relatime,nosymfollow - ' || true)
    expect_equal "mounts with other flags" "" "$other"
    bare_end
}

test_only_the_files_that_are_asked_for_are_mounted()
{
    container_make small memory=64M
    bare_container small "$MASK"
    ownproc attach --files meminfo,/proc/pressure/cpu,sys/devices/system/cpu "$BARE"
    expect_equal "mount points" "/proc/meminfo /proc/pressure/cpu /sys/devices/system/cpu" \
        "$(attached "$BARE" | cut -d' ' -f5 | sort | paste -sd' ')"
    expect_exit 125 ownproc attach --files nonsense "$BARE"
    expect_match "what it says" "the daemon has no file proc/nonsense" "$OUTPUT"
    # The others are added to them.
    expect_match "what attach says then" "attached, [0-9]+ files" "$(ownproc attach "$BARE")"
    expect_equal "mounts of meminfo" 1 "$(attached "$BARE" | grep -c ' /proc/meminfo ro')"
    bare_end
}

test_a_container_with_nothing_but_one_program_in_it_is_given_the_files()
{
    root_make
    mkdir "$ROOT/proc"
    container_make lonely memory=48M
    bare_container lonely "mount -t proc proc $ROOT/proc && mount --bind /dev/null $ROOT/proc/interrupts &&
        : >'$SCRATCH/lonely.ready' && exec chroot $ROOT /bin/busybox sleep 1000"
    wait_until 30 grep -q busybox "/proc/$BARE/cmdline"
    ownproc attach "$BARE"
    expect_equal MemTotal 49152 "$(chroot "/proc/$BARE/root" /bin/busybox cat /proc/meminfo | meminfo_value MemTotal -)"
    ownproc detach "$BARE"
    expect_none_attached "$BARE"
    bare_end
}

test_a_container_in_a_user_namespace_is_given_the_files()
{
    container_make guest memory=40M cpus=1
    BARE_FLAGS="--user --map-root-user" bare_container guest "$MASK"
    ownproc attach "$BARE"
    expect_equal MemTotal 40960 "$(inside "$BARE" --user --preserve-credentials cat /proc/meminfo | meminfo_value MemTotal -)"
    ownproc detach "$BARE"
    expect_none_attached "$BARE"
    bare_end
}

test_where_proc_is_unmasked_nothing_is_attached_unless_it_is_forced()
{
    local before
    container_make open memory=64M
    bare_container open :
    before=$(tally attach skipped)
    expect_exit 125 ownproc attach "$BARE"
    expect_match "what it says" "skipped: its /proc is unmasked" "$OUTPUT"
    expect_equal "counted" $((before + 1)) "$(tally attach skipped)"
    expect_none_attached "$BARE"
    inside "$BARE" unshare --user --map-root-user --pid --fork --mount --mount-proc true ||
        fail "a container in it cannot mount a procfs"
    ownproc attach --force "$BARE"
    expect_numbers "$BARE" 65536 "$(grep -c '^cpu[0-9]' /proc/stat)"
    # So the rule is right.
    ! inside "$BARE" unshare --user --map-root-user --pid --fork --mount --mount-proc true 2>/dev/null ||
        fail "it can still, so nothing need be skipped"
    bare_end
}

test_another_whole_procfs_in_the_container_keeps_nesting_possible()
{
    container_make nest memory=64M
    bare_container nest "mkdir -p '$SCRATCH/pristine' && mount -t proc proc '$SCRATCH/pristine'"
    ownproc attach "$BARE"
    inside "$BARE" unshare --user --map-root-user --pid --fork --mount --mount-proc true ||
        fail "a container in it cannot mount a procfs"
    bare_end
}

test_a_process_of_the_machine_is_in_no_container()
{
    expect_exit 125 ownproc attach $$
    expect_equal "what it says" "ownproc: process $$ is in no container" "$OUTPUT"
    expect_exit 125 ownproc attach no-such-container
    expect_equal "what it says of a name" "ownproc: no running container is called 'no-such-container'" "$OUTPUT"
    expect_exit 2 ownproc attach
    expect_exit 2 ownproc attach --all some
    expect_exit 2 ownproc attach --files , some
    expect_exit 2 ownproc attach --format yaml some
}

test_without_a_daemon_it_says_so()
{
    expect_exit 125 "$OWNPROC" attach --run-dir "$SCRATCH/none" --mountpoint "$SCRATCH/none" 1
    expect_equal "what it says" "ownproc: no daemon serves $SCRATCH/none" "$OUTPUT"
}

tap_main
