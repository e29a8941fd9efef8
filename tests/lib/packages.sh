# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What a fresh Debian 12 lacks, per purpose.

packages_for()
{
    case $1 in
    build) echo gcc libc6-dev libcap-dev libfuse3-dev libglib2.0-dev libjson-c-dev libmicrohttpd-dev libprotobuf-c-dev libseccomp-dev meson ninja-build pkg-config protobuf-c-compiler ;;
    tests) echo libcmocka-dev lxcfs procps python3 python3-yaml util-linux ;;
    docs) echo python3-docutils ;;
    format) echo clang-format codespell shellcheck ;;
    clang) echo clang libclang-rt-14-dev ;;
    system) echo bc busybox-static crun iproute2 kmod libcap2-bin lxcfs runc strace ;;
    root) echo debian-archive-keyring debootstrap ;;
    cri) echo busybox-static python3-grpcio ;;
    docker) echo ca-certificates docker.io ;;
    package) echo debhelper dpkg-dev fish lintian man-db python3-docutils systemd zsh ;;
    vm) echo cpio e2fsprogs qemu-system-x86 ;;
    esac
}

packages_missing()
{
    local package
    for package; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            echo "$package"
    done
}

# Packages with a daemon would start it: forbidden while we install, as in an image build.
packages_without_daemons()
{
    local policy=/usr/sbin/policy-rc.d code=0
    if [ -e $policy ]; then
        "$@"
        return
    fi
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod +x $policy
    "$@" || code=$?
    rm -f $policy
    return $code
}

packages_apt()
{
    DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@"
}

# packages_install PURPOSE…: quietly; prints apt's own words only if it fails.
packages_install()
{
    local purpose missing log
    # shellcheck disable=SC2046 # lists of words
    missing=$(packages_missing $(for purpose; do packages_for "$purpose"; done))
    [ -n "$missing" ] || return 0
    log=$(mktemp)
    # shellcheck disable=SC2086 # a list of words
    set -- install -y --no-install-recommends $missing
    # The lists may be missing or old: then once more with new ones.
    packages_without_daemons packages_apt "$@" >"$log" 2>&1 || {
        packages_apt update >"$log" 2>&1 &&
            packages_without_daemons packages_apt "$@" >>"$log" 2>&1
    } || {
        cat "$log" >&2
        rm -f "$log"
        return 1
    }
    rm -f "$log"
}
