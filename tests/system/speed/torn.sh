#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# No text is ever torn, cut or filled up with NULs, however many read it in however many ways while
# its numbers, and how many digits they have, change from one to the next.  READS=10000000
# LONGEST=0 looks longer.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/speed.sh
. "$(dirname "$0")/../../lib/speed.sh"

speed_daemon

READS=${READS:-1000000}
LONGEST=${LONGEST:-40} # seconds, for each tree; then that was all
TORN=$BUILD/tests/system/speed/torn

# The limit has five digits of KiB, then six, then five, …
change_limit()
{
    while :; do
        container_set "$1" memory=99999K
        sleep 0.007
        container_set "$1" memory=100000K
        sleep 0.013
    done
}

# whole_texts NAME DIRECTORY: of container NAME's files below DIRECTORY, 8 readers.
whole_texts()
{
    local files changer churner code=0
    files=$(speed_cacheable_files "$2")
    change_limit "$1" 2>/dev/null &
    changer=$!
    container_exec "$1" "$WORKLOAD" churn >/dev/null &
    churner=$!
    # shellcheck disable=SC2086 # a list of words
    container_run "$1" "$TORN" --threads 8 --reads "$READS" \
        --seconds "$LONGEST" --total 99996 --total 100000 $files || code=$?
    kill $changer $churner
    return $code
}

test_no_text_of_the_ordinary_tree_is_torn()
{
    container_make ordinary memory=99999K
    whole_texts ordinary "$TREE"
}

test_no_text_of_the_bound_tree_is_torn()
{
    container_make bound memory=99999K
    speed_bind bound
    whole_texts bound "$BOUND"
}

tap_main
