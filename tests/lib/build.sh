# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# Build directories and meson's suites in them.

# build_directory DIRECTORY [OPTION…]: configures it if it is new, and builds.  Whoever comes meanwhile
# waits.
build_directory()
(
    directory=$1
    shift
    mkdir -p "$directory"
    exec 9>"$directory/.lock"
    flock 9
    [ -e "$directory/build.ninja" ] || meson setup "$directory" "$SOURCE" "$@" || exit 1
    ninja -C "$directory"
)

build_plain()
{
    build_directory "$SOURCE/build"
}

build_sanitized()
{
    CC=clang build_directory "$SOURCE/build-asan" -Db_sanitize=address,undefined -Db_lundef=false
}

build_threads()
{
    build_directory "$SOURCE/build-threads" -Db_sanitize=thread -Db_lundef=false
}

build_fuzzers()
{
    local directory=$SOURCE/build-fuzz
    # The static libraries are what is searched, so they are instrumented, too; the programs cannot be.
    [ -e "$directory/build.ninja" ] ||
        CC=clang meson setup "$directory" "$SOURCE" -Dfuzz=true -Db_sanitize=address,undefined \
            -Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link || return 1
    ninja -C "$directory" fuzzers
}

# build_quietly NAME: one of the above as a test; what it prints is shown only if it fails.
build_quietly()
{
    local log
    log=$(mktemp)
    echo "# file: $1"
    echo 1..1
    if "$1" >"$log" 2>&1; then
        echo "ok 1 - $1"
        rm -f "$log"
    else
        echo "not ok 1 - $1"
        sed -n '/FAILED:\|ERROR/,$p' "$log" | grep . | head -n 60 | sed 's/^/# /'
        rm -f "$log"
        return 1
    fi
}

# build_test DIRECTORY SUITE…: runs meson's suites, prints the cases of their programs as TAP.
build_test()
{
    local directory=$1 suite
    shift
    for suite; do
        meson test -C "$directory" --no-rebuild --suite "$suite" --logbase "suite-$suite" \
            >"$directory/suite-$suite.out" 2>&1
        "$SOURCE/tests/lib/testlog" "$directory/meson-logs/suite-$suite.json" ||
            sed 's/^/# /' "$directory/suite-$suite.out"
    done
}
