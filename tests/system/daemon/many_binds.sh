#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Many containers that start at once, each binding the same files, as an engine's do.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

daemon_require

BINDS=$BUILD/tests/system/binds
TIMES=$(repeats 20 5)

# Binds all, lets go of them, and so on; shows whose meminfo it then reads.
INSIDE=$SCRATCH/inside
cat >"$INSIDE" <<END
#!/bin/bash
"$BINDS" "\$1" $TIMES meminfo stat uptime loadavg cpuinfo || exit 1
read -r _ total _ </proc/meminfo
echo "\$2 \$total"
END
chmod +x "$INSIDE"

test_forty_containers_bind_at_once_and_each_reads_its_own()
{
    local pids=() pid failed=0
    for i in $(seq 40); do
        container_make "many-$i" memory=$((64 + i))M
    done
    for i in $(seq 40); do
        container_run "many-$i" unshare --mount --pid --fork "$INSIDE" "$TREE/proc" $(((64 + i) * 1024)) \
            >>"$SCRATCH/said" 2>&1 &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || failed=$((failed + 1))
    done
    expect_equal "who failed, or read another's" "" "$(awk '$1 != $2' "$SCRATCH/said")"
    expect_equal "how many failed" 0 $failed
}

tap_main
