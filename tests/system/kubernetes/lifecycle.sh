#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The life of the DaemonSet on a node, from its own manifests: containerd, and as much of a kubelet as that
# takes (kubelet.py), in a root that is a node's.  The tests follow each other.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/engines.sh
. "$TESTS_DIR/lib/engines.sh"
# shellcheck source=tests/system/kubernetes/kustomize.sh
. "$TESTS_DIR/system/kubernetes/kustomize.sh"

# Outside of the node are the tools for manifests, inside is everything else.
if [ -z "${NODE:-}" ]; then
    kustomize_objects . >"$SCRATCH/base.json" && kustomize_objects uninstall >"$SCRATCH/uninstall.json" &&
        manifests objects "$KUBERNETES/example-pod.yaml" >"$SCRATCH/example.json" || exit 1
    (engine_enter sid env NODE="$SCRATCH" FILE_LIB="$TESTS_DIR" "$TAP_FILE")
    exit
fi

# shellcheck source=tests/lib/cri.sh
. "$TESTS_DIR/lib/cri.sh"

TREE=/var/lib/ownproc/tree
RUN_DIR=/run/ownproc
CGROUP=ownproc-test-keeper-$$
PORT=$((20000 + $$ % 10000))
export KUBELET_STATE=$SCRATCH/kubelet KUBELET_CGROUP=/$CONTAINER_PARENT
ASK=$BUILD/tests/keeper/ask

kubelet()
{
    /usr/bin/python3 "$TESTS_DIR/system/kubernetes/kubelet.py" "$CRI/sock" "$@"
}

# import FILE
import()
{
    local where
    where=$(ctr images import --help | grep -q -- --local && echo --local || true)
    # shellcheck disable=SC2086 # an option or nothing
    ctr -a "$CRI/sock" -n k8s.io images import $where --snapshotter native "$1" >/dev/null
}

# As systemd does, all mounts are shared.
node_start()
{
    mount --make-rshared /
    mkdir -p "$CRI/plugins" "$CRI/conf.d"
    cri_config >"$CRI/config.toml"
    containerd --config "$CRI/config.toml" >>"$CRI/log" 2>&1 </dev/null &
    echo $! >"$CRI/pid"
    cri wait 20 >/dev/null || fail "containerd does not answer: $(tail -n 5 "$CRI/log")"
    /usr/bin/python3 "$SYSTEM_LIB/cri.py" image "$CRI/image.tar"
    import "$CRI/image.tar"
}

# import_image VERSION: ownproc:VERSION, each of which has another program.
import_image()
{
    cp "$BUILD/fs/ownprocd-static" "$SCRATCH/ownprocd" && echo "$1" >>"$SCRATCH/ownprocd"
    kubelet image "$SCRATCH/image.tar" "docker.io/library/ownproc:$1" "usr/bin/ownprocd=$SCRATCH/ownprocd" \
        "usr/bin/ownproc=$BUILD/launcher/ownproc" "usr/bin/ownproc-metrics=$BUILD/launcher/exporter/ownproc-metrics" \
        "usr/bin/ownproc-nri=$BUILD/launcher/nri/ownproc-nri" "usr/local/bin/ownproc=$BUILD/launcher/ownproc" \
        "usr/libexec/ownproc/prepare=$TESTS_DIR/../contrib/kubernetes/prepare" \
        "usr/libexec/ownproc/remove=$TESTS_DIR/../contrib/kubernetes/remove"
    import "$SCRATCH/image.tar"
}

# On a machine with other containers "--all" would be all of them; and its first process is no process of the
# node that this is.
CHANGES=("--pod=1=>--pod=$$" "--keeper-cgroup=ownproc-keeper=>--keeper-cgroup=$CGROUP"
    "--listen=:9618=>--listen=127.0.0.1:$PORT" "\"path\": \"/var/run/nri\"=>\"path\": \"$CRI\"")

# daemon_pod VERSION: its id in $SCRATCH/daemon.
daemon_pod()
{
    local before
    before=$(keeper_pid)
    kubelet run "$NODE/base.json" DaemonSet/ownproc ownproc "${CHANGES[@]}" "ownproc:0.1.0=>ownproc:$1" >"$SCRATCH/daemon"
    # Not the one before, which serves until this one's does.
    wait_until 30 is_another "$before"
}

serves()
{
    "$ASK" $RUN_DIR/keeper.sock status 2>/dev/null | grep -q ' serving '
}

is_another()
{
    serves && [ "$(keeper_pid)" != "$1" ]
}

# Nothing if there is none.
keeper_pid()
{
    "$ASK" $RUN_DIR/keeper.sock status 2>/dev/null | awk '$1 == "keeper" { print $2 }'
}

