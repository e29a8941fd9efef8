# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# A containerd of the test's own in the root of an engine (tests/lib/engines.sh), spoken to as a
# kubelet would (tests/lib/cri.py), from outside.  Source it after system.sh; it needs the packages
# "root" and "cri".
#
#     cri_start trixie                                # containerd 1.7, with NRI, and the image
#     pod=$(cri_pod web) id=$(cri_container "$pod" web --memory 268435456)
#     cri exec "$id" cat /proc/meminfo
#     cri_stop                                        # with all its pods
#
# Everything of it is in $CRI, a directory of SCRATCH: $CRI/nri.sock is NRI's socket, $CRI/log what
# containerd says.  Its mounts are not visible outside; those that the test makes below SCRATCH are
# visible there.

# shellcheck source=tests/lib/engines.sh
. "$SYSTEM_LIB/engines.sh"

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

# cri_pod NAME [OPTION…], cri_container POD NAME [OPTION…] [-- COMMAND…]: cri pod, cri container, with
# cgroups below those of the test, which removes them.
cri_pod()
{
    cri pod "$1" --cgroup-parent "/$CONTAINER_PARENT" "${@:2}"
}

cri_container()
{
    cri container "$1" "$2" --cgroup-parent "/$CONTAINER_PARENT" "${@:3}"
}

# A process that keeps the engine's root and its /run, in which shims are found again.
cri_engine()
{
    (engine_enter "$1" sleep 1000000) >>"$CRI/log" 2>&1 </dev/null &
    echo $! >"$CRI/engine"
    wait_until 300 grep -qx sleep "/proc/$!/comm"
}

# cri_enter COMMAND…: goes on as COMMAND there, so run it in a subshell or with "&".
cri_enter()
{
    exec nsenter --mount --target "$(cat "$CRI/engine")" \
        env PATH=/usr/sbin:/usr/bin:/sbin:/bin LD_LIBRARY_PATH=/usr/local/lib "$@"
}

# cri_start SUITE: starts containerd, or starts it again.  What runs goes on.
cri_start()
{
    mkdir -p "$CRI/plugins" "$CRI/conf.d"
    cri_config >"$CRI/config.toml"
    [ -e "$CRI/engine" ] || cri_engine "$1"
    cri_enter containerd --config "$CRI/config.toml" >>"$CRI/log" 2>&1 </dev/null &
    echo $! >"$CRI/pid"
    cri wait 20 >"$CRI/version" || fail "containerd does not answer: $(tail -n 5 "$CRI/log")"
    [ -e "$CRI/image.tar" ] || cri_import
}

cri_import()
{
    /usr/bin/python3 "$SYSTEM_LIB/cri.py" image "$CRI/image.tar"
    # Newer ones would leave the work to a server that knows the snapshotter by configuration only.
    (cri_enter sh -c "
        ! ctr images import --help | grep -q -- --local || local=--local
        ctr -a '$CRI/sock' -n k8s.io images import \$local --snapshotter native '$CRI/image.tar'") >/dev/null
}

# Ends containerd alone.
cri_kill()
{
    local pid
    pid=$(cat "$CRI/pid")
    kill "$pid"
    wait_until 10 is_gone "$pid"
}

# What is left must not keep SCRATCH busy.
cri_stop()
{
    [ -e "$CRI/pid" ] || return 0
    cri remove-all || true
    cri_kill
    kill "$(cat "$CRI/engine")"
    rm -f "$CRI/pid" "$CRI/engine"
}
