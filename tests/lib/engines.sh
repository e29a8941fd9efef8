# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The engines of Debian releases, each in a root of its own, made once and kept:
#
#     engine_enter sid dockerd --data-root …
#
# runs a command there with this machine's /proc, /sys, /dev and cgroups, in a mount namespace whose
# root it is (a chroot breaks runc).  What is written there is gone with the test, but for what is
# below SCRATCH; SCRATCH, the sources and the build are where they are outside.
# The pid namespace is this machine's, because the daemon has to see who reads: a test ends what it starts.

# shellcheck source=tests/lib/root.sh
. "$TESTS_DIR/lib/root.sh"

# The libraries are ownproc-metrics's, of which kubelet.py makes an image there.
engine_packages()
{
    case $1 in
    bookworm) echo busybox-static crun podman procps runc util-linux ;;
    *) echo busybox-static containerd crun docker-cli docker.io iproute2 libglib2.0-0t64 libmicrohttpd12t64 lxc podman procps python3-grpcio runc util-linux ;;
    esac
}

# engine_install ROOT PACKAGE…: with apt, which also finds what only provides a package; debootstrap does
# not.  No daemon is started.
engine_install()
{
    local root=$1
    shift
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
    chroot "$root" apt-get update &&
        DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y --no-install-recommends "$@"
}

# engine_root SUITE: prints the directory of bookworm, trixie or sid.
engine_root()
(
    packages=$(engine_packages "$1")
    cache_lock "$1"
    directory=$CACHE/$1-$(printf %s "$packages" | cksum | cut -d' ' -f1)
    if [ ! -d "$directory" ]; then
        rm -rf "$directory.new"
        debootstrap --variant=minbase "$1" "$directory.new" "$(root_mirror)" >&2 || exit 1
        # shellcheck disable=SC2086 # a list of words
        engine_install "$directory.new" $packages >&2 || exit 1
        rm -rf "$directory.new"/var/cache/apt/archives/*.deb "$directory.new"/var/lib/apt/lists/*
        mv "$directory.new" "$directory"
    fi
    echo "$directory"
)

# Our own libfuse3 has another name there.
engine_fuse_library()
{
    ldconfig -p | sed -n 's/.*libfuse3\.so\.3 .*=> //p' | head -n 1
}

# engine_bind SOURCE ROOT: the same path there, with all that is mounted below it, now and later.
engine_bind()
{
    mkdir -p "$2$1"
    mount --rbind "$1" "$2$1" && mount --make-rslave "$2$1"
}

# Runs in the new mount namespace: engine_pivot ROOT STATE COMMAND…
engine_pivot()
{
    local root=$1 state=$2 new=$2/root path
    shift 2
    mkdir -p "$new" "$state/upper" "$state/work" || exit 125
    mount -t overlay -o "lowerdir=$root,upperdir=$state/upper,workdir=$state/work" engine "$new" || exit 125
    for path in /proc /sys /dev "$SCRATCH" "$(realpath "$BUILD")" "$SOURCE_DIR"; do
        engine_bind "$path" "$new" || exit 125
    done
    [ "${ENGINE_CGROUPS:-}" != v2 ] || mount -t cgroup2 cgroup2 "$new/sys/fs/cgroup" || exit 125
    mount -t tmpfs tmpfs "$new/run" && mount -t tmpfs tmpfs "$new/tmp" || exit 125
    mkdir -p "$new/run/lock"
    if [ -n "$ENGINE_FUSE" ]; then
        mkdir -p "$new/usr/local/lib"
        touch "$new/usr/local/lib/libfuse3.so.3"
        mount --bind "$ENGINE_FUSE" "$new/usr/local/lib/libfuse3.so.3" || exit 125
    fi
    mkdir -p "$new/.old"
    pivot_root "$new" "$new/.old" || exit 125
    cd / || exit 125
    umount -l /.old || exit 125
    exec env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LD_LIBRARY_PATH=/usr/local/lib "$@"
}

# engine_enter SUITE COMMAND…: goes on as COMMAND there, so run it in a subshell or with "&", whose $! is
# COMMAND's pid.  ENGINE_CGROUPS=v2 shows it nothing but the v2 hierarchy, as crun wants.
engine_enter()
{
    local root suite=$1
    root=$(engine_root "$suite") || fail "the root of $suite cannot be made"
    shift
    ENGINE_FUSE=$(engine_fuse_library)
    SOURCE_DIR=$(dirname "$TESTS_DIR")
    export SCRATCH BUILD SOURCE_DIR ENGINE_FUSE
    exec unshare --mount --propagation slave bash -c \
        "$(declare -f engine_bind engine_pivot); engine_pivot \"\$@\"" engine_pivot \
        "$root" "$(mktemp -d -p "$SCRATCH" "engine-$suite.XXXXXX")" "$@"
}
