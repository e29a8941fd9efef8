#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# No number is older than 10 ms and the kernel's clock tick when it is read.  The number is a memory
# limit that the test itself moves, twice a millisecond.
#
# What read(2) shows the kernel asks for when it is too old.  How long that is it hears from the daemon,
# and counts from when it hears it: on a machine where the daemon's thread loses its CPU just between
# (a VM without KVM, say) some are later, so two in a hundred may be.  Elsewhere none was, at a load of
# 160.  Pages that sendfile and mmap find it drops when another thread of the daemon says so: that one
# has to get a CPU first.

# shellcheck disable=SC2154 # what age prints becomes variables
# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/speed.sh
. "$(dirname "$0")/../../lib/speed.sh"

speed_daemon

# ages NAME MEMINFO ARGUMENT…: prints what tests/system/speed/age prints, and sets its variables.
ages()
{
    local name=$1 meminfo=$2 line
    shift 2
    line=$(container_run "$name" "$BUILD/tests/system/speed/age" "$@" "$(container_limit_file "$name")" "$meminfo") ||
        fail "$line"
    echo "$line"
    eval "$line"
    [ "$reads" -gt 50 ] && [ "$moves" -gt 50 ] || fail "nothing was measured"
}

# young_by_read NAME MEMINFO: by eight that hammer, and by one that looks now and then.
young_by_read()
{
    local how
    container_make "$1" memory=512M
    for how in open kept; do
        ages "$1" "$2" --how $how --threads 8
        expect_between "numbers too old" 0 $((reads / 50)) "$late"
        ages "$1" "$2" --how $how --threads 1 --pause 700
        expect_between "numbers too old" 0 $((reads / 50)) "$late"
    done
}

# young_by_page NAME MEMINFO: whoever reads while the thread waits for a CPU is shown an old page.
young_by_page()
{
    local how
    container_make "$1" memory=512M
    for how in sendfile mmap; do
        ages "$1" "$2" --how $how --threads 1 --pause 700
        expect_between "age of one in two, microseconds" 0 $((10000 + jiffy)) "$p50"
        expect_between "age of 99 in 100, microseconds" 0 $((10000 + jiffy + PAGE_SLACK)) "$p99"
    done
}

PAGE_SLACK=100000 # microseconds until a thread that is woken runs; 60,000 were seen at a load of 100

test_what_read_shows_of_the_ordinary_tree_is_young()
{
    young_by_read ordinary "$TREE/proc/meminfo"
}

test_what_sendfile_and_mmap_show_of_the_ordinary_tree_is_young()
{
    young_by_page pages "$TREE/proc/meminfo"
}

test_what_read_shows_of_the_bound_tree_is_young()
{
    container_make bound
    speed_bind bound
    young_by_read bound "$BOUND/proc/meminfo"
}

test_what_sendfile_and_mmap_show_of_the_bound_tree_is_young()
{
    container_make boundpages
    speed_bind boundpages
    young_by_page boundpages "$BOUND/proc/meminfo"
}

tap_main
