#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The Debian package can be built, and lintian finds no fault with it.  What is built stays in PACKAGES.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

PACKAGES=${PACKAGES:-$SCRATCH/packages}

test_it_can_be_built()
{
    "$TESTS_DIR/../contrib/debian/build" "$PACKAGES" >"$SCRATCH/log" 2>&1 || fail "$(tail -n 40 "$SCRATCH/log")"
}

test_lintian_finds_no_error()
{
    lintian --allow-root --fail-on error --tag-display-limit 0 "$PACKAGES"/*.changes
}

test_the_tree_is_as_it_was()
{
    [ ! -e "$TESTS_DIR/../debian" ] || fail "there is a debian/"
}

tap_main
