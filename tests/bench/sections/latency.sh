# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What a read costs: every contender, file and number of readers.

bench_latency()
{
    bench_in bench "kernel bound ordinary direct lxcfs floor_no_open floor_keep_cache floor_direct_io" \
        "$BENCH/readers" --pid-namespace --rounds "${ROUNDS:-21}" --msec "${MSEC:-40}" \
        --readers 1,2,8,64 --operations open,pread | measured latency ''
    # Seldom: each read is a new snapshot by a server that slept.
    bench_in bench "kernel bound ordinary direct lxcfs floor_no_open floor_keep_cache floor_direct_io" \
        "$BENCH/readers" --pid-namespace --rounds "${SELDOM_ROUNDS:-10}" --reads 10 --msec 5000 \
        --pause-usec 20000 | measured seldom ''
}
