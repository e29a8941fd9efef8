#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The OCI hook, called by runc, by crun and by nobody who means it well.

# shellcheck source=tests/lib/launcher.sh
. "$(dirname "$0")/../../lib/launcher.sh"
# shellcheck source=tests/lib/attach.sh
. "$TESTS_DIR/lib/attach.sh"
# shellcheck source=tests/lib/oci.sh
. "$TESTS_DIR/lib/oci.sh"

# One of its own: a user namespace must be able to see the tree.
unset TREE
daemon_require
PATH=$(realpath "$BUILD/launcher/runtime"):$PATH
trap '[ "$BASHPID" != "$SYSTEM_SHELL" ] || { oci_end_all; system_tidy; }' EXIT


# Every file of the daemon that the kernel has as well is there; two directories of /sys.
expect_all_files()
{
    expect_equal "files" "$(find "$TREE/proc" -type f -printf '/proc/%P\n' | sort | xargs ls -d 2>/dev/null | paste -sd' ')" \
        "$(attached "$1" | cut -d' ' -f5 | grep ^/proc | sort | paste -sd' ')"
    expect_equal "directories" "/sys/devices/system/cpu /sys/devices/system/node" \
        "$(attached "$1" | cut -d' ' -f5 | grep ^/sys | sort | paste -sd' ')"
}

gone()
{
    [ -z "$(registered)" ]
}

test_a_container_of_runc_has_all_files_also_those_that_runc_lets_nobody_mount()
{
    local before
    before=$(tally hook injected)
    oci_bundle one
    oci_hook
    oci_start runc "one-$$"
    expect_all_files "$OCI_PID"
    expect_numbers "$OCI_PID" 65536 1
    expect_match "where meminfo comes from" " /one-$$/proc/meminfo " "$(attached "$OCI_PID")"
    expect_match "pressure" "some avg10=" "$(inside "$OCI_PID" cat /proc/pressure/cpu)"
    expect_equal "counted" $((before + 1)) "$(tally hook injected)"
    oci_end runc "one-$$"
    wait_until 5 gone
}

test_a_container_of_crun_has_them_too()
{
    container_make crun memory=64M cpus=1
    oci_bundle two "del c['linux']['resources']"
    oci_hook
    oci_start_crun crun "two-$$"
    expect_all_files "$OCI_PID"
    expect_numbers "$OCI_PID" 65536 1
    oci_end crun "two-$$"
    container_remove crun || true
}

test_without_createRuntime_they_come_from_the_ordinary_tree()
{
    oci_bundle three
    oci_hook
    oci_edit "del c['hooks']['createRuntime']"
    oci_start runc "three-$$"
    expect_all_files "$OCI_PID"
    expect_numbers "$OCI_PID" 65536 1 oci_exec runc "three-$$"
    ! registered | grep ^three- || fail "it is registered"
    oci_end runc "three-$$"
}

test_a_container_whose_name_another_has_does_not_see_the_others_numbers()
{
    container_make other memory=96M
    container_hold other
    printf 'register\nid=same-%s\npid=%s\n\n' $$ "$HELD" |
        python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(sys.stdin.buffer.read()); print(s.recv(99))' \
            "$RUN_DIR/ownprocd.sock"
    expect_match "who is registered" "same-$$" "$(registered)"
    oci_bundle same
    oci_hook
    oci_start runc "same-$$"
    expect_all_files "$OCI_PID"
    ! attached "$OCI_PID" | grep " /same-" || fail "it has the files of another"
    expect_numbers "$OCI_PID" 65536 1 oci_exec runc "same-$$"
    oci_end runc "same-$$"
    container_remove other || true
    expect_equal "notes that are left" "" "$(ls "$RUN_DIR/hooks" 2>/dev/null)"
}

test_only_the_files_that_are_asked_for_are_mounted()
{
    oci_bundle chosen
    oci_hook --files pressure/cpu,meminfo
    oci_start runc "chosen-$$"
    expect_equal "mount points" "/proc/meminfo /proc/pressure/cpu" "$(attached "$OCI_PID" | cut -d' ' -f5 | sort | paste -sd' ')"
    oci_end runc "chosen-$$"
    expect_exit 2 "$OWNPROC" hook --files ,
}

