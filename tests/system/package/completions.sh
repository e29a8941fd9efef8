#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# What shells complete is what the programs say at --help.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"

COMPLETIONS=$BUILD/contrib/completions
# Those without verbs.
OTHERS="$OWNPROCD $BUILD/launcher/exporter/ownproc-metrics $BUILD/launcher/nri/ownproc-nri"

verbs()
{
    "$OWNPROC" --help | awk '/^  [a-z]/ { print $1 }'
}

# options PROGRAM [VERB]
options()
{
    "$@" --help </dev/null | sed -n 's/^  \(-., \)\?\(--[a-z][a-z0-9-]*\).*/\2/p' | sort
}

# bash_completes WORD…: the last is not finished.
bash_completes()
{
    # shellcheck disable=SC2016 # for the shell in there
    bash -c '. "$0/$1"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "_$1"; printf "%s\n" "${COMPREPLY[@]}"' "$COMPLETIONS" "$@" | sort
}

# fish_completes LINE
fish_completes()
{
    fish --no-config -c "source $COMPLETIONS/${1%% *}.fish; complete -C '$1'" | cut -f1 | sort
}

test_bash_completes_every_verb_and_every_option()
{
    local verb program
    expect_equal "verbs" "$( (verbs && echo --help && echo --version) | sort)" "$(bash_completes ownproc "")"
    for verb in $(verbs); do
        expect_equal "options of $verb" "$(options "$OWNPROC" "$verb")" "$(bash_completes ownproc "$verb" --)"
    done
    for program in $OTHERS; do
        expect_equal "options of $program" "$(options "$program")" "$(bash_completes "${program##*/}" --)"
    done
}

test_fish_does()
{
    local verb program missing
    missing=$(comm -23 <(verbs | sort) <(fish_completes 'ownproc '))
    expect_equal "verbs that are missing" "" "$missing"
    for verb in $(verbs); do
        missing=$(comm -23 <(options "$OWNPROC" "$verb") <(fish_completes "ownproc $verb --"))
        expect_equal "options of $verb that are missing" "" "$missing"
    done
    for program in $OTHERS; do
        missing=$(comm -23 <(options "$program") <(fish_completes "${program##*/} --"))
        expect_equal "options of $program that are missing" "" "$missing"
    done
}

test_zsh_knows_every_verb_and_every_option()
{
    local verb program option
    zsh -n "$COMPLETIONS/_ownproc"
    for program in $OTHERS; do
        for option in $(options "$program"); do
            sed -n "/service = ${program##*/} /,/^fi/p" "$COMPLETIONS/_ownproc" | grep -qe "'\*${option}[=[]" ||
                fail "no $option of $program"
        done
    done
    for verb in $(verbs); do
        grep -q "^        '$verb:" "$COMPLETIONS/_ownproc" || fail "no verb $verb"
        for option in $(options "$OWNPROC" "$verb"); do
            sed -n "/^$verb)\$/,/;;/p" "$COMPLETIONS/_ownproc" | grep -qe "'\*${option}[=[]" || fail "no $option of $verb"
        done
    done
}

test_a_value_is_completed_where_there_is_a_choice()
{
    expect_equal "formats" "json table" "$(bash_completes ownproc ps --format = "" | xargs)"
    expect_equal "networks" "host" "$(bash_completes ownproc run --network h)"
    expect_equal "policies" "ceil cpuset round" "$(bash_completes ownprocd --cpu-policy "" | xargs)"
    expect_equal "formats in fish" "json text" "$(fish_completes 'ownproc status --format ' | xargs)"
}

tap_main
