# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# A daemon of the test file's own, and what it knows.

OWN=$SCRATCH/own
RUN=$SCRATCH/own.run

own_daemon()
{
    daemon_start "$OWN" --run-dir "$RUN"
}

ask()
{
    "$OWNPROC" "$1" --run-dir "$RUN" "${@:2}"
}

is_forgotten()
{
    ! ask ps | grep -q "^$1 " && [ ! -e "$RUN/containers/$1" ]
}
