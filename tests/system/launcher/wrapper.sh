#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# ownproc-runc before a runtime that only writes down how it is called.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

WRAPPER=$BUILD/launcher/runtime/ownproc-runc
REAL=$SCRATCH/real/runc
BUNDLE=$SCRATCH/bundle
export OWNPROC_RUNTIME_CONFIG=$SCRATCH/runtime.conf

# configure [LINE…]
configure()
{
    printf '%s\n' '[ownproc-runc]' "runtime=$REAL" "mountpoint=$TREE" "run-dir=$RUN_DIR" "$@" >"$OWNPROC_RUNTIME_CONFIG"
}

real_make()
{
    mkdir -p "$(dirname "$REAL")"
    cat >"$REAL" <<'END'
#!/bin/sh
printf '%s\n' "$@" >"$(dirname "$0")/arguments"
[ "$1" != features ] || exec echo '{"linux": {"namespaces": ["pid", "time"]}}'
echo real "$1"
exit 42
END
    chmod +x "$REAL"
}

# config_make [MOUNT]: an ordinary configuration; MOUNT is one more of its mounts.
config_make()
{
    rm -rf "$BUNDLE"
    mkdir -p "$BUNDLE"
    cat >"$BUNDLE/config.json" <<END
{"ociVersion": "1.0.2", "process": {"rlimits": [{"type": "RLIMIT_CORE", "hard": 18446744073709551615, "soft": 0}]},
 "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
  {"destination": "/sys", "type": "sysfs", "source": "sysfs"}${1:+, $1}],
 "linux": {"maskedPaths": ["/proc/kcore"], "namespaces": [{"type": "pid"}]}}
END
}

# make [VERB]: leaves what was said in $OUTPUT.
make()
{
    expect_exit 42 "$WRAPPER" "${1:-create}" --bundle "$BUNDLE" web
}

# from_config EXPRESSION: of the configuration "c".
from_config()
{
    python3 -c "import json,sys; c = json.load(open('$BUNDLE/config.json')); print($1)"
}

files_of_config()
{
    from_config "sum('$TREE' in m['source'] for m in c['mounts'])"
}

# is_untouched REASON [VERB]: the configuration stays as it is, which is told.
is_untouched()
{
    local before
    before=$(cksum "$BUNDLE/config.json")
    make "${2:-create}"
    expect_match "what is told" "$1" "$OUTPUT"
    expect_equal "the configuration" "$before" "$(cksum "$BUNDLE/config.json")"
    expect_equal "what is left in the bundle" config.json "$(ls -A "$BUNDLE")"
}

test_every_argument_is_passed_on_and_the_exit_code_comes_back()
{
    local arguments=(--root /r --unknown 'two words' '' unheard-of --flag=x -- -y)
    expect_exit 42 "$WRAPPER" "${arguments[@]}"
    expect_equal "arguments" "$(printf '%s\n' "${arguments[@]}")" "$(cat "$SCRATCH/real/arguments")"
    expect_exit 42 "$WRAPPER" --version
    expect_equal "what is printed" "real --version" "$OUTPUT"
}

test_create_and_run_add_the_files_and_keep_all_else()
{
    config_make
    chmod 640 "$BUNDLE/config.json"
    chown 12:34 "$BUNDLE/config.json"
    make
    expect_equal "what is told" "real create" "$OUTPUT"
    expect_between "files" 8 20 "$(files_of_config)"
    expect_equal "a number of 64 bits" 18446744073709551615 "$(from_config "c['process']['rlimits'][0]['hard']")"
    expect_equal "mode and owner" "640 12 34" "$(stat -c '%a %u %g' "$BUNDLE/config.json")"
    expect_equal "what is left in the bundle" config.json "$(ls -A "$BUNDLE")"
    config_make
    make run
    expect_between "files" 8 20 "$(files_of_config)"
    config_make
    make delete
    expect_equal "files for another verb" 0 "$(files_of_config)"
}

test_a_bundle_that_is_used_again_is_edited_anew()
{
    local files first
    config_make
    configure time-namespace=true
    make
    files=$(files_of_config)
    first=$(from_config "c['linux']['timeOffsets']['boottime']")
    make
    expect_equal "files" "$files" "$(files_of_config)"
    expect_equal "time namespaces" 1 "$(from_config "sum(n['type'] == 'time' for n in c['linux']['namespaces'])")"
    [ "$first" != "$(from_config "c['linux']['timeOffsets']['boottime']")" ] || fail "the clock began with the first use"
    configure "mountpoint=$TREE" not-serving=start
    config_make
}

test_the_hook_is_there_if_its_program_is()
{
    config_make
    configure ownproc=/bin/true
    make
    expect_equal "hooks" "['/bin/true']" "$(from_config "[h['path'] for h in c['hooks']['createContainer']]")"
    config_make
    configure "ownproc=$SCRATCH/none"
    make
    expect_equal "hooks" False "$(from_config "'hooks' in c")"
    expect_between "files" 8 20 "$(files_of_config)"
    configure
}

test_crun_takes_every_file()
{
    local listed
    config_make
    make
    listed=$(files_of_config)
    cp "$REAL" "$SCRATCH/real/crun"
    configure "runtime=$SCRATCH/real/crun"
    config_make
    make
    [ "$(files_of_config)" -gt "$listed" ] || fail "no more files than for runc"
    expect_equal "hooks" False "$(from_config "'hooks' in c")"
    # What the kernel has not cannot be mounted over.
    for file in $(from_config "*[m['destination'] for m in c['mounts']]"); do
        [ -e "$file" ] || fail "$file is nowhere"
    done
    configure
}

