#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Workers die as soon as the next one is warm, while containers come and go and read: nobody sees an
# error that is not his own end, and nothing of it all stays.  RESTARTS=20000 CONTAINERS=5000 is a day.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

RESTARTS=${RESTARTS:-150}
CONTAINERS=${CONTAINERS:-150}
BATCH=75      # containers
WARM_UP=50    # restarts, in which is allocated what is allocated once
REST=11       # seconds, after which of what was read last nothing is left
KEPT_MAX=64   # entries more than before

churn()
{
    # shellcheck disable=SC2046 # a list of words
    "$BUILD/tests/system/churn" "$KEPT/tree" "$1" $(container_directories churn) >>"$KEPT/churned" ||
        fail "$(tail -n 3 "$KEPT/churned")"
}

# memfd NAME: KiB of the keeper's shared memory of that name.
memfd()
{
    local fd
    for fd in /proc/"$KEEPER_PID"/fd/*; do
        case $(readlink "$fd") in
        "/memfd:$1"*) stat -L -c %b "$fd" ;;
        esac
    done | awk '{ print $1 / 2 }'
}

# kib PID WHICH: of its memory.
kib()
{
    awk -v which="$2:" '$1 == which { print $2 }' "/proc/$1/smaps_rollup"
}

# What there is now: "NAME NUMBER" a line.  First the dead are forgotten, by a look at the living.
look()
{
    local serving standby
    container_run churn/first unshare --fork --pid --cgroup cat "$KEPT/tree/proc/uptime" >/dev/null
    wait_until 60 has_standby
    serving=$(worker serving) standby=$(worker standby)
    echo "keeper_files $(find "/proc/$KEEPER_PID/fd" -mindepth 1 | wc -l)"
    echo "keeper_kib $(kib "$KEEPER_PID" Rss)"
    echo "children $(ps -o pid= --ppid "$KEEPER_PID" | wc -l)"
    echo "table_kib $(memfd ownproc-table)"
    echo "shelf_kib $(memfd ownproc-shelf)"
    echo "worker_files $(find "/proc/$serving/fd" -mindepth 1 | wc -l)"
    # Its own: of the shelf it has touched what was ever written there.
    echo "worker_kib $(kib "$serving" Anonymous)"
    echo "standby_kib $(kib "$standby" Rss)"
    echo "open_requests $("$BUILD/tests/system/slots" "$KEEPER_PID" | awk '{ print $2 }')"
    sed -n 's/^ownproc_entries{of="\([a-z_]*\)"} /entries_\1 /p; s/^ownproc_\(containers\|loads\) /entries_\1 /p' \
        "$KEPT/tree/metrics"
}

# number NAME FILE
number()
{
    awk -v name="$1" '$1 == name { print $2 }' "$2"
}

# no_more NAME ROOM [WHEN]: than before and ROOM.
no_more()
{
    local before
    before=$(number "$1" "$KEPT/before")
    expect_between "$1, $before before" 0 $((before + $2)) "$(number "$1" "$KEPT/${3:-after}")"
}

# The shelf's memory is never given back: good texts of ten seconds lie there, until there are too many
# (fs/texts), in up to twice their room.
TEXTS_KIB=8192

# While it goes on: as much as was read in the last seconds, until there is too much of it (fs/texts,
# fs/reader/known).
TEXTS_MAX=16384
THREADS_MAX=256

nothing_grows_without_end()
{
    no_more worker_files 1024 busy
    no_more worker_kib $((TEXTS_KIB + 4096)) busy
    expect_between "texts" 1 $TEXTS_MAX "$(number entries_texts "$KEPT/busy")"
    expect_between "threads" 0 $THREADS_MAX "$(number entries_threads "$KEPT/busy")"
}

nothing_has_grown()
{
    local name
    no_more keeper_files 1
    no_more keeper_kib 256
    no_more children 1
    no_more table_kib 0
    no_more shelf_kib $((TEXTS_KIB * 2 + 1024))
    no_more worker_files 64
    no_more worker_kib 4096
    no_more standby_kib 256
    expect_equal "requests that lie open" 0 "$(number open_requests "$KEPT/after")"
    while read -r name _; do
        [[ $name != entries_* ]] || no_more "$name" $KEPT_MAX
    done <"$KEPT/after"
    expect_equal "texts of open files" 0 "$(number entries_open_texts "$KEPT/after")"
    grep -q ^entries_ "$KEPT/after" || fail "the daemon tells nothing of itself"
}

# A restart while nobody reads is not one of those that matter.
churn_all()
{
    local striker code=0 made=0
    strike 0 "$RESTARTS" &
    striker=$!
    while kill -0 $striker 2>/dev/null || [ $made -lt "$CONTAINERS" ]; do
        churn $BATCH
        made=$((made + BATCH))
    done
    wait $striker || code=$?
    expect_equal "exit code of who strikes" 0 $code
    echo "# $made containers" >&3
}

has_another()
{
    has_standby && [ "$(worker serving)" != "$1" ]
}

# So long nobody reads that what was kept for the next reader is over; and the next worker takes up
# what is left.
rest()
{
    local before
    sleep $REST
    cat "$KEPT/tree/proc/uptime" >/dev/null
    before=$(worker serving)
    kill -KILL "$before"
    wait_until 60 has_another "$before"
}

test_workers_and_containers_that_come_and_go_leave_nothing_behind()
{
    container_parent churn
    with_keeper churned
    strike 0 $WARM_UP &
    churn $BATCH
    wait $!
    look >"$KEPT/before"
    churn_all
    look >"$KEPT/busy"
    rest
    look >"$KEPT/after"
    echo "# before: $(tr '\n' ' ' <"$KEPT/before")" >&3
    echo "# busy: $(tr '\n' ' ' <"$KEPT/busy")" >&3
    echo "# after $(figure restarts) restarts: $(tr '\n' ' ' <"$KEPT/after")" >&3
    nothing_grows_without_end
    nothing_has_grown
    expect_between "workers that died" "$RESTARTS" $((RESTARTS + WARM_UP + 1)) "$(figure restarts)"
    expect_equal "requests given up" 0 "$(figure poisoned)"
    end_keeper
}

tap_main
