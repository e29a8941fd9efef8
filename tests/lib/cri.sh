# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# A containerd of the test's own, spoken to as a kubelet would (tests/lib/cri.py).  Source it after
# system.sh, inside an engine's root (tests/lib/engines.sh): it runs where it is started.
#
#     cri_start                                       # containerd, with NRI, and the image
#     pod=$(cri pod web) id=$(cri container "$pod" web --memory 268435456)
#     cri exec "$id" cat /proc/meminfo
#     cri_stop                                        # with all its pods
#
# Everything of it is in $CRI, a directory of SCRATCH; $CRI/nri.sock is NRI's socket, $CRI/log what
# containerd says.

CRI=$SCRATCH/containerd

# cri VERB…: see cri.py.
cri()
{
    /usr/bin/python3 "$SYSTEM_LIB/cri.py" "$CRI/sock" "$@"
}

# Version 2 of the format is understood by 1.7 and 2.x alike.  No CAP_SYS_RESOURCE, AppArmor or
# overlay is needed.
cri_config()
{
    cat <<END
version = 2
root = "$CRI/root"
state = "$CRI/state"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
  address = "$CRI/sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/ownproc-test:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.nri.v1.nri"]
  disable = false
  socket_path = "$CRI/nri.sock"
  plugin_path = "$CRI/plugins"
  plugin_config_path = "$CRI/conf.d"
END
}

# Starts containerd, or starts it again: its pid in CRI_PID.  What runs goes on.
cri_start()
{
    mkdir -p "$CRI/plugins" "$CRI/conf.d"
    cri_config >"$CRI/config.toml"
    containerd --config "$CRI/config.toml" >>"$CRI/log" 2>&1 </dev/null &
    CRI_PID=$!
    echo $CRI_PID >"$CRI/pid"
    cri wait 20 || fail "containerd does not answer: $(tail -n 5 "$CRI/log")"
    [ -e "$CRI/image.tar" ] || cri_import
}

cri_import()
{
    local where
    /usr/bin/python3 "$SYSTEM_LIB/cri.py" image "$CRI/image.tar" "${BUSYBOX:-/bin/busybox}"
    where=$(ctr images import --help | grep -q -- --local && echo --local || true)
    # shellcheck disable=SC2086 # an option or nothing
    ctr -a "$CRI/sock" -n k8s.io images import $where --snapshotter native "$CRI/image.tar" >/dev/null
}

# Ends containerd alone.
cri_kill()
{
    kill "$CRI_PID"
    wait "$CRI_PID" || true
}

# What is left must not keep SCRATCH busy.
cri_stop()
{
    local pid
    pid=$(cat "$CRI/pid" 2>/dev/null) || return 0
    ! kill -0 "$pid" 2>/dev/null || {
        cri remove-all || true
        kill "$pid"
        while kill -0 "$pid" 2>/dev/null; do
            wait "$pid" 2>/dev/null || sleep 0.05
        done
    }
    rm -f "$CRI/pid"
}
