# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The parts of the VM.  Kernel, initramfs and disk are made once and kept; the payload, what is to
# be tested, is a tar file that the guest sees as its second disk.

# shellcheck source=tests/lib/root.sh
. "$TESTS_DIR/lib/root.sh"

VM_DIR=$TESTS_DIR/system/vm
VM_TIMEOUT=${VM_TIMEOUT:-1800} # seconds, for one boot with the whole suite
VM_MODULES="virtio_pci virtio_blk ext4 fuse overlay"

vm_kernel_package()
{
    apt-cache depends linux-image-amd64 | awk '$1 == "Depends:" && $2 ~ /^linux-image-/ { print $2; exit }'
}

# Unpacks Debian's kernel without installing it; prints where.
vm_kernel()
(
    cache_lock
    package=$(vm_kernel_package)
    [ -n "$package" ] || { apt-get update && package=$(vm_kernel_package); } >&2
    directory=$CACHE/$package
    if [ ! -d "$directory" ]; then
        rm -rf "$directory.new"
        mkdir -p "$directory.new/deb" && cd "$directory.new/deb" || exit
        { apt-get -o Acquire::Retries=3 download "$package" ||
            { apt-get update && apt-get download "$package"; }; } >&2 || exit
        dpkg -x ./*.deb "$directory.new" && depmod -b "$directory.new" "${package#linux-image-}" || exit
        rm -r "$directory.new/deb"
        mv "$directory.new" "$directory"
    fi
    echo "$directory"
)

# The files of the modules that the guest needs, in the order in which they must be loaded.
vm_modules()
{
    local module
    for module in $VM_MODULES; do
        modprobe -d "$1" -S "$2" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
    done | awk '!seen[$0]++'
}

# vm_initramfs KERNEL: busybox, the modules, and the scripts of the guest, which VM_GUEST has.
vm_initramfs()
{
    local kernel=$1 tree=$SCRATCH/initramfs module
    mkdir -p "$tree/bin" "$tree/modules"
    cp /bin/busybox "$tree/bin/"
    cp "$VM_DIR/initramfs-init" "$tree/init"
    cp "${VM_GUEST:-$VM_DIR}"/guest* "$tree/"
    vm_modules "$kernel" "$(ls "$kernel/lib/modules")" | while read -r module; do
        cp "$module" "$tree/modules/"
        basename "$module"
    done >"$tree/modules/order"
    (cd "$tree" && find . | cpio --quiet -o -H newc | gzip -1) >"$SCRATCH/initramfs.gz"
}

# Prints the disk's file.  The VM never writes to it (-snapshot).
vm_disk()
(
    root=$(root_directory) || exit
    cache_lock
    disk=$CACHE/disk-${root##*-}.ext4
    if [ ! -e "$disk" ]; then
        rm -f "$disk.new"
        truncate -s 3G "$disk.new"
        mkfs.ext4 -q -d "$root" "$disk.new" >&2 || exit
        mv "$disk.new" "$disk"
    fi
    echo "$disk"
)

# vm_payload CGROUPS [GROUP…]: the tests, what was built, without debugging information, and which groups
# of tests/system/run are to run: all if there are none, then on v2 Docker as well.
vm_payload()
{
    local tree=$SCRATCH/payload
    rm -rf "$tree"
    mkdir -p "$tree/build"
    [ "$*" != v2 ] || touch "$tree/docker"
    shift
    echo "$*" >"$tree/groups"
    (
        cd "$BUILD" || exit
        find fs launcher tests/conform tests/keeper tests/system -type f -perm -u=x \( ! -name '*.so' -o -name libfault.so \) \
            -exec cp --parents -t "$tree/build" {} +
    )
    find "$tree/build" -type f -exec strip --strip-debug {} +
    mkdir -p "$tree/tests/conform" "$tree/docs"
    cp "$(dirname "$TESTS_DIR")/docs/FILES.md" "$tree/docs/"
    cp "$TESTS_DIR/conform/run" "$tree/tests/conform/"
    cp -r "$TESTS_DIR/lib" "$TESTS_DIR/system" "$tree/tests/"
    tar -C "$tree" -cf "$SCRATCH/payload.tar" .
}

# vm_boot KERNEL DISK ARGUMENTS: of the kernel.  Ends with the VM, or with 124 after VM_TIMEOUT.
vm_boot()
{
    local kernel=$1 disk=$2
    TMPDIR=$SCRATCH timeout "$VM_TIMEOUT" qemu-system-x86_64 \
        -accel tcg,thread=multi -cpu max -smp 2 -m 1536 -nodefaults -nographic -no-reboot -snapshot \
        -kernel "$kernel"/boot/vmlinuz-* -initrd "$SCRATCH/initramfs.gz" \
        -append "console=ttyS0 panic=-1 quiet mitigations=off $3" \
        -drive "file=$disk,format=raw,if=virtio" \
        -drive "file=$SCRATCH/payload.tar,format=raw,if=virtio,readonly=on" \
        -serial "file:$SCRATCH/console" -serial "file:$SCRATCH/tap" </dev/null
}
