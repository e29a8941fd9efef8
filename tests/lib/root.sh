# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# A small Debian, made once and kept: the containers' root, and what the disk of the VM is made from.
# In the VM OWNPROC_TEST_ROOT says where it is.

CACHE=${OWNPROC_TEST_CACHE:-/var/cache/ownproc-tests}

# What the product needs, the programs whose view is tested, and what the tests in the VM need.
ROOT_PACKAGES=bc,busybox-static,iproute2,libcap2,libcap2-bin,libfuse3-3,libglib2.0-0,libseccomp2,procps,python3,strace,util-linux
ROOT_PACKAGES+=,atop,htop,nginx,nodejs,openjdk-17-jre-headless,python3-psutil,sysstat
ROOT_PACKAGES+=,docker.io,lxcfs
# The machine that an init of its own boots: what the Debian package needs there.
ROOT_PACKAGES_BOOTED=busybox-static,iproute2,libcap2,libfuse3-3,libglib2.0-0,libseccomp2,lxc,procps,systemd

# The mirror that this machine itself uses.
root_mirror()
{
    apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 2>/dev/null |
        awk '$2 == "bookworm" { print $1; exit }' | grep . || echo http://deb.debian.org/debian
}

# cache_lock [PART]: until the calling subshell ends nobody else makes that part of the cache.
# shellcheck disable=SC2120 # others pass one
cache_lock()
{
    mkdir -p "$CACHE"
    exec 8>"$CACHE/lock${1:+-$1}"
    flock 8
}

# Names the list of packages.
root_name()
{
    printf %s "$ROOT_PACKAGES" | cksum | cut -d' ' -f1
}

# Prints the directory, which a change of the list of packages renames.
root_directory()
(
    if [ -n "${OWNPROC_TEST_ROOT:-}" ]; then
        echo "$OWNPROC_TEST_ROOT"
        exit
    fi
    cache_lock
    directory=$CACHE/root-$(root_name)
    if [ ! -d "$directory" ]; then
        rm -rf "$directory.new"
        debootstrap --variant=minbase --include="$ROOT_PACKAGES" bookworm "$directory.new" \
            "$(root_mirror)" >&2 || exit 1
        rm -rf "$directory.new"/var/cache/apt/archives/*.deb "$directory.new"/var/lib/apt/lists/*
        mv "$directory.new" "$directory"
    fi
    echo "$directory"
)
