# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Containers that read as fast as they can: what that costs the daemon, and the others.

HAMMER_CONTENDERS="kernel bound ordinary direct lxcfs"

# Eight readers on all files.
hammer_eight()
{
    bench_in bench "$HAMMER_CONTENDERS" "$BENCH/readers" --pid-namespace --files all --readers 8 \
        --rounds "${HAMMER_ROUNDS:-5}" --msec 1500 | measured hammer '"phase": "eight", '
}

snapshots_total()
{
    awk '/^ownproc_snapshots_total/ { n += $2 } END { printf "%d\n", n }' "$TREE/metrics" 2>/dev/null
}

# hammer_victim CONTENDER PHASE: who reads meminfo every 5 ms, for as long as 200 reads take.
hammer_victim()
{
    bench_in bench "$1" "$BENCH/readers" --pid-namespace --files meminfo --pause-usec 5000 \
        --reads 200 --msec 5000 | measured hammer "\"phase\": \"$2\", "
}

# hammer_pair CONTENDER CONTAINER: the victim alone, then beside 64 threads in CONTAINER.
hammer_pair()
{
    local name=$1 container=$2 pid before
    hammer_victim "$name" "quiet before $container"
    before=$(snapshots_total)
    bench_in "$container" "$name" "$BENCH/readers" --pid-namespace --files all --readers 64 --msec 2500 \
        >"$SCRATCH/hammer.json" &
    pid=$!
    sleep 0.7
    hammer_victim "$name" "$container"
    wait $pid
    sed "s/}\$/, \"snapshots\": $(($(snapshots_total) - before))}/" "$SCRATCH/hammer.json" |
        measured hammer "\"phase\": \"$container itself\", "
}

bench_hammer()
{
    local name container
    bench_container hammer memory=256M
    bench_container hammer_half memory=256M cpus=0.5
    hammer_eight
    for _ in $(seq "${HAMMER_ROUNDS:-5}"); do
        for container in hammer_half hammer; do
            # shellcheck disable=SC2086 # a list of words
            for name in $(contenders_there $HAMMER_CONTENDERS); do
                hammer_pair "$name" $container
            done
        done
    done
}