test_files_are_those_that_were_chosen()
{
    config_make
    configure 'files=proc/mem*;proc/stat'
    make
    expect_equal "files" 2 "$(files_of_config)"
    expect_equal "hooks" False "$(from_config "'hooks' in c")"
    config_make
    configure 'files=proc/mem*;proc/vmstat'
    make
    expect_equal "files" 1 "$(files_of_config)"
    expect_equal "files of the hook" "['hook', '--files', 'proc/vmstat']" "$(from_config "c['hooks']['createContainer'][0]['args'][1:4]")"
    config_make
    configure 'files=proc/vmstat'
    make
    expect_equal "files" 0 "$(files_of_config)"
    expect_equal "files of the hook" proc/vmstat "$(from_config "c['hooks']['createContainer'][0]['args'][3]")"
    configure
}

test_a_mount_of_the_containers_own_wins()
{
    config_make '{"destination": "/proc/meminfo", "type": "bind", "source": "/mine"}'
    make
    expect_equal "what is printed" "real create" "$OUTPUT"
    expect_equal "mounts over meminfo" "['/mine']" "$(from_config "[m['source'] for m in c['mounts'] if m['destination'] == '/proc/meminfo']")"
    expect_between "the others" 7 20 "$(files_of_config)"
    config_make '{"destination": "/proc/meminfo", "type": "bind", "source": "/mine"}'
    expect_exit 42 "$WRAPPER" --log "$SCRATCH/left.json" --log-format json create --bundle "$BUNDLE" web
    expect_match "the log" '"level":"info".*left alone, something else is mounted there: /proc/meminfo"' "$(cat "$SCRATCH/left.json")"
}

test_a_configuration_that_cannot_be_read_is_passed_on()
{
    config_make
    truncate -s 100 "$BUNDLE/config.json"
    is_untouched "not JSON"
    config_make
    truncate -s 16M "$BUNDLE/config.json"
    is_untouched "longer than"
    echo '[7]' >"$BUNDLE/config.json"
    is_untouched "no object"
    : >"$BUNDLE/config.json"
    is_untouched "not JSON"
    rm "$BUNDLE/config.json"
    make
    expect_match "what is told" "cannot open config.json" "$OUTPUT"
}

test_what_is_no_file_is_not_waited_for_and_no_link_is_followed()
{
    config_make
    mv "$BUNDLE/config.json" "$SCRATCH/elsewhere.json"
    ln -s "$SCRATCH/elsewhere.json" "$BUNDLE/config.json"
    is_untouched "symbolic links"
    rm "$BUNDLE/config.json"
    mkfifo "$BUNDLE/config.json"
    make
    expect_match "what is told" "no regular file" "$OUTPUT"
    rm -r "$BUNDLE"
    make
    expect_match "what is told" "cannot open $BUNDLE" "$OUTPUT"
}

test_a_disk_that_is_full_leaves_the_configuration_whole()
{
    mkdir -p "$SCRATCH/full"
    mount -t tmpfs -o size=8k,nr_inodes=10 full "$SCRATCH/full"
    config_make
    cp "$BUNDLE/config.json" "$SCRATCH/full/"
    head -c 4096 /dev/zero >"$SCRATCH/full/else" || true
    local BUNDLE=$SCRATCH/full before
    before=$(cksum "$BUNDLE/config.json")
    make
    expect_match "what is told" "cannot write config.json: No space" "$OUTPUT"
    expect_equal "the configuration" "$before" "$(cksum "$BUNDLE/config.json")"
    expect_equal "temporary files" "" "$(find "$BUNDLE" -name '.config*')"
}

test_what_is_told_goes_to_the_log_of_the_runtime()
{
    config_make
    configure "mountpoint=$SCRATCH/nobody"
    expect_exit 42 "$WRAPPER" --log "$SCRATCH/log.json" --log-format json create --bundle "$BUNDLE" web
    expect_equal "what is printed" "real --log" "$OUTPUT"
    expect_match "the log" '"level":"warning".*no daemon serves' "$(cat "$SCRATCH/log.json")"
    configure
}

test_a_container_that_is_to_have_its_files_or_not_start_does_not_start()
{
    config_make
    configure "mountpoint=$SCRATCH/nobody" not-serving=fail
    expect_exit 125 "$WRAPPER" create --bundle "$BUNDLE" web
    expect_match "what is told" "is not started without its own /proc: no daemon serves" "$OUTPUT"
    truncate -s 100 "$BUNDLE/config.json"
    expect_exit 125 "$WRAPPER" create --bundle "$BUNDLE" web
    expect_exit 42 "$WRAPPER" delete web
    configure
}

test_a_wrapper_of_itself_is_refused()
{
    configure "runtime=$WRAPPER"
    expect_exit 125 "$WRAPPER" create --bundle "$BUNDLE" web
    expect_match "what is told" "this wrapper itself" "$OUTPUT"
    configure "runtime=$SCRATCH/nothing"
    expect_exit 127 "$WRAPPER" create --bundle "$BUNDLE" web
    configure
}

test_its_name_says_which_runtime_it_wraps()
{
    ln -sf "$WRAPPER" "$SCRATCH/ownproc-unheard"
    expect_exit 127 "$SCRATCH/ownproc-unheard" list
    expect_match "what is told" "no runtime 'unheard'" "$OUTPUT"
}

test_a_mistake_in_the_configuration_stops_no_container()
{
    config_make
    configure colour=red
    make
    expect_match "what is told" "no key 'colour'" "$OUTPUT"
    expect_between "files" 8 20 "$(files_of_config)"
    configure
}

daemon_require
real_make
configure
tap_main
