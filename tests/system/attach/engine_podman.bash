# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Runs in the root of a newer Debian (tests/lib/engines.sh): what is installed there by the package, an
# image, and then podman.  podman.sh sources it and calls it there.

# What Podman must be told on a machine like this; not what the documentation is about.
podman_settings()
{
    mkdir -p /etc/containers /var/lib/containers
    printf '[engine]\nruntime = "%s"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n' "$1" >/etc/containers/containers.conf
    printf '[containers]\nnetns = "none"\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\npids_limit = 0\ncgroupns = "private"\nlog_driver = "k8s-file"\n' >>/etc/containers/containers.conf
    printf '[storage]\ndriver = "vfs"\nrunroot = "/run/containers/storage"\ngraphroot = "/var/lib/containers/storage"\n' >/etc/containers/storage.conf
    printf '{"default": [{"type": "insecureAcceptAnything"}]}\n' >/etc/containers/policy.json
    export PODMAN_IGNORE_CGROUPSV1_WARNING=1
}

# The daemon's mounts, our program and the files of the package, where they are when it is installed.
podman_install_ours()
{
    local program examples=/usr/share/doc/ownproc/examples
    mkdir -p /var/lib/ownproc /run/ownproc "$examples/hooks.d" "$examples/containers.conf.d" /usr/share/containers/oci/hooks.d /etc/cdi
    mount --rbind "$TREE" /var/lib/ownproc
    mount --rbind "$RUN_DIR" /run/ownproc
    program=$(sed -n 's/.*"path": "\(.*\)",/\1/p' "$BUILD/contrib/ownproc-hook.json")
    for program in "$program" /usr/bin/ownproc; do
        mkdir -p "$(dirname "$program")"
        touch "$program"
        mount --bind "$OWNPROC" "$program"
    done
    cp "$BUILD/contrib/ownproc-hook.json" "$examples/hooks.d/ownproc.json"
    cp "$BUILD/contrib/ownproc-annotated.json" /usr/share/containers/oci/hooks.d/
    cp "$BUILD/contrib/ownproc-cdi.json" /etc/cdi/ownproc.json
    cp "$SOURCE_DIR/contrib/containers.conf.d/ownproc.conf" "$examples/containers.conf.d/"
}

# An image of busybox, as the registry has it.
podman_image()
{
    local root=/tmp/image applet
    mkdir -p "$root/bin"
    cp /bin/busybox "$root/bin/"
    for applet in sh cat cut head grep nproc uptime sleep awk free; do
        ln -s busybox "$root/bin/$applet"
    done
    tar -C "$root" -c . | podman import - docker.io/library/busybox:latest >/dev/null 2>&1
}

podman_engine()
{
    podman_settings "$1"
    podman_install_ours
    podman_image
}
