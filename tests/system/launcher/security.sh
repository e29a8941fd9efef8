#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What a container can reach, and what its first process holds.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"

status()
{
    launch "$@" / -- cat /proc/self/status
}

field()
{
    awk -v key="$1:" '$1 == key { print $2 }'
}

test_capabilities_are_dockers_fourteen()
{
    local all
    all=$(status)
    expect_equal CapEff 00000000a80425fb "$(field CapEff <<<"$all")"
    expect_equal CapPrm 00000000a80425fb "$(field CapPrm <<<"$all")"
    expect_equal CapBnd 00000000a80425fb "$(field CapBnd <<<"$all")"
    expect_equal CapInh 0000000000000000 "$(field CapInh <<<"$all")"
    expect_equal CapAmb 0000000000000000 "$(field CapAmb <<<"$all")"
}

test_others_than_root_have_none()
{
    local all
    all=$(status -u 65534:65534)
    expect_equal CapEff 0000000000000000 "$(field CapEff <<<"$all")"
    expect_equal CapPrm 0000000000000000 "$(field CapPrm <<<"$all")"
    expect_equal CapAmb 0000000000000000 "$(field CapAmb <<<"$all")"
    expect_equal Uid 65534 "$(field Uid <<<"$all")"
    expect_equal Groups "" "$(field Groups <<<"$all")"
}

test_no_new_privileges_and_a_filter()
{
    local all
    all=$(status)
    expect_equal NoNewPrivs 1 "$(field NoNewPrivs <<<"$all")"
    expect_equal Seccomp 2 "$(field Seccomp <<<"$all")"
}

test_process_1_is_no_more_privileged_than_the_command()
{
    start_waiting
    local init all
    init=$(init_of "$LAUNCHER" ownproc-init)
    all=$(cat "/proc/$init/status")
    expect_equal CapEff 00000000a80425fb "$(field CapEff <<<"$all")"
    expect_equal CapBnd 00000000a80425fb "$(field CapBnd <<<"$all")"
    expect_equal Seccomp 2 "$(field Seccomp <<<"$all")"
    expect_equal NoNewPrivs 1 "$(field NoNewPrivs <<<"$all")"
}

test_process_1_holds_its_lifeline_and_its_signals_and_nothing_else()
{
    start_waiting
    local init
    init=$(init_of "$LAUNCHER" ownproc-init)
    expect_equal "what it has open" "anon_inode:[signalfd] pipe:[N]" \
        "$(find "/proc/$init/fd" -type l -printf '%l\n' | sed 's/[0-9]\+/N/' | sort | paste -sd ' ')"
}

test_a_command_gets_only_the_standard_streams()
{
    # The fourth is the shell's own, of the directory.
    expect_equal "open files" "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3" \
        "$(launch / -- sh -c 'echo /proc/self/fd/*' 7</etc/passwd 8</)"
}

test_the_launcher_cannot_be_reached_through_process_1()
{
    expect_exit 1 launch / -- readlink /proc/1/exe
    expect_exit 1 launch / -- sh -c 'cat /proc/1/exe >/dev/null'
    start_waiting
    local exe
    exe=$(readlink "/proc/$(init_of "$LAUNCHER" ownproc-init)/exe")
    expect_match "its program" '^/memfd:ownproc-init' "$exe"
}

test_the_program_of_process_1_is_sealed()
{
    need python3
    start_waiting
    # F_GET_SEALS: all of seal, shrink, grow, write
    expect_equal "seals" 15 "$(python3 -c '
import fcntl, sys
print(fcntl.fcntl(open(sys.argv[1], "rb"), 1034))' "/proc/$(init_of "$LAUNCHER" ownproc-init)/exe")"
}

test_process_1_cannot_be_killed_from_inside()
{
    expect_exit 5 launch / -- sh -c 'kill -KILL 1; kill -STOP 1; sleep 0.2; exit 5'
}

test_processes_of_the_host_cannot_be_seen()
{
    expect_between "processes" 1 4 "$(launch / -- sh -c 'ls -d /proc/[0-9]*' | wc -l)"
}

# refused COMMAND…: cannot be done inside.
refused()
{
    local code=0
    launch / -- "$@" >/dev/null 2>&1 || code=$?
    [ $code != 0 ] || fail "was done: $*"
}

test_mounts_cannot_be_made()
{
    mkdir -p "$SCRATCH/at"
    refused mount -t tmpfs none "$SCRATCH/at"
    refused mount -t proc none "$SCRATCH/at"
    refused umount /proc
    refused unshare -m true
    refused unshare -Ur true
    refused unshare -U true
}

test_devices_cannot_be_made_or_used()
{
    refused mknod "$SCRATCH/disk" b 8 0
    refused mknod "$SCRATCH/mem" c 1 1
    mknod "$SCRATCH/null" c 1 3
    refused sh -c "echo x >$SCRATCH/null"
    launch / -- mkfifo "$SCRATCH/fifo"
}

test_what_administers_the_machine_is_refused()
{
    refused sh -c 'echo 1 >/proc/sys/vm/drop_caches'
    refused sh -c 'echo b >/proc/sysrq-trigger'
    refused sh -c 'echo x >/sys/kernel/uevent_helper'
    refused dmesg
    refused hostname other
    refused date -s 2000-01-01
}

test_system_calls_with_a_history_are_refused()
{
    need python3
    [ "$(uname -m)" = x86_64 ] || skip "the system call numbers are x86_64's"
    # keyctl bpf userfaultfd perf_event_open io_uring_setup kexec_load open_by_handle_at fsopen
    expect_equal "answers" "1 1 1 1 1 1 1 1" "$(launch / -- python3 -c '
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for number in (250, 321, 323, 298, 425, 246, 304, 430):
    ctypes.set_errno(0)
    libc.syscall(number, 0, 0, 0, 0, 0)
    print(ctypes.get_errno())' | paste -sd ' ')"
}

