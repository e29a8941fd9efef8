#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Known amounts of CPU time, and what a container with a known limit must see of them.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

daemon_require

SPIN_SECONDS=6

# Runs inside: /proc/stat, the time of the clock and what the kernel says of COMMAND alone, before and
# after; COMMAND runs meanwhile.
INSIDE=$SCRATCH/inside
cat >"$INSIDE" <<'END'
#!/bin/bash
# inside DIRECTORY SECONDS COMMAND…
directory=$1 seconds=$2
shift 2
"$@" >/dev/null &
sleep 0.5
cat /proc/stat >"$directory/before"
start=$EPOCHREALTIME
before=$(cut -d ' ' -f 14,15 /proc/$!/stat)
sleep "$seconds"
cat /proc/stat >"$directory/after"
echo "$start $EPOCHREALTIME $before $(cut -d ' ' -f 14,15 /proc/$!/stat)" >"$directory/clock"
END
chmod +x "$INSIDE"

# observe FLAG… -- COMMAND…
observe()
{
    local flags=()
    while [ "$1" != -- ]; do
        flags+=("$1")
        shift
    done
    shift
    OBSERVED=$(mktemp -d -p "$SCRATCH")
    ownproc_run "${flags[@]}" / -- "$INSIDE" "$OBSERVED" $SPIN_SECONDS "$@"
}

# rate COLUMN…: by how many ticks a second the columns of the line "cpu" grew together.
rate()
{
    local column ticks=0
    for column; do
        ticks=$((ticks + $(cpu_value "$column" "$OBSERVED/after") \
            - $(cpu_value "$column" "$OBSERVED/before")))
    done
    awk -v ticks=$ticks '{ printf "%.0f", ticks / ($2 - $1) }' "$OBSERVED/clock"
}

# The ticks a second of COMMAND, by the kernel's own account of the process.
rate_of_command()
{
    awk '{ printf "%.0f", ($5 + $6 - $3 - $4) / ($2 - $1) }' "$OBSERVED/clock"
}

# What the container sees: "processors in cpuinfo, cpuN lines in stat, online, present, possible".
cpus_seen()
{
    ownproc_run "$@" / -- sh -c 'echo $(grep -c ^processor /proc/cpuinfo) \
        $(grep -c "^cpu[0-9]" /proc/stat) $(cat /sys/devices/system/cpu/online) \
        $(cat /sys/devices/system/cpu/present) $(cat /sys/devices/system/cpu/possible)'
}

# A machine that is busy with something else may not give a spinner all of its half.  Three times
# this looks for a quiet moment; then it must be at least what the kernel says the spinner got (what
# looks on runs in the container too), and not more than the half.
test_a_spinner_under_half_a_cpu_gets_50_ticks_a_second_and_sees_the_rest_as_steal()
{
    local given steal=0
    for _ in 1 2 3; do
        observe --cpus 0.5 -- "$WORKLOAD" spin
        given=$(rate_of_command)
        [ "$given" -lt 48 ] || [ "$(rate 8)" -lt 30 ] || break
    done
    [ "$given" -lt 48 ] || given=50 steal=30 # undisturbed it waits for nothing but its quota
    expect_between "user, nice and system ticks a second" $((given - 3)) 53 "$(rate 1 2 3)"
    expect_between "steal ticks a second" $steal 55 "$(rate 8)"
    expect_between "all ticks a second, of one CPU" 95 105 "$(rate 1 2 3 4 5 6 7 8)"
}

test_a_sleeper_under_two_cpus_sees_200_idle_ticks_a_second()
{
    [ "$(nproc --all)" -ge 2 ] || skip "this machine has one CPU"
    observe --cpus 2 -- sleep 60
    expect_between "idle ticks a second" 190 202 "$(rate 4)"
    expect_between "steal ticks a second" 0 2 "$(rate 8)"
}

test_one_and_a_half_cpus_are_two()
{
    [ "$(nproc --all)" -ge 2 ] || skip "this machine has one CPU"
    expect_equal "CPUs" "2 2 0-1 0-1 0-1" "$(cpus_seen --cpus 1.5)"
}

test_half_a_cpu_is_one()
{
    expect_equal "CPUs" "1 1 0 0 0" "$(cpus_seen --cpus 0.5)"
}

test_a_cpuset_of_cpu_1_is_one_cpu_named_0_everywhere()
{
    [ "$(nproc --all)" -ge 2 ] || skip "this machine has one CPU"
    expect_equal "CPUs" "1 1 0 0 0" "$(cpus_seen --cpuset-cpus 1)"
    expect_equal "its number in cpuinfo" "processor : 0" \
        "$(ownproc_run --cpuset-cpus 1 / -- grep ^processor /proc/cpuinfo | tr -s '\t ' ' ')"
    expect_equal "its line in stat" cpu0 \
        "$(ownproc_run --cpuset-cpus 1 / -- grep -o '^cpu[0-9]*\>' /proc/stat | tail -n 1)"
}

test_a_quota_changed_while_running_is_seen_a_moment_later()
{
    [ "$(nproc --all)" -ge 2 ] || skip "this machine has one CPU"
    container_make changing cpus=0.5
    expect_equal "CPUs before" 1 \
        "$(container_run changing grep -c ^processor "$TREE/proc/cpuinfo")"
    container_set changing cpus=1.5
    sleep 0.05 # what was read may be shown for a tick
    expect_equal "CPUs after" 2 \
        "$(container_run changing grep -c ^processor "$TREE/proc/cpuinfo")"
}

# Counters that are spread over fewer or more CPUs than before must not go back.
test_no_counter_goes_back_when_the_quota_changes()
{
    local cpus before after
    [ "$(nproc --all)" -ge 2 ] || skip "this machine has one CPU"
    container_make shrinking cpus=2
    container_exec shrinking "$WORKLOAD" spin >/dev/null &
    before=0
    for cpus in 2 0.5 1.5 0.5 2; do
        container_set shrinking cpus=$cpus
        sleep 0.3
        after=$(container_run shrinking cat "$TREE/proc/stat" | cpu_value 1 /dev/stdin cpu0)
        expect_between "user ticks of cpu0 at $cpus CPUs" "$before" 1000000000 "$after"
        before=$after
    done
}

tap_main
