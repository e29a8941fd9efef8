# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Tests written in shell.  A test is a function named like a sentence that begins with test_; it
# passes if it returns 0, and each command in it that fails ends it (set -e).  What it prints is
# shown only if it fails.  A file ends with tap_main, which runs the file's tests in their order:
#
#     #!/bin/bash
#     . "$(dirname "$0")/../../lib/system.sh"
#
#     test_a_limit_is_shown_as_MemTotal()
#     {
#         expect_equal "MemTotal in kB" 262144 "$(…)"
#     }
#
#     tap_main
#
# What it prints is TAP (https://testanything.org), which tests/run counts.

TAP_SKIP=77
TAP_FILE=$(realpath "$0")

# skip REASON: ends the test that calls it.
skip()
{
    echo "SKIP: $*"
    exit $TAP_SKIP
}

fail()
{
    echo "$*"
    exit 1
}

expect_equal()
{
    [ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# expect_between WHAT MIN MAX VALUE, all whole numbers.
expect_between()
{
    [ "$4" -ge "$2" ] && [ "$4" -le "$3" ] || fail "$1: expected $2 to $3, got '$4'"
}

expect_match()
{
    [[ "$3" =~ $2 ]] || fail "$1: expected something like '$2', got '$3'"
}

# expect_exit CODE COMMAND…: shows what COMMAND printed; leaves stdout and stderr in $OUTPUT.
expect_exit()
{
    local wanted=$1 code=0
    shift
    OUTPUT=$("$@" 2>&1) || code=$?
    [ "$code" = "$wanted" ] || fail "exit code of '$*': expected $wanted, got $code: $OUTPUT"
}

# The file's tests, in the order in which they stand there, without those that it has unset because
# there is nothing to test on this kind of machine.
tap_names()
{
    local name
    for name in $(sed -n 's/^\(test_[A-Za-z0-9_]*\)()$/\1/p' "$TAP_FILE"); do
        ! declare -F "$name" || true
    done
}

tap_one()
{
    local number=$1 name=$2 output code sentence started=$SECONDS
    output=$(mktemp)
    # Not in a condition: there "set -e" would have no effect.
    (
        set -e
        "$name"
    ) >"$output" 2>&1 </dev/null
    code=$?
    sentence=${name#test_}
    sentence="${sentence//_/ } ($((SECONDS - started)) s)"
    if [ $code = 0 ]; then
        echo "ok $number - $sentence"
    elif [ $code = $TAP_SKIP ]; then
        echo "ok $number - $sentence # $(tail -n 1 "$output")"
    else
        echo "not ok $number - $sentence"
        sed 's/^/# /' "$output"
    fi
    rm -f "$output"
    [ $code = 0 ] || [ $code = $TAP_SKIP ]
}

# Exits with 1 if a test failed.  TESTS="name…" runs only these.
tap_main()
{
    local names name number=0 failed=0
    names=${TESTS:-$(tap_names)}
    # shellcheck disable=SC2086 # a list of words
    set -- $names
    echo "1..$#"
    for name; do
        number=$((number + 1))
        tap_one $number "$name" # in a condition "set -e" would have no effect down there
        [ $? = 0 ] || failed=1
    done
    exit $failed
}
