# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The manifests as kustomize makes them.  Source it after system.sh and engines.sh.

KUBERNETES=$(realpath "$TESTS_DIR/../contrib/kubernetes")

# One that knows bases as resources: of kubectl 1.21, which Debian 12 has not.
kustomize_is_there()
{
    command kubectl kustomize "$KUBERNETES" >/dev/null 2>&1
}

# kustomize_fetch DIRECTORY: Debian 13's, a program that needs nothing else.
kustomize_fetch()
(
    engine_enter trixie sh -ec "cd '$1' && apt-get update >&2 &&
        apt-get download kustomize >&2 && dpkg -x kustomize_*.deb kustomize.new"
)

# kustomize_build DIRECTORY: below contrib/kubernetes.
kustomize_build()
{
    local cached
    if kustomize_is_there; then
        command kubectl kustomize "$KUBERNETES/$1" 2>"$SCRATCH/kustomize.err" || {
            cat "$SCRATCH/kustomize.err" >&2
            return 1
        }
        return
    fi
    cached=$CACHE/kustomize-5
    [ -x "$cached" ] || {
        kustomize_fetch "$SCRATCH" && cp "$SCRATCH/kustomize.new/usr/bin/kustomize" "$cached.new" &&
            mv "$cached.new" "$cached"
    } || return 1
    "$cached" build "$KUBERNETES/$1"
}

manifests()
{
    python3 "$TESTS_DIR/system/kubernetes/manifests.py" "$@"
}

# kustomize_objects DIRECTORY: as a JSON list.
kustomize_objects()
{
    kustomize_build "$1" | manifests objects -
}