figure()
{
    "$ASK" $RUN_DIR/keeper.sock status | awk -v name="$1" '$1 == name { print $2 }'
}

# example_pod NAME: 256 MiB and half a CPU; reads without end, and says when that fails.
example_pod()
{
    kubelet run "$NODE/example.json" Pod/ownproc-example "$1" "docker.io/library/debian:12=>localhost/ownproc-test:1" \
        "while :; do free -m; uptime; sleep 10; done=>while :; do cat /proc/meminfo /proc/uptime >/dev/null || echo failed; sleep 0.02; done"
}

# in_example NAME COMMAND…: in the pod whose id is in $SCRATCH/NAME.
in_example()
{
    kubelet exec "$(cat "$SCRATCH/$1")" shell "${@:2}"
}

# sees_its_limits NAME
sees_its_limits()
{
    local answer
    answer=$(in_example "$1" sh -c 'grep MemTotal /proc/meminfo; grep -c ^processor /proc/cpuinfo; cat /proc/uptime')
    expect_equal "MemTotal and CPUs" "MemTotal:         262144 kB 1" "$(head -n 2 <<<"$answer" | paste -sd' ')"
    is_young "$(tail -n 1 <<<"$answer")"
}

# is_young UPTIME: younger than this machine.
is_young()
{
    expect_between uptime 0 $(($(cut -d. -f1 /proc/uptime) - 10)) "${1%%.*}"
}

# Nobody in the example pod saw an error.
read_on()
{
    sleep 0.5
    expect_equal "errors that readers saw" "" "$(kubelet log "$1" shell | tail -n 3)"
}

test_a_node_boots_and_containers_start_before_the_daemon()
{
    node_start
    import_image 0.1.0
    ! example_pod early || fail "it started without the files"
    [ ! -e $TREE/proc/meminfo ] || fail "a directory was made in the place of a file"
    # An engine that is less careful makes directories where it finds nothing.
    mkdir -p $TREE/proc/meminfo
    cri_pod before >"$SCRATCH/before.pod"
    cri_container "$(cat "$SCRATCH/before.pod")" before --memory 134217728 --cpus 1 >"$SCRATCH/before"
}

test_then_the_daemon_comes_and_the_pods_that_waited_start()
{
    daemon_pod 0.1.0
    kubelet probe "$(cat "$SCRATCH/daemon")" ownprocd "$NODE/base.json" DaemonSet/ownproc >/dev/null
    [ -s $TREE/proc/meminfo ] || fail "it is not mounted on the node"
    example_pod example >"$SCRATCH/example"
    sees_its_limits example
}

# memtotal NAME: as the container whose id is in $SCRATCH/NAME sees it.
memtotal()
{
    cri exec "$(cat "$SCRATCH/$1")" grep MemTotal /proc/meminfo | tr -s ' '
}

has_memtotal()
{
    [ "$(memtotal "$1")" = "MemTotal: $2 kB" ]
}

test_and_those_that_run_are_given_the_files()
{
    wait_until 30 has_memtotal before 131072
}

test_and_so_is_each_new_container_without_asking_for_it()
{
    cri_pod after >"$SCRATCH/after.pod"
    cri_container "$(cat "$SCRATCH/after.pod")" after --memory 67108864 --cpus 1 >"$SCRATCH/after"
    expect_equal MemTotal "MemTotal: 65536 kB" "$(memtotal after)"
    expect_equal CPUs 1 "$(cri exec "$(cat "$SCRATCH/after")" grep -c ^processor /proc/cpuinfo)"
    is_young "$(cri exec "$(cat "$SCRATCH/after")" cat /proc/uptime)"
}

