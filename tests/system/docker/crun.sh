#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# ownproc-crun, which is ownproc-runc by another name, with a real crun: under Podman, on cgroup v2.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/engines.sh
. "$TESTS_DIR/lib/engines.sh"

export ENGINE_CGROUPS=v2
export IMAGE_ROOT=$SCRATCH/image

# Runs in the root: a container of each runtime, what it has mounted over files of /proc and /sys.
inside()
{
    local podman runtime
    podman="podman --root $SCRATCH/store --runroot $SCRATCH/run --storage-driver vfs --cgroup-manager cgroupfs --events-backend none"
    mkdir -p "$IMAGE_ROOT"/{bin,dev,etc,proc,run,sys,tmp,var} /var/lib/ownproc
    cp "$(command -v busybox)" "$IMAGE_ROOT/bin/busybox"
    ln -s "$BUILD/launcher/runtime/ownproc-runc" /usr/bin/ownproc-crun
    "$OWNPROCD" --no-keeper --foreground >"$SCRATCH/ownprocd.log" 2>&1 &
    for _ in $(seq 200); do
        [ ! -s /var/lib/ownproc/proc/meminfo ] || break
        sleep 0.05
    done
    for runtime in crun /usr/bin/ownproc-crun; do
        # shellcheck disable=SC2086 # a list of words
        $podman --runtime $runtime run --rm --network none --pids-limit 0 --rootfs "$IMAGE_ROOT" \
            busybox cat /proc/mounts >"$SCRATCH/mounts-$(basename $runtime)"
    done
    kill $!
    wait $! || true
}

files()
{
    awk '$3 ~ /^fuse/ { print $2 }' "$SCRATCH/mounts-$1" | sort
}

test_crun_mounts_every_file_that_the_kernel_has()
{
    local served
    (engine_enter sid bash -ec "$(declare -f inside); inside") >"$SCRATCH/said" 2>&1 || fail "$(cat "$SCRATCH/said")"
    expect_equal "without the wrapper" "" "$(files crun)"
    served=$(cd "$TREE" && find proc -type f | sed 's,^,/,' | while read -r file; do [ ! -e "$file" ] || echo "$file"; done | sort)
    expect_equal "files over /proc" "$served" "$(files ownproc-crun | grep ^/proc)"
    expect_equal "directories over /sys" "/sys/devices/system/cpu" "$(files ownproc-crun | grep -x /sys/devices/system/cpu)"
}

daemon_require
tap_main