test_a_container_with_a_user_namespace_has_them()
{
    oci_bundle four "
c['linux']['namespaces'].append({'type': 'user'})
ids = [{'containerID': 0, 'hostID': 100000, 'size': 65536}]
c['linux']['uidMappings'] = c['linux']['gidMappings'] = ids"
    chown 100000:100000 "$BUNDLE/rootfs"
    oci_hook
    oci_start runc "four-$$"
    expect_all_files "$OCI_PID"
    expect_numbers "$OCI_PID" 65536 1 oci_exec runc "four-$$"
    oci_end runc "four-$$"
}

test_a_file_that_the_container_mounts_itself_is_left_alone_and_the_others_are_mounted()
{
    local before
    before=$(tally hook injected)
    echo mine >"$SCRATCH/mine"
    oci_bundle own "
bind = {'type': 'bind', 'source': '$SCRATCH/mine', 'options': ['bind', 'ro']}
c['mounts'] += [{'destination': '/proc/meminfo', **bind}, {'destination': '/sys/devices/system/cpu/online', **bind}]"
    oci_hook
    oci_start runc "own-$$"
    expect_equal "theirs" "mine mine" "$(inside "$OCI_PID" cat /proc/meminfo /sys/devices/system/cpu/online | paste -sd' ')"
    expect_equal "ours" "/proc/stat /proc/vmstat /sys/devices/system/node" \
        "$(attached "$OCI_PID" | cut -d' ' -f5 | grep -E '/(meminfo|stat|vmstat|system/cpu|node)$' | sort | paste -sd' ')"
    oci_end runc "own-$$"
    expect_equal "counted" $((before + 1)) "$(tally hook injected)"
}

test_where_proc_is_unmasked_or_an_annotation_says_no_it_does_nothing()
{
    local before
    before=$(tally hook skipped)
    oci_bundle five "c['linux']['maskedPaths'] = []"
    oci_hook --require
    oci_start runc "five-$$"
    expect_none_attached "$OCI_PID"
    oci_end runc "five-$$"
    oci_bundle six "c['annotations'] = {'ownproc.dev/inject': 'false'}"
    oci_hook --require
    oci_start runc "six-$$"
    expect_none_attached "$OCI_PID"
    oci_end runc "six-$$"
    expect_equal "counted" $((before + 2)) "$(tally hook skipped)"
    ! registered | grep -E "^(five|six)-" || fail "they are registered"
}

# wrapped NAME [SETTING…]: what is in BUNDLE, by runc behind the wrapper.
wrapped()
{
    local name=$1
    shift
    export OWNPROC_RUNTIME_CONFIG=$SCRATCH/runtime.conf
    printf '%s\n' '[ownproc-runc]' "mountpoint=$TREE" "run-dir=$RUN_DIR" "$@" >"$OWNPROC_RUNTIME_CONFIG"
    oci_start ownproc-runc "$name"
}

test_what_the_wrapper_decides_its_hook_does_not_decide_again()
{
    oci_bundle seen "c['linux']['maskedPaths'] = []"
    wrapped "seen-$$" unmasked=inject
    expect_all_files "$OCI_PID"
    oci_end ownproc-runc "seen-$$"
    oci_bundle wished "c['linux']['maskedPaths'] = []; c['annotations'] = {'ownproc.dev/inject': 'true'}"
    wrapped "wished-$$"
    expect_all_files "$OCI_PID"
    oci_end ownproc-runc "wished-$$"
    oci_bundle plain "c['linux']['maskedPaths'] = []"
    wrapped "plain-$$"
    expect_none_attached "$OCI_PID"
    oci_end ownproc-runc "plain-$$"
}

test_without_a_daemon_a_container_starts_unless_the_files_are_required()
{
    local TREE=$SCRATCH/nobody RUN_DIR=$SCRATCH/nobody
    oci_bundle seven
    oci_hook
    oci_start runc "seven-$$"
    oci_end runc "seven-$$"
    oci_hook --require
    expect_exit 1 oci_start runc "eight-$$"
    expect_match "what the runtime says" "no daemon serves $SCRATCH/nobody" "$OUTPUT"
    oci_end runc "eight-$$"
}

