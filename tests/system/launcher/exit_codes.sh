#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Exit codes as docker's, and one sentence for what cannot be.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"

expect_one_sentence()
{
    expect_equal "lines" 1 "$(wc -l <<<"$OUTPUT")"
    expect_match "the sentence" '^ownproc: ' "$OUTPUT"
    ! [[ "$OUTPUT" =~ usage|GLib|CRITICAL ]] || fail "not one sentence: $OUTPUT"
}

test_the_code_is_the_commands()
{
    expect_exit 0 launch / -- true
    expect_exit 1 launch / -- false
    expect_exit 37 launch / -- sh -c 'exit 37'
    expect_exit 255 launch / -- sh -c 'exit 255'
}

test_a_command_killed_by_a_signal_is_128_and_the_signal()
{
    # shellcheck disable=SC2016 # for the shell inside
    expect_exit 137 launch / -- sh -c 'kill -KILL $$'
    # shellcheck disable=SC2016
    expect_exit 143 launch / -- sh -c 'kill -TERM $$'
    # shellcheck disable=SC2016
    expect_exit 139 launch / -- sh -c 'kill -SEGV $$'
}

test_a_command_that_does_not_exist_is_127()
{
    expect_exit 127 launch / -- nosuchcommand
    expect_one_sentence
    expect_exit 127 launch / -- /no/such/command
    expect_one_sentence
}

test_an_interpreter_that_does_not_exist_is_127()
{
    root_make
    printf '#!/no/such/interpreter\n' >"$ROOT/bin/script"
    chmod +x "$ROOT/bin/script"
    expect_exit 127 launch "$ROOT" -- script
    expect_one_sentence
}

test_a_command_that_is_not_executable_is_126()
{
    expect_exit 126 launch / -- /etc/passwd
    expect_one_sentence
    expect_exit 126 launch / -- /etc
    expect_one_sentence
}

test_a_file_of_no_known_format_is_126()
{
    root_make
    echo garbage >"$ROOT/bin/garbage"
    chmod +x "$ROOT/bin/garbage"
    expect_exit 126 launch "$ROOT" -- garbage
    expect_one_sentence
}

test_bad_flags_are_2()
{
    local flags
    for flags in "-m 12x" "-m -1" "-m 0" "-m 99999999999999999999" "--cpus -1" "--cpus 0" "--cpus x" \
        "--cpu-quota 1" "--cpu-period 0" "--cpu-shares 0" "--cpuset-cpus 3-1" "--pids-limit 0" \
        "--network bridge" "--proc some" "-v /a" "-v a:/b" "-v /a:/" "--tmpfs x" "--tmpfs /x:dev" \
        "-w relative" "-e =x" "--name a/b" "--frob" "--memory-swap 1g" "-m 1g --memory-swap 1m"; do
        # shellcheck disable=SC2086 # a list of words
        expect_exit 2 launch $flags / -- true
        expect_one_sentence
    done
}

test_a_missing_word_is_2()
{
    expect_exit 2 launch
    expect_one_sentence
    expect_exit 2 launch /
    expect_one_sentence
    expect_exit 2 "$OWNPROC" nosuchverb
    expect_one_sentence
}

test_a_root_that_is_missing_or_a_file_is_125()
{
    expect_exit 125 launch /no/such/root -- true
    expect_one_sentence
    expect_exit 125 launch /etc/passwd -- true
    expect_one_sentence
}

test_a_user_who_is_not_there_is_125()
{
    expect_exit 125 launch -u nosuchuser / -- true
    expect_one_sentence
    expect_exit 125 launch -u root:nosuchgroup / -- true
    expect_one_sentence
}

test_a_volume_that_is_not_there_is_125()
{
    expect_exit 125 launch -v /no/such/source:/mnt / -- true
    expect_one_sentence
}

test_who_is_not_root_is_told_so()
{
    need setpriv
    expect_exit 125 setpriv --reuid 65534 --regid 65534 --clear-groups "$OWNPROC" run / -- true
    expect_match "the sentence" 'root' "$OUTPUT"
    expect_one_sentence
}

test_who_is_not_root_may_plan()
{
    need setpriv
    expect_exit 0 setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$OWNPROC" run --dry-run --proc none -m 64m / -- true
}

test_a_limit_the_kernel_refuses_is_125()
{
    cgroup_of x cpuset >/dev/null || skip "no cpuset controller"
    local name
    name=$(launcher_name)
    expect_exit 125 launch --name "$name" --cpuset-cpus 8000 / -- true
    expect_one_sentence
    expect_match "the sentence" '--cpuset-cpus' "$OUTPUT"
    expect_nothing_left "$name"
}

tap_main
