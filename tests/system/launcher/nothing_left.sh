#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Whatever fails, and whenever the launcher is killed: nothing stays.  strace(1) does the failing.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"

FLAGS="-m 64m --cpus 0.5 --pids-limit 50 --read-only --tmpfs /mnt -w /tmp -u 65534"

# Calls that start, mount, limit or give up something; not those that every library makes.
CALLS="mkdirat open_tree move_mount mount_setattr fsopen fsconfig fsmount clone3 unshare pivot_root
    umount2 mount mknodat symlinkat sethostname setresuid setresgid setgroups capset seccomp execveat
    memfd_create pipe2 socketpair ioctl flock pwrite64 sendto fchdir getcwd umask openat2 dup3
    close_range rt_sigqueueinfo statx fstatfs sendmsg recvfrom"

BUDGET=100 # seconds for a test: a slow machine does not come to the end of the list

# How often the launcher and its child make @call.
count_of()
{
    # shellcheck disable=SC2086
    strace -f -qq -e trace="$1" -o "$SCRATCH/trace" "$OWNPROC" run --proc none $FLAGS / -- true >/dev/null 2>&1 || true
    grep -cE "(^|[0-9]+ +)$1\(" "$SCRATCH/trace" || true
}

test_every_call_may_fail()
{
    need strace
    local call number code output tried=0
    for call in $CALLS; do
        [ $SECONDS -lt $BUDGET ] || break
        for number in $(seq "$(count_of "$call")"); do
            NAME=$(launcher_name) code=0
            # shellcheck disable=SC2086
            output=$(timeout 20 strace -f -qq -e trace="$call" -e inject="$call:error=EPERM:when=$number" -o /dev/null \
                "$OWNPROC" run --proc none --name "$NAME" $FLAGS / -- true 2>&1) || code=$?
            # Some calls are allowed to fail; what is not must be said in one sentence.
            [ $code = 0 ] || [ $code = 125 ] || fail "$call $number: exit code $code: $output"
            [ $code = 0 ] || expect_equal "$call $number, lines of '$output'" 1 "$(wc -l <<<"$output")"
            expect_nothing_left "$NAME" || fail "$call $number"
            tried=$((tried + 1))
        done
    done
    echo "$tried failures"
    [ $tried -gt 20 ]
}

test_the_launcher_may_be_killed_at_any_call()
{
    need strace
    local call number killed=0 end=$((SECONDS + BUDGET))
    for call in mkdirat openat open_tree clone3 unshare memfd_create socketpair pipe2 pwrite64 sendto recvfrom \
        rt_sigqueueinfo wait4 unlinkat flock; do
        [ $SECONDS -lt $end ] || break
        for number in 1 2 3 5 8 13; do
            NAME=$(launcher_name)
            # shellcheck disable=SC2086
            timeout 20 strace -qq -e trace="$call" -e inject="$call:signal=KILL:when=$number" -o /dev/null \
                "$OWNPROC" run --proc none --name "$NAME" $FLAGS / -- sleep 0.05 >/dev/null 2>&1 || killed=$((killed + 1))
            "$OWNPROC" gc >/dev/null
            expect_nothing_left "$NAME" || fail "$call $number"
        done
    done
    echo "$killed times killed"
    [ $killed -gt 10 ]
}

test_the_next_run_removes_what_a_killed_one_left()
{
    start_waiting
    kill -KILL "$LAUNCHER"
    wait "$LAUNCHER" || true
    launch / -- sleep 0.2
    expect_nothing_left "$NAME"
}

test_the_same_name_can_be_used_after_a_kill()
{
    start_waiting
    kill -KILL "$LAUNCHER"
    wait "$LAUNCHER" || true
    expect_exit 0 launch --name "$NAME" / -- true
    expect_nothing_left "$NAME"
}

test_gc_leaves_running_containers_alone()
{
    start_waiting -m 64m
    "$OWNPROC" gc
    expect_equal "the limit" 67108864 "$(limit_of "$NAME" memory memory.limit_in_bytes memory.max)"
    kill -TERM "$LAUNCHER"
    local code=0
    wait "$LAUNCHER" || code=$?
    expect_equal "exit code" 143 $code
}

test_gc_takes_no_arguments()
{
    expect_exit 2 "$OWNPROC" gc everything
    expect_exit 0 "$OWNPROC" gc --help
}

# As on an initramfs, whose root has no parent mount: pivot_root says EINVAL.
test_where_the_root_cannot_be_pivoted_chroot_is_used()
{
    need strace
    root_make
    expect_exit 0 strace -f -qq -e trace=pivot_root -e inject=pivot_root:error=EINVAL -o /dev/null \
        "$OWNPROC" run --proc none "$ROOT" -- sh -c 'busybox test -e /bin/busybox && ! busybox test -e /usr'
    expect_equal "full views" "" "$(strace -f -qq -e trace=pivot_root -e inject=pivot_root:error=EINVAL -o /dev/null \
        "$OWNPROC" run --proc none "$ROOT" -- busybox awk '$3 ~ /^(proc|sysfs)$/ && $2 !~ /^\/(proc|sys)(\/|$)/' /proc/self/mounts)"
}

tap_main
