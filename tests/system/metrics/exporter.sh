#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later

# ownproc metrics: what Prometheus is told, whoever else asks whatever else.

# shellcheck source=tests/lib/system.sh
. "$(dirname "$0")/../../lib/system.sh"
# shellcheck source=tests/lib/kept.sh
. "$TESTS_DIR/lib/kept.sh"

# exporter_start ADDRESS:PORT [ARGUMENT…]: EXPORTER is its pid.
exporter_start()
{
    "$OWNPROC" metrics --mountpoint "$KEPT/tree" --run-dir "$KEPT/run" --listen "$@" >"$KEPT/exporter.log" 2>&1 &
    EXPORTER=$!
    wait_until 5 answers "$1"
}

answers()
{
    kill -0 "$EXPORTER" && get "$1" /nowhere >/dev/null
}

exporter_stop()
{
    kill "$EXPORTER"
    wait "$EXPORTER" || fail "exit code $?: $(cat "$KEPT/exporter.log")"
}

# get ADDRESS:PORT PATH [METHOD]: status, type and text.
get()
{
    python3 - "$@" <<'END'
import http.client
import sys

connection = http.client.HTTPConnection(sys.argv[1], timeout=10)
connection.request(sys.argv[3] if len(sys.argv) > 3 else "GET", sys.argv[2])
answer = connection.getresponse()
print(answer.status, answer.getheader("Content-Type"))
sys.stdout.write(answer.read().decode())
END
}

# A port that nobody has now.
free_port()
{
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

test_prometheus_is_told_the_metrics_and_the_tally()
{
    local at
    at=127.0.0.1:$(free_port)
    with_keeper told
    echo "nri injected 3" >"$KEPT/run/tally"
    exporter_start "$at"
    get "$at" /metrics >"$KEPT/answer"
    expect_equal "head" "200 text/plain; version=0.0.4; charset=utf-8" "$(head -n 1 "$KEPT/answer")"
    grep -qx 'ownproc_injected_total{route="nri"} 3' "$KEPT/answer" || fail "$(cat "$KEPT/answer")"
    sed 1d "$KEPT/answer" | grep -o '^ownproc_[a-z_]*' | sort -u >"$KEPT/names"
    grep -o '^ownproc_[a-z_]*' "$KEPT/tree/metrics" | sort -u | comm -23 - "$KEPT/names" >"$KEPT/missing"
    [ ! -s "$KEPT/missing" ] || fail "not told: $(cat "$KEPT/missing")"
    expect_equal health "200 text/plain; charset=utf-8 ok" "$(get "$at" /healthz | paste -sd' ')"
    expect_match "another page" '^404 ' "$(get "$at" /etc/passwd)"
    expect_match "another method" '^405 ' "$(get "$at" /metrics POST)"
    exporter_stop
    end_keeper
}

test_it_has_no_privileges_left()
{
    local at
    at=127.0.0.1:$(free_port)
    with_keeper privileges
    exporter_start "$at"
    expect_equal "capabilities" 0000000000000000 "$(awk '$1 ~ /^Cap...:$/ { print $2 }' \
        "/proc/$EXPORTER/status" | sort -u)"
    expect_equal "no new privileges" 1 "$(awk '$1 == "NoNewPrivs:" { print $2 }' "/proc/$EXPORTER/status")"
    exporter_stop
    end_keeper
}

test_without_a_daemon_it_is_unavailable_until_there_is_one()
{
    local at
    at=127.0.0.1:$(free_port)
    with_keeper dead
    exporter_start "$at"
    end_keeper
    expect_match "no daemon" "^503 text/plain; charset=utf-8
cannot open .*/metrics: No such file or directory\$" "$(get "$at" /metrics)"
    expect_match "its health" '^503 ' "$(get "$at" /healthz)"
    with_keeper dead
    expect_match "a new daemon" '^200 ' "$(get "$at" /healthz)"
    exporter_stop
    end_keeper
}

test_a_daemon_that_hangs_makes_nobody_hang()
{
    local at pids
    at=127.0.0.1:$(free_port)
    with_keeper hangs
    exporter_start "$at"
    pids="$KEEPER_PID $(worker standby) $(worker serving)"
    # shellcheck disable=SC2086 # a list of words
    kill -STOP $pids
    expect_match "hangs" '^503 .*
.*the daemon does not answer$' "$(get "$at" /metrics)"
    expect_match "hangs still" '^503 ' "$(get "$at" /metrics)"
    # shellcheck disable=SC2086
    kill -CONT $pids
    wait_until 10 is_healthy "$at"
    exporter_stop
    end_keeper
}

is_healthy()
{
    [[ "$(get "$1" /healthz)" == 200* ]]
}

test_clients_that_say_nothing_or_nonsense_keep_nobody_out()
{
    local at
    at=127.0.0.1:$(free_port)
    with_keeper hostile
    exporter_start "$at"
    python3 - "$at" <<'END'
import http.client
import os
import socket
import sys

address, port = sys.argv[1].split(":")


def connect():
    return socket.create_connection((address, int(port)), timeout=10)


silent = [connect() for _ in range(40)]
slow = [connect() for _ in range(20)]
for each in slow:
    try:
        each.send(b"GET /metrics HTTP/1.1\r\nX: ")
    except OSError:
        pass  # it is among those that were cut off
for nonsense in [b"\0" * 5000, os.urandom(20000), b"GET " + b"x" * 100000, b"GET /metrics HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
                 b"\r\n" * 1000, b"GET /metrics HTTP/9.9\r\n\r\n", b"POST /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"]:
    with connect() as each:
        try:
            each.sendall(nonsense)
            each.shutdown(socket.SHUT_WR)
            each.recv(65536)
        except OSError:
            pass
for _ in range(50):
    connection = http.client.HTTPConnection(address, int(port), timeout=10)
    connection.request("GET", "/metrics")
    assert connection.getresponse().status == 200
END
    kill -0 "$EXPORTER" || fail "$(cat "$KEPT/exporter.log")"
    expect_between "threads" 1 40 "$(awk '$1 == "Threads:" { print $2 }' "/proc/$EXPORTER/status")"
    exporter_stop
    end_keeper
}

test_what_cannot_be_is_refused_in_one_sentence()
{
    local word at
    KEPT=$SCRATCH
    for word in 9618 127.0.0.1 127.0.0.1: localhost:9618 1.2.3.4:x ::1:9618 '[::1:9618' ''; do
        expect_exit 2 "$OWNPROC" metrics --listen "$word"
        expect_match "$word" "^ownproc-metrics: --listen: '.*' is not ADDRESS:PORT" "$OUTPUT"
    done
    expect_exit 2 "$OWNPROC" metrics here
    expect_exit 125 "$OWNPROC" metrics --listen 192.0.2.1:9618
    expect_match "an address of others" 'cannot listen at 192.0.2.1:9618: Cannot assign' "$OUTPUT"
    at=127.0.0.1:$(free_port)
    exporter_start "$at" --mountpoint /nowhere
    expect_exit 125 "$OWNPROC" metrics --listen "$at"
    expect_match "a port that is taken" 'Address already in use' "$OUTPUT"
    exporter_stop
}

tap_main