test_clone3_is_answered_as_by_an_old_kernel()
{
    need python3
    [ "$(uname -m)" = x86_64 ] || skip "the system call number is x86_64's"
    expect_equal errno 38 "$(launch / -- python3 -c '
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall(435, 0, 0)
print(ctypes.get_errno())')"
}

test_secrets_of_proc_are_masked()
{
    local file
    for file in kcore keys timer_list interrupts; do
        [ -e "/proc/$file" ] || continue
        expect_equal "bytes of /proc/$file" 0 "$(launch / -- cat "/proc/$file" | wc -c)"
    done
    for file in acpi scsi asound; do
        [ -d "/proc/$file" ] || continue
        expect_equal "entries of /proc/$file" 0 "$(launch / -- find "/proc/$file" -mindepth 1 | wc -l)"
    done
}

test_the_mount_table_is_as_planned()
{
    root_make
    # type, mount point, and of the options what matters
    launch "$ROOT" -- busybox cat /proc/self/mounts | awk '{
        split($4, words, ","); kept = ""
        for (i in words) if (words[i] ~ /^(ro|rw|nosuid|nodev|noexec)$/) set[words[i]] = 1
        for (word in set) { sorted[++n] = word }
        printf "%s %s", $3, $2
        if ("ro" in set) printf " ro"; if ("nosuid" in set) printf " nosuid"
        if ("nodev" in set) printf " nodev"; if ("noexec" in set) printf " noexec"
        print ""; delete set; delete sorted }' |
        grep -vE '^(cgroup2?) |^[a-z0-9]+ / |/sys/fs/cgroup|/proc/(acpi|scsi|asound|bus|fs|irq|keys|kcore|timer_list|interrupts|sched_debug|latency_stats|timer_stats|sysrq-trigger)|/sys/(firmware|devices)' \
        >"$SCRATCH/mounts"
    cat >"$SCRATCH/wanted" <<'END'
tmpfs /dev nosuid noexec
devpts /dev/pts nosuid noexec
tmpfs /dev/shm nosuid nodev noexec
mqueue /dev/mqueue nosuid nodev noexec
proc /proc nosuid nodev noexec
sysfs /sys ro nosuid nodev noexec
proc /proc/sys ro nosuid nodev noexec
END
    diff "$SCRATCH/wanted" "$SCRATCH/mounts"
}

test_with_the_hosts_root_nothing_of_the_hosts_proc_is_mounted()
{
    expect_equal "procfs at /proc" 1 "$(launch / -- awk '$2 == "/proc"' /proc/self/mounts | wc -l)"
    expect_equal "sysfs" 1 "$(launch / -- awk '$2 == "/sys"' /proc/self/mounts | wc -l)"
    expect_equal "devtmpfs" 0 "$(launch / -- awk '$3 == "devtmpfs"' /proc/self/mounts | wc -l)"
}

test_what_shows_the_hosts_kernel_elsewhere_is_let_go()
{
    mkdir "$SCRATCH/second proc" "$SCRATCH/sys" "$SCRATCH/bound"
    # In a mount namespace of our own, with the launcher in it.
    # shellcheck disable=SC2016 # the inner shell's
    expect_equal "what is left to see" 0 "$(unshare --mount sh -c '
        mount -t proc proc "$1/second proc" && mount -t sysfs sysfs "$1/sys" &&
            mount --bind /proc/sys "$1/bound" && mount --bind /proc/sys "$1/second proc" || exit
        shift
        exec "$@"' sh "$SCRATCH" "$OWNPROC" run --proc none / -- \
        ls -A "$SCRATCH/second proc" "$SCRATCH/sys" "$SCRATCH/bound" | grep -cv -e : -e '^$')"
}

test_set_user_id_gives_nothing()
{
    cp /usr/bin/id "$SCRATCH/id"
    chmod 4755 "$SCRATCH/id"
    chmod 755 "$SCRATCH"
    expect_equal uid 65534 "$(launch -u 65534 / -- "$SCRATCH/id" -u)"
}

test_the_network_is_a_loopback_that_is_up()
{
    expect_equal "devices" lo "$(launch / -- ls /sys/class/net | grep -v bonding_masters | paste -sd ' ')"
    # IFF_UP is bit 0
    expect_equal "lo is up" 1 "$(($(launch / -- cat /sys/class/net/lo/flags) & 1))"
}

test_the_hosts_network_is_the_hosts()
{
    expect_equal "namespace" "$(readlink /proc/self/ns/net)" "$(launch --network host / -- readlink /proc/self/ns/net)"
}

test_every_other_namespace_is_new()
{
    local kind
    for kind in pid mnt uts ipc net cgroup time; do
        [ -e "/proc/self/ns/$kind" ] || continue
        [ "$(launch / -- readlink "/proc/self/ns/$kind")" != "$(readlink "/proc/self/ns/$kind")" ] ||
            fail "the $kind namespace is the host's"
    done
}

test_the_machine_was_booted_with_the_container()
{
    [ -e /proc/self/ns/time ] || skip "no time namespaces"
    expect_between "uptime in s" 0 5 "$(launch / -- cut -d. -f1 /proc/uptime)"
    # The command's start, in ticks since boot.
    expect_between "start time" 0 500 "$(launch / -- cut -d ' ' -f 22 /proc/self/stat)"
}

tap_main
