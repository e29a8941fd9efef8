#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# ownproc-nri beside a runtime that is played (tests/lib/nri_runtime.py): both generations of the
# interface, and what no real runtime does.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
CRI=$SCRATCH
# shellcheck source=tests/lib/nri.sh
. "$SYSTEM_LIB/nri.sh"
trap '[ "$BASHPID" != "$SYSTEM_SHELL" ] || { nri_stop; system_tidy; }' EXIT

# What is run instead of "ownproc attach": it says how it was called.
attach_program()
{
    printf '#!/bin/sh\necho "$@" >>%s\n%s\n' "$SCRATCH/attached" "$1" >"$SCRATCH/attach"
    chmod +x "$SCRATCH/attach"
}

# play SCENE [ARGUMENT…]: with a plugin of its own.
play()
{
    nri_stop
    nri_config "ownproc=$SCRATCH/attach" >"$SCRATCH/nri.conf"
    rm -f "$SCRATCH/attached"
    nri_run --socket "$SCRATCH/nri.sock"
    /usr/bin/python3 -B "$SYSTEM_LIB/nri_runtime.py" "$SCRATCH/nri.sock" "$@" ||
        fail "the plugin says: $(cat "$SCRATCH/nri.log")"
}

test_a_daemon_serves()
{
    attach_program 'exit 0'
    nri_daemon
}

# A process that is some container's.
sleeper()
{
    sleep 1000 &
    echo $! >>"$SCRATCH/sleepers"
    SLEEPER=$!
}

is_attached()
{
    grep -qx "attach --repair --run-dir $RUN_DIR --mountpoint $TREE $1" "$SCRATCH/attached"
}

test_a_runtime_before_NRI_0_12_gives_a_container_its_files()
{
    sleeper
    play old "$TREE" $SLEEPER
    wait_until 5 is_attached $SLEEPER
}

test_a_runtime_since_NRI_0_12_gives_a_container_its_files()
{
    sleeper
    play new "$TREE" $SLEEPER
    wait_until 5 is_attached $SLEEPER
}

test_Docker_is_told_no_option_but_ro()
{
    play docker "$TREE"
}

test_requests_of_any_length_in_frames_of_any_length_are_understood()
{
    play long "$TREE"
}

test_the_runtime_s_configuration_for_the_plugin_counts()
{
    play config
}

test_containers_that_run_already_are_attached_and_nobody_waits_for_it()
{
    local first
    attach_program 'sleep 3'
    sleeper
    first=$SLEEPER
    sleeper
    play attach "$TREE" $first $SLEEPER
    attach_program 'exit 0'
    wait_until 5 is_attached $first
    wait_until 5 is_attached $SLEEPER
    expect_equal "attached" 2 "$(wc -l <"$SCRATCH/attached")"
}

# counts OUTCOME N COMMAND…: COMMAND counts N of it.
counts()
{
    local outcome=$1 wanted=$2 before
    before=$(tally nri "$outcome")
    shift 2
    "$@"
    expect_equal "$outcome" "$wanted" "$(($(tally nri "$outcome") - before))"
}

test_a_file_that_another_plugin_has_mounted_is_left_alone_and_the_others_are_mounted()
{
    counts injected 1 play claimed "$TREE"
    nri_says 'default/web/main: left alone, something else is mounted there: /proc/meminfo$'
}

test_a_volume_at_sys_or_proc_is_left_alone()
{
    counts injected 1 play volume_at_sys "$TREE"
    nri_says 'default/web/main: left alone, something else is mounted there: /sys/devices/system/cpu, /sys/devices/system/node$'
    counts skipped 1 play volume_at_proc
    nri_says 'default/web/main: no files: it mounts no procfs of its own at /proc'
}

test_who_is_to_have_files_though_proc_is_unmasked_has_those_that_come_later_too()
{
    sleeper
    play wished "$TREE" $SLEEPER
    wait_until 5 is_attached "$SLEEPER --force"
}

test_a_container_that_cannot_be_read_is_left_as_it_is()
{
    counts failed 1 play unreadable "$TREE"
    nri_says 'a container that is created cannot be read: it is left as it is'
}

test_a_runtime_that_restarts_is_met_again()
{
    counts failed 0 play restart "$TREE"
}

test_a_runtime_that_closes_in_the_middle_of_a_frame_is_met_again()
{
    counts failed 1 play cut "$TREE"
    nri_says 'nri.sock: closed in the middle of a frame'
}

test_a_runtime_that_hangs_in_the_middle_of_a_frame_is_given_up_and_met_again()
{
    counts failed 1 play hang "$TREE"
    nri_says 'nri.sock: does not go on with what it has begun'
}

test_a_runtime_that_never_says_a_word_is_given_up_and_met_again()
{
    counts failed 1 play deaf "$TREE"
    nri_says 'nri.sock: does not go on with what it has begun'
}

test_a_runtime_that_talks_nonsense_is_given_up_and_met_again()
{
    counts failed 1 play garbage "$TREE"
    nri_says 'nri.sock: the runtime announces a message that is too long'
}

test_a_runtime_that_refuses_the_plugin_is_asked_again()
{
    counts failed 1 play refused "$TREE"
    nri_says 'nri.sock: the runtime refuses the registration: no'
}

test_a_program_that_cannot_attach_is_counted()
{
    sleeper
    rm "$SCRATCH/attach"
    counts failed 1 play_and_wait "cannot be executed" old "$TREE" $SLEEPER
}

play_and_wait()
{
    play "${@:2}"
    wait_until 5 nri_says "$1"
}

test_a_daemon_that_is_stuck_costs_no_container_its_start()
{
    local daemon
    daemon=$(awk 'END { print $1 }' "$SCRATCH/daemons")
    kill -STOP "$daemon"
    counts injected 0 play nothing || { kill -CONT "$daemon"; return 1; }
    kill -CONT "$daemon"
    nri_says 'starts without files'
}

test_without_a_daemon_nothing_is_mounted()
{
    daemon_stop_all
    counts injected 0 play nothing
    nri_says "default/web/main: starts without files: no daemon serves $TREE"
}

test_a_configuration_that_makes_no_sense_is_refused_in_one_sentence()
{
    echo '[ownproc-nri]' >"$SCRATCH/bad.conf"
    echo 'namespace=x' >>"$SCRATCH/bad.conf"
    expect_exit 2 "$NRI" --config "$SCRATCH/bad.conf"
    expect_equal "sentence" "ownproc-nri: $SCRATCH/bad.conf: there is no key namespace" "$OUTPUT"
    expect_exit 2 "$NRI" --index 5
    expect_equal "sentence" "ownproc-nri: --index has two digits, not 5" "$OUTPUT"
    expect_exit 2 env NRI_PLUGIN_SOCKET=77 "$NRI"
    expect_exit 125 "$NRI" --config "$SCRATCH/none.conf"
}

test_nothing_of_it_remains()
{
    nri_stop
    while read -r pid; do
        kill "$pid" 2>/dev/null || true
    done <"$SCRATCH/sleepers"
    expect_equal "processes" "" "$(pgrep -f "^$NRI .*$SCRATCH" || true)"
}

tap_main
