#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The same with containerd 2, in short.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/cri.sh
. "$SYSTEM_LIB/cri.sh"
# shellcheck source=tests/lib/nri.sh
. "$SYSTEM_LIB/nri.sh"
trap '[ "$BASHPID" != "$SYSTEM_SHELL" ] || { nri_stop; cri_stop; system_tidy; }' EXIT

LIMITS=(--memory 268435456 --cpus 0.5)

shows_limit()
{
    [ "$(cri exec "$1" grep MemTotal /proc/meminfo)" = "MemTotal:         262144 kB" ]
}

test_containerd_starts()
{
    nri_daemon
    cri_start sid
    expect_match "version" '^2\.' "$(cat "$CRI/version")"
    nri_start
}

test_containers_have_the_files_from_the_start_and_soon_files_of_their_own()
{
    local pod id
    pod=$(cri_pod web)
    id=$(cri_container "$pod" first "${LIMITS[@]}")
    shows_limit "$id"
    expect_equal "CPUs" 1 "$(cri exec "$id" grep -c ^processor /proc/cpuinfo)"
    id=$(cri_container "$pod" second "${LIMITS[@]}" -- sh -c 'cat /proc/meminfo >/tmp/first; exec sleep 1000000')
    expect_match "MemTotal" 'MemTotal: +262144 kB' "$(cri exec "$id" cat /tmp/first)"
    expect_match "who is registered" "$id" "$("$OWNPROC" ps --run-dir "$RUN_DIR")"
}

test_a_pod_that_says_no_is_left_alone()
{
    local pod id
    pod=$(cri_pod no --annotation ownproc.dev/inject=false)
    id=$(cri_container "$pod" no "${LIMITS[@]}")
    expect_equal "its mounts" "" "$(cri exec "$id" grep ^ownproc /proc/self/mounts || true)"
    expect_between "who was skipped" 1 2 "$(tally nri skipped)"
}

test_a_namespace_may_be_excepted()
{
    local pod id
    nri_stop
    nri_start 'except-namespaces=kube-*'
    pod=$(cri_pod system --namespace kube-system)
    id=$(cri_container "$pod" system "${LIMITS[@]}")
    expect_equal "its mounts" "" "$(cri exec "$id" grep ^ownproc /proc/self/mounts || true)"
}

test_nothing_remains()
{
    nri_stop
    cri_stop
    expect_equal "shims" "" "$(pgrep -f "containerd-shim.*$CRI" || true)"
    umount "$TREE" # which nobody uses
}

tap_main
