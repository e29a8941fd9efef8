# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Containers of runc and crun, without an engine.  Source it after launcher.sh and attach.sh.

# oci_edit PYTHON: changes $BUNDLE/config.json, which is "c" there.
oci_edit()
{
    python3 - "$BUNDLE/config.json" "$1" <<'PYTHON'
import json, sys
with open(sys.argv[1]) as file:
    c = json.load(file)
exec(sys.argv[2])
with open(sys.argv[1], "w") as file:
    json.dump(c, file)
PYTHON
}

# oci_bundle NAME [PYTHON]: a bundle that does nothing, with 64 MiB and one CPU; its directory in BUNDLE.
oci_bundle()
{
    root_make
    BUNDLE=$SCRATCH/bundle-$1
    rm -rf "$BUNDLE"
    mkdir "$BUNDLE"
    ln -s busybox "$ROOT/bin/cat"
    mv "$ROOT" "$BUNDLE/rootfs"
    mkdir -p "$BUNDLE"/rootfs/{dev,proc,sys}
    runc spec --bundle "$BUNDLE"
    oci_edit "
c['process']['terminal'] = False
c['process']['args'] = ['/bin/busybox', 'sleep', '1000']
c['linux']['cgroupsPath'] = '/$CONTAINER_PARENT/oci-$1'
c['linux']['resources']['memory'] = {'limit': 64 << 20}
c['linux']['resources']['cpu'] = {'quota': 100000, 'period': 100000}
${2:-}"
}

# Adds our hook to it: oci_hook [ARGUMENT…].
oci_hook()
{
    local arguments
    arguments=$(printf "'%s', " hook --run-dir "$RUN_DIR" --mountpoint "$TREE" "$@")
    oci_edit "
hook = {'path': '$(realpath "$OWNPROC")', 'args': ['ownproc', $arguments], 'timeout': 30}
c['hooks'] = {'createRuntime': [hook], 'createContainer': [hook]}"
}

# oci_start RUNTIME NAME: what is in BUNDLE; its first process in OCI_PID.
oci_start()
{
    echo "$1 $2" >>"$SCRATCH/oci"
    # shellcheck disable=SC2086 # a list of words
    "$1" --root "$SCRATCH/$1" run --detach --pid-file "$BUNDLE/pid" --bundle "$BUNDLE" ${OCI_FLAGS:-} "$2" \
        >"$BUNDLE/log" 2>&1 </dev/null || {
        cat "$BUNDLE/log"
        return 1
    }
    export OCI_PID
    OCI_PID=$(cat "$BUNDLE/pid")
}

# oci_exec RUNTIME NAME COMMAND…
oci_exec()
{
    local runtime=$1
    shift
    "$runtime" --root "$SCRATCH/$runtime" exec "$@"
}

oci_end()
{
    "$1" --root "$SCRATCH/$1" delete --force "$2" >/dev/null 2>&1 || true
}

oci_end_all()
{
    local runtime name
    [ -e "$SCRATCH/oci" ] || return 0
    while read -r runtime name; do
        oci_end "$runtime" "$name"
    done <"$SCRATCH/oci"
}

# oci_start_crun CGROUP NAME: the same by crun, which refuses a machine that has both versions of cgroups:
# so it is shown v2 alone, and is started in the v1 cgroups of CGROUP, which have the limits.
oci_start_crun()
{
    # shellcheck disable=SC2016 # for the other shell
    container_run "$1" unshare --mount --propagation slave sh -c '
        [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ] || mount -t cgroup2 cgroup2 /sys/fs/cgroup
        exec crun "$@"' sh --root "$SCRATCH/crun" run --detach --pid-file "$BUNDLE/pid" --bundle "$BUNDLE" "$2" \
        >"$BUNDLE/log" 2>&1 </dev/null || {
        cat "$BUNDLE/log"
        return 1
    }
    echo "crun $2" >>"$SCRATCH/oci"
    export OCI_PID
    OCI_PID=$(cat "$BUNDLE/pid")
}
