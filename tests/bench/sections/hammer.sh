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

# "SECONDS SNAPSHOTS" since some beginning.
snapshots_now()
{
    local lines now
    mapfile -t lines <"$TREE/metrics"
    now=$EPOCHREALTIME # at once: the 64 leave little time for another process
    printf '%s\n' "${lines[@]}" | awk -v now="$now" '/^ownproc_snapshots_total/ { n += $2 } END { printf "%s %d\n", now, n }'
}

# The snapshots of a second, taken over two.
snapshots_rate()
{
    local before
    before=$(snapshots_now)
    sleep 2
    echo "$before $(snapshots_now)" | awk '{ printf "%.0f\n", ($4 - $2) / ($3 - $1) }'
}

# hammer_victim CONTENDER PHASE: who reads meminfo every 5 ms, for as long as 200 reads take.
hammer_victim()
{
    bench_in bench "$1" "$BENCH/readers" --pid-namespace --files meminfo --pause-usec 5000 \
        --reads 200 --msec 5000 | measured hammer "\"phase\": \"$2\", "
}

# hammer_pair CONTENDER CONTAINER: the victim alone; 64 threads in CONTAINER alone; the victim beside them.
hammer_pair()
{
    local name=$1 container=$2 pid snapshots
    hammer_victim "$name" "quiet before $container"
    bench_in "$container" "$name" "$BENCH/readers" --pid-namespace --files all --readers 64 --msec 4500 \
        >"$SCRATCH/hammer.json" &
    pid=$!
    sleep 0.7
    snapshots=$(snapshots_rate)
    hammer_victim "$name" "$container"
    wait $pid
    sed "s/}\$/, \"snapshots\": $snapshots}/" "$SCRATCH/hammer.json" |
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
