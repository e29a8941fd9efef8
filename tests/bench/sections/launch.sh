# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What it costs to start a container that does nothing.

# A bundle for crun: the default specification with our limits, the command true, no terminal.
launch_bundle()
{
    mkdir -p "$SCRATCH/bundle"
    (cd "$SCRATCH/bundle" && crun spec)
    python3 - "$SCRATCH/bundle/config.json" "$1" <<'END'
import json, sys
with open(sys.argv[1]) as file:
    spec = json.load(file)
spec["process"].update(args=["/bin/true"], terminal=False)
spec["process"].pop("rlimits", None)
spec["root"] = {"path": sys.argv[2], "readonly": True}
spec["linux"]["resources"] = {"memory": {"limit": 256 << 20}, "cpu": {"quota": 50000, "period": 100000}}
with open(sys.argv[1], "w") as file:
    json.dump(spec, file)
END
}

# launch_compare PACE HYPERFINE-ARGUMENT…, in a mount namespace where no cgroup2 stands beside v1: crun
# refuses hybrid machines.
launch_compare()
{
    local pace=$1
    shift
    unshare --mount sh -c '
        if [ -e /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi
        exec hyperfine "$@"' sh -N --warmup 5 --style none --export-json "$SCRATCH/launch.json" "$@" \
        >"$SCRATCH/hyperfine" 2>&1 || {
        cat "$SCRATCH/hyperfine"
        exit 1
    }
    python3 - "$SCRATCH/launch.json" <<'END' | measured launch "\"pace\": \"$pace\", "
import json, sys
for result in json.load(open(sys.argv[1]))["results"]:
    print(json.dumps({"contender": result["command"], "p50": round(result["median"] * 1e9),
                      "best": round(result["min"] * 1e9)}))
END
}

bench_launch()
{
    local root run
    bench_need hyperfine bwrap crun
    root=$(root_directory) || exit 1
    launch_bundle "$root"
    run="$OWNPROC run --mountpoint $TREE"
    [ ! -S "$RUN_DIR/ownprocd.sock" ] || run="$run --run-dir $RUN_DIR"
    set -- -n "true" /bin/true \
        -n "ownproc run --proc none" "$run --proc none / -- /bin/true" \
        -n "ownproc run" "$run / -- /bin/true" \
        -n "ownproc run -m 256m --cpus 0.5" "$run -m 256m --cpus 0.5 / -- /bin/true" \
        -n "bwrap, no limits" "bwrap --ro-bind / / --proc /proc --dev /dev --unshare-pid --unshare-uts --unshare-ipc --unshare-net --unshare-cgroup /bin/true" \
        -n "crun, memory and cpu" "crun --root $SCRATCH/crun run --bundle $SCRATCH/bundle bench"
    launch_compare "back to back" --runs 60 "$@"
    launch_compare "100 ms pauses" --prepare "sleep 0.1" --runs 30 "$@"
}
