# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# The commands of the pages in docs/ (tests/lib/doc-commands).  Source it after system.sh.

# doc_commands PAGE NAME: prints those of docs/PAGE.
doc_commands()
{
    "$TESTS_DIR/lib/doc-commands" "$2" "$TESTS_DIR/../docs/$1"
}

# doc_commands_are_run PAGE NAME…: fails if the page has commands that are none of these: a name that no
# test knows is a promise nobody keeps.
doc_commands_are_run()
{
    local page=$1 names
    shift
    names=$("$TESTS_DIR/lib/doc-commands" NAMES "$TESTS_DIR/../docs/$page") || fail "$names"
    expect_equal "names of commands in $page" "$(printf '%s\n' "$@" | sort)" "$(echo "$names" | sort)"
}
