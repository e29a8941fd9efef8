# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# ownproc-nri, and a daemon of the test's own.  Source it after system.sh or cri.sh.

NRI=${NRI:-$BUILD/launcher/nri/ownproc-nri}
export TREE=$SCRATCH/node/tree RUN_DIR=$SCRATCH/node/run

# Before the engine is started: what is mounted below a shared mount is mounted there, too.
nri_daemon()
{
    mkdir -p "$SCRATCH/node"
    mountpoint -q "$SCRATCH/node" || {
        mount --bind "$SCRATCH/node" "$SCRATCH/node"
        mount --make-shared "$SCRATCH/node"
    }
    daemon_start "$TREE" --run-dir "$RUN_DIR"
}

nri_config()
{
    printf '[ownproc-nri]\nownproc=%s\n' "$OWNPROC"
    printf '%s\n' "$@"
}

# nri_start [SETTING…]: its log in $SCRATCH/nri.log.
nri_start()
{
    nri_config "$@" >"$SCRATCH/nri.conf"
    nri_run --socket "$CRI/nri.sock"
    wait_until 15 nri_says 'connected'
}

# The capabilities that the service has, as setpriv(1) wants them.
nri_capabilities()
{
    sed -n 's/^CapabilityBoundingSet=//p' "$(dirname "$TESTS_DIR")/contrib/systemd/ownproc-nri.service.in" |
        tr 'A-Z ' 'a-z\n' | sed 's/^cap_/,+/' | tr -d '\n'
}

# nri_run OPTION…
nri_run()
{
    setpriv --no-new-privs --bounding-set "-all$(nri_capabilities)" \
        "$NRI" --debug --config "$SCRATCH/nri.conf" --run-dir "$RUN_DIR" --mountpoint "$TREE" "$@" \
        >"$SCRATCH/nri.log" 2>&1 </dev/null &
    echo $! >"$SCRATCH/nri.pid"
}

nri_says()
{
    grep -q "$1" "$SCRATCH/nri.log"
}

nri_stop()
{
    local pid
    [ -e "$SCRATCH/nri.pid" ] || return 0
    pid=$(cat "$SCRATCH/nri.pid")
    rm "$SCRATCH/nri.pid"
    ! kill "${@:--TERM}" "$pid" 2>/dev/null || wait_until 5 is_gone "$pid"
}
