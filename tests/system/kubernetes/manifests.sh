#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The manifests of contrib/kubernetes, as kustomize and Helm make them, and what must be true of them.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/engines.sh
. "$TESTS_DIR/lib/engines.sh"
# shellcheck source=tests/lib/packages.sh
. "$TESTS_DIR/lib/packages.sh"
# shellcheck source=tests/system/kubernetes/kustomize.sh
. "$TESTS_DIR/system/kubernetes/kustomize.sh"

# shellcheck source=tests/lib/docs.sh
. "$TESTS_DIR/lib/docs.sh"

# check SUBJECT LIST…
check()
{
    expect_exit 0 manifests check "$@"
}

test_one_DaemonSet_is_all_that_kubectl_applies()
{
    kustomize_objects . >"$SCRATCH/base.json"
    check names "$SCRATCH/base.json"
    check daemonset "$SCRATCH/base.json"
}

test_the_chart_makes_the_same()
{
    [ -s "$SCRATCH/base.json" ] || kustomize_objects . >"$SCRATCH/base.json"
    manifests chart "$KUBERNETES/helm/ownproc" >"$SCRATCH/chart.json"
    check names "$SCRATCH/chart.json"
    check daemonset "$SCRATCH/chart.json"
    check same "$SCRATCH/chart.json" "$SCRATCH/base.json"
}

test_parts_of_the_chart_can_be_left_out()
{
    manifests chart "$KUBERNETES/helm/ownproc" nri.enabled=false metrics.enabled=false >"$SCRATCH/small.json"
    check names "$SCRATCH/small.json"
    ! grep -q 'ownproc-metrics\|"nri"' "$SCRATCH/small.json" || fail "they are still there"
}

test_clusters_without_NRI_have_a_policy_that_adds_the_files_of_the_example_pod()
{
    { kustomize_build overlays/admission-policy && echo --- && cat "$KUBERNETES/example-pod.yaml"; } |
        manifests objects - >"$SCRATCH/policy.json"
    check names "$SCRATCH/policy.json"
    check policy "$SCRATCH/policy.json"
}

test_those_with_the_Prometheus_operator_scrape_the_pods()
{
    { kustomize_build overlays/prometheus && echo --- && cat "$KUBERNETES/overlays/prometheus/podmonitor.yaml"; } |
        manifests objects - >"$SCRATCH/prometheus.json"
    check names "$SCRATCH/prometheus.json"
    check monitor "$SCRATCH/prometheus.json"
}

test_the_uninstaller_refers_to_what_there_is()
{
    kustomize_objects uninstall >"$SCRATCH/uninstall.json"
    check names "$SCRATCH/uninstall.json"
}

test_the_image_is_built_with_the_packages_that_a_build_needs()
{
    expect_equal packages "$(packages_for build | tr ' ' '\n' | sort)" \
        "$(sed -n '/AS build/,/^COPY/p' "$KUBERNETES/Containerfile" | sed -n '/apt-get install/,/[^\\]$/p' |
            tr -s ' \\' '\n' | grep -xE '[a-z0-9.+-]+' | grep -vxE 'apt-get|install|update|-y|--no-install-recommends' | sort -u)"
}

# Every path of the image that a manifest runs is made by its file.
test_what_the_manifests_run_is_in_the_image()
{
    local program
    for program in $(grep -rhoE '"/usr/[a-z/-]+"' "$KUBERNETES"/base "$KUBERNETES"/uninstall | tr -d '"' | sort -u); do
        case $program in
        /usr/libexec/ownproc/*) [ -x "$KUBERNETES/${program##*/}" ] || fail "there is no $program" ;;
        /usr/bin/ownprocd) ;;
        *) [ -n "$(find "$BUILD/launcher" -name "${program##*/}" -type f -perm -u=x)" ] || fail "there is no $program" ;;
        esac
    done
}

fetch_metrics()
{
    python3 - "$1" >"$SCRATCH/metrics" 2>/dev/null <<'END'
import sys
import urllib.request

print(urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/metrics", timeout=10).read().decode())
END
}

test_the_dashboard_asks_for_metrics_that_there_are()
{
    local port=$((20000 + $$ % 10000))
    # With its keeper, of which it tells more.
    mkdir -p "$SCRATCH/tree"
    "$OWNPROCD" --foreground --mountpoint "$SCRATCH/tree" --run-dir "$SCRATCH/run" >"$SCRATCH/log" 2>&1 &
    echo "$! $SCRATCH/tree" >>"$SCRATCH/daemons"
    daemon_wait_ready "$SCRATCH/tree" $!
    "$OWNPROC" metrics --mountpoint "$SCRATCH/tree" --run-dir "$SCRATCH/run" --listen "127.0.0.1:$port" &
    wait_until 5 fetch_metrics "$port"
    kill $!
    sed -n 's/^\(# TYPE \)\?\(ownproc_[a-z_]*\).*/\2/p' "$SCRATCH/metrics" | sort -u >"$SCRATCH/there"
    manifests dashboard "$KUBERNETES/../grafana/ownproc.json" | sort -u | comm -23 - "$SCRATCH/there" >"$SCRATCH/unknown"
    [ ! -s "$SCRATCH/unknown" ] || fail "there is no $(cat "$SCRATCH/unknown")"
    [ "$(manifests dashboard "$KUBERNETES/../grafana/ownproc.json" | wc -l)" -gt 15 ] || fail "it asks for too little"
}

# A kubectl without a cluster: "apply" and "delete" make what they would send, "rollout status" succeeds for
# what was sent.
kubectl()
{
    [ "$1" != -n ] || shift 2
    case "$1 $2" in
    "kustomize "*) kustomize_build "${2#contrib/kubernetes}" ;;
    "apply -k" | "delete -k") kustomize_build "${3#contrib/kubernetes}" >"$SCRATCH/sent.yaml" ;;
    "rollout status") grep -q "^  name: ${3#daemonset/}\$" "$SCRATCH/sent.yaml" ;;
    *) fail "kubectl $*" ;;
    esac
}

test_what_uninstalls_leaves_nothing_in_the_run_directory()
{
    local run=$SCRATCH/node/run
    mkdir -p "$SCRATCH/node/tree/made-by-an-engine" "$run/containers" "$run/hooks" "$SCRATCH/node/cgroups/keeper"
    for file in ownproc.conf keeper.sock ownprocd.sock tally hooks/a-container; do
        echo >"$run/$file"
    done
    "$KUBERNETES/remove" "$SCRATCH/node/tree" "$run" "$SCRATCH/node/cgroups" keeper
    expect_equal "what is left" "cgroups run" "$(find "$SCRATCH/node" -mindepth 1 -printf '%P\n' | sort | paste -sd' ')"
}

test_the_page_does_what_it_says()
{
    local name
    doc_commands_are_run kubernetes.md install render uninstall
    cd "$TESTS_DIR/.."
    for name in install render uninstall; do
        eval "$(doc_commands kubernetes.md $name)" >"$SCRATCH/$name.out"
    done
    expect_equal "DaemonSets that are rendered" 4 "$(grep -c '^kind: DaemonSet' "$SCRATCH/render.out")"
}

tap_main
