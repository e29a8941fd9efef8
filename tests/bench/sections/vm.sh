# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The same reads in a virtual machine on pure cgroup v2, where lxcfs 7 of Debian's sid runs beside 5.0.3:
# it has dropped cgroup v1 and refuses to start where there is any.  The machine is emulated: what a
# read takes there says nothing, only how many times what the other takes.

# shellcheck source=tests/system/vm/image.sh
. "$TESTS_DIR/system/vm/image.sh"
# shellcheck source=tests/lib/engines.sh
. "$TESTS_DIR/lib/engines.sh"

VM_BENCH_TIMEOUT=${VM_BENCH_TIMEOUT:-300} # seconds

# lxcfs of sid with the libraries it needs, unpacked; prints where.
lxcfs7_directory()
(
    directory=$CACHE/lxcfs-sid
    cache_lock lxcfs-sid
    if [ ! -d "$directory" ]; then
        rm -rf "$directory.new"
        mkdir -p "$SCRATCH/lxcfs-sid" "$directory.new"
        # shellcheck disable=SC2016 # expands there
        (engine_enter sid sh -c 'cd "$SCRATCH/lxcfs-sid" && apt-get update && apt-get download lxcfs libfuse3-4 libc6') \
            >&2 || exit
        for package in "$SCRATCH"/lxcfs-sid/*.deb; do
            dpkg -x "$package" "$directory.new" || exit
        done
        basename "$SCRATCH"/lxcfs-sid/lxcfs_*.deb >"$directory.new/version"
        mv "$directory.new" "$directory"
    fi
    echo "$directory"
)

# What tests/system/vm takes along, and the benchmark.
vm_bench_payload()
{
    local lxcfs7=$1 tree=$SCRATCH/payload
    vm_payload v2 tests/bench/guest || return
    mkdir -p "$tree/build/tests/bench" "$tree/lxcfs7"
    cp "$BENCH/readers" "$BENCH/floor" "$tree/build/tests/bench/"
    cp -r "$BENCH_DIR" "$tree/tests/"
    cp -r "$lxcfs7/." "$tree/lxcfs7/"
    tar -C "$tree" -cf "$SCRATCH/payload.tar" .
}

bench_vm()
{
    local kernel disk lxcfs7
    bench_need qemu-system-x86_64 debootstrap cpio
    kernel=$(vm_kernel) && disk=$(vm_disk) && lxcfs7=$(lxcfs7_directory) && vm_initramfs "$kernel" &&
        vm_bench_payload "$lxcfs7" || fail "the parts of the VM cannot be made"
    VM_TIMEOUT=$VM_BENCH_TIMEOUT vm_boot "$kernel" "$disk" "cgroups=v2 cgroup_no_v1=all"
    tr -d '\r' <"$SCRATCH/tap" | grep '^{' | measured vm ''
    grep -qx '# exit 0' "$SCRATCH/tap" || {
        cat "$SCRATCH/tap" "$SCRATCH/console" >&2
        fail "the VM did not come to its end"
    }
}