ask_metrics()
{
    /usr/bin/python3 - "$PORT" >"$SCRATCH/metrics" <<'END'
import sys
import urllib.request

print(urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/metrics", timeout=10).read().decode())
END
}

test_prometheus_is_answered_by_the_pod()
{
    wait_until 20 ask_metrics 2>/dev/null
    grep -q '^ownproc_reads_total' "$SCRATCH/metrics" || fail "$(head "$SCRATCH/metrics")"
    expect_match "injected" 'route="nri"} [1-9]' "$(grep '^ownproc_injected_total' "$SCRATCH/metrics")"
}

test_an_upgrade_while_containers_read_is_seen_by_nobody()
{
    local keeper program
    keeper=$(keeper_pid)
    import_image 0.2.0
    kubelet delete "$(cat "$SCRATCH/daemon")"
    ctr -a "$CRI/sock" -n k8s.io images rm --sync docker.io/library/ownproc:0.1.0 >/dev/null
    # Between the pods, with the image gone: a worker dies, and another is started.
    kill -KILL "$("$ASK" $RUN_DIR/keeper.sock status | awk '$1 == "worker" && $3 == "serving" { print $2 }')"
    wait_until 30 serves
    sees_its_limits example
    daemon_pod 0.2.0
    [ "$(keeper_pid)" != "$keeper" ] || fail "the old keeper goes on"
    expect_equal "keepers that took over" 1 "$(figure adoptions)"
    program=$(tail -n 1 "/proc/$(keeper_pid)/exe")
    expect_equal "the program that runs" 0.2.0 "${program: -5}"
    sees_its_limits example
    read_on example
}

test_so_is_a_pod_that_is_restarted()
{
    kubelet delete "$(cat "$SCRATCH/daemon")"
    sees_its_limits example
    daemon_pod 0.2.0
    expect_equal "keepers that took over" 2 "$(figure adoptions)"
    read_on example
}

test_a_keeper_that_was_killed_is_replaced_and_containers_are_repaired()
{
    kubelet delete "$(cat "$SCRATCH/daemon")"
    kill -KILL "$(keeper_pid)"
    wait_until 30 is_dead $TREE
    daemon_pod 0.2.0
    expect_match "what the init container says" "detaching the dead mount at $TREE" "$(kubelet log ownproc prepare)"
    # What the page says of all containers; this machine has others.
    kubelet exec "$(cat "$SCRATCH/daemon")" ownprocd ownproc repair --mountpoint $TREE --run-dir $RUN_DIR \
        "$(cri pid "$(cat "$SCRATCH/before")")" "$(cri pid "$(cat "$SCRATCH/after")")" || true
    wait_until 30 has_memtotal before 131072
    wait_until 30 has_memtotal after 65536
    # A pod that has mounted them itself is made anew.
    kubelet delete "$(cat "$SCRATCH/example")"
    example_pod example2 >"$SCRATCH/example2"
    sees_its_limits example2
}

is_dead()
{
    ! stat -f "$1" >/dev/null 2>&1
}

test_uninstalling_leaves_nothing()
{
    local id keeper host
    host=$(grep MemTotal /proc/meminfo | tr -s ' ')
    keeper=$(keeper_pid)
    id=$(cri list | awk '$2 == "shell" && $3 == "running" { print $1 }')
    kubelet delete "$(cat "$SCRATCH/daemon")"
    kubelet run "$NODE/uninstall.json" DaemonSet/ownproc-uninstall uninstall "ownproc:0.1.0=>ownproc:0.2.0" \
        "\"--all\"=>\"$(cri pid "$(cat "$SCRATCH/before")")\", \"$(cri pid "$(cat "$SCRATCH/after")")\", \"$(cri pid "$id")\"" "\"ownproc-keeper\"=>\"$CGROUP\"" \
        >"$SCRATCH/uninstall" || fail "$(kubelet log uninstall detach; kubelet log uninstall shutdown)"
    wait_until 30 is_gone "$keeper"
    expect_equal "mounts of the node" "" "$(grep fuse.ownproc /proc/mounts || true)"
    expect_equal "MemTotal of one that was attached" "$host" "$(memtotal before)"
    expect_equal "MemTotal of one that was injected" "$host" "$(memtotal after)"
    expect_equal "mounts in the pod that had its own" "" "$(grep fuse.ownproc "/proc/$(cri pid "$id")/mounts" || true)"
    kubelet delete "$(cat "$SCRATCH/uninstall")"
    expect_equal "files on the node" "" "$(find /var/lib/ownproc $RUN_DIR -mindepth 1)"
    expect_equal "cgroups on the node" "" "$(cgroup_mounts | sed "s,\$,/$CGROUP," | xargs -r ls -d 2>/dev/null || true)"
}

is_gone()
{
    [ ! -e "/proc/$1" ]
}

# Every hierarchy, those without controllers too.
cgroup_mounts()
{
    awk '$3 ~ /^cgroup2?$/ && $2 ~ "^/sys/fs/cgroup" { print $2 }' /proc/mounts | sort -u
}

node_stop()
{
    [ -e "$CRI/pid" ] || return 0
    cri remove-all || true
    cri_kill
    rm -f "$CRI/pid"
}

# Whatever a test left.
node_tidy()
{
    local mount
    [ ! -S $RUN_DIR/keeper.sock ] || "$OWNPROC" shutdown --force --run-dir $RUN_DIR 2>/dev/null || true
    node_stop
    for mount in $(cgroup_mounts); do
        container_remove_tree "$mount/$CGROUP"
    done
}
trap '[ "$BASHPID" != "$SYSTEM_SHELL" ] || { node_tidy; system_tidy; }' EXIT

tap_main
