#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What "meson install" puts where.  REGEN=1 writes installed.txt: read the difference before believing it.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

IMAGE=$SCRATCH/image
INSTALLED=$(dirname "$0")/installed.txt

installed()
{
    (cd "$IMAGE" && find . -type f -o -type l) | sed 's,^\.\(/usr/local\)\?/,,' | LC_ALL=C sort
}

test_it_installs_what_it_should_and_nothing_else()
{
    meson install -C "$BUILD" --no-rebuild --quiet --destdir "$IMAGE"
    [ -z "${REGEN:-}" ] || installed >"$INSTALLED"
    diff "$INSTALLED" <(installed)
}

test_every_program_has_a_man_page()
{
    local program
    for program in "$IMAGE"/usr/local/bin/*; do
        [ -n "$(find "$IMAGE/usr/local/share/man" -name "$(basename "$program").*")" ] || fail "$program has none"
    done
}

test_man_pages_are_shown_without_a_warning()
{
    local page said
    for page in "$IMAGE"/usr/local/share/man/man*/*; do
        said=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
        expect_equal "what man says of $page" "" "$said"
    done
}

test_the_units_name_programs_that_are_there()
{
    local program
    for program in $(sed -n 's/^Exec[A-Za-z]*=-\?\([^ ]*\).*/\1/p' "$IMAGE"/usr/local/lib/systemd/system/*.service); do
        [ -x "$IMAGE$program" ] || fail "there is no $program"
    done
}

# As "systemd-analyze security" counts; booted/10-service.sh asks a running systemd.
test_no_unit_is_more_exposed_than_it_must()
{
    local unit level
    for unit in "$IMAGE"/usr/local/lib/systemd/system/*.service; do
        level=$(systemd-analyze security --offline=yes --no-pager "$unit" 2>/dev/null |
            sed -n 's/.*exposure level.*: \([0-9]*\)\.\([0-9]*\) .*/\1\2/p')
        expect_between "exposure level of ${unit##*/} in tenths" 0 40 "$level"
    done
}

test_the_hooks_are_where_their_configuration_says()
{
    local hook
    hook=$(sed -n 's/^lxc.hook.mount = //p' "$IMAGE/usr/local/share/lxc/config/common.conf.d/10-ownproc.conf")
    [ -x "$IMAGE$hook" ] || fail "there is no $hook"
}

tap_main
