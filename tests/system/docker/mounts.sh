#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What "ownproc docker-args" binds.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/system/docker/engine.sh
. "$(dirname "$0")/engine.sh"

# runc has a list of what may be mounted over /proc; pressure and vmstat are not on it.  A directory is
# bound as a whole.
test_every_file_that_runc_allows_is_bound()
{
    local left
    left=$(cd "$TREE" && find proc sys -type f ! -path 'proc/pressure/*' ! -path proc/vmstat |
        grep -vE "^($(docker_arguments | sed -n "s,^-v $TREE/\(.*\):/\1:ro$,\1,p" | paste -sd'|'))(/|$)" || true)
    expect_equal "files that docker-args does not bind" "" "$left"
}

tap_main