# hook_says ROOT STATE-TEXT [FLAG…]: the hook in a mount namespace of its own, as in createContainer.
hook_in()
{
    local state=$1
    shift
    unshare --mount --propagation slave "$OWNPROC" hook --run-dir "$RUN_DIR" --mountpoint "$TREE" "$@" <<<"$state"
}

# A bundle that no runtime made: config.json is MASKED, its root is ROOTFS.
bundle_by_hand()
{
    HAND=$SCRATCH/hand
    rm -rf "$HAND"
    mkdir -p "$HAND/rootfs/sys"
    echo '{"root": {"path": "rootfs"}, "linux": {"maskedPaths": ["/proc/kcore"]}}' >"$HAND/config.json"
    STATE_TEXT="{\"ociVersion\": \"1.0.2\", \"id\": \"hand\", \"pid\": 1, \"bundle\": \"$HAND\"}"
}

# expect_refusal SENTENCE: it fails only if it must not, in one sentence, and counts.
expect_refusal()
{
    local before
    before=$(tally hook failed)
    expect_exit 0 hook_in "$STATE_TEXT"
    expect_match "what it says" "^ownproc: no files for [^ ]+( container)?: $1\$" "$OUTPUT"
    expect_exit 125 hook_in "$STATE_TEXT" --require
    expect_equal "counted" $((before + 2)) "$(tally hook failed)"
}

test_a_root_whose_proc_leads_elsewhere_is_refused()
{
    bundle_by_hand
    ln -s /proc "$HAND/rootfs/proc"
    expect_refusal "/proc/[a-z]+ is behind a symbolic link: refused"
    rm "$HAND/rootfs/proc"
    mkdir "$HAND/rootfs/proc"
    touch "$HAND"/rootfs/proc/{meminfo,cpuinfo}
    expect_refusal "/proc is not the kernel's"
    ln -sf / "$HAND/rootfs/proc/pressure"
    expect_refusal "/proc is not the kernel's"
}

test_a_root_without_proc_is_told()
{
    bundle_by_hand
    rm -r "$HAND/rootfs"
    expect_refusal "cannot open the container's root $HAND/rootfs: No such file or directory"
}

test_a_daemon_that_never_answers_is_not_waited_for()
{
    local TREE=$SCRATCH/stuck RUN_DIR=$SCRATCH/stuck.run
    bundle_by_hand
    daemon_start "$TREE" --run-dir "$RUN_DIR"
    kill -STOP "$DAEMON_PID"
    expect_exit 125 hook_in "$STATE_TEXT" --require
    expect_equal "sentence" "ownproc: no files for hand: $TREE: a file system there has not answered for 3 s" "$OUTPUT"
    kill -CONT "$DAEMON_PID"
    daemon_stop
}

test_what_is_no_state_and_no_configuration_is_told()
{
    bundle_by_hand
    STATE_TEXT='' expect_refusal "the state of the container: not JSON as it should be: .*"
    STATE_TEXT='{"id": "hand", "bundle": ' expect_refusal "the state of the container: not JSON as it should be: .*"
    STATE_TEXT='[]' expect_refusal "the state of the container: not JSON as it should be: it is no object"
    STATE_TEXT='{"id": 1, "bundle": "/"}' expect_refusal "the state of the container has no id or no bundle"
    rm "$HAND/config.json"
    expect_refusal "cannot open .*/config.json: No such file or directory"
    head -c 100 "$BUILD/launcher/ownproc" >"$HAND/config.json"
    expect_refusal "config.json: not JSON as it should be: .*"
    echo '{"root": {}}' >"$HAND/config.json"
    expect_refusal "config.json has no root.path"
    yes '[' | head -c 1000000 >"$HAND/config.json"
    expect_refusal "config.json: not JSON as it should be: .*"
    truncate -s 17M "$HAND/config.json"
    expect_refusal ".*/config.json.*"
}

command -v crun >/dev/null || unset -f test_a_container_of_crun_has_them_too

tap_main
