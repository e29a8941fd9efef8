# SPDX-License-Identifier: LGPL-2.1-or-later

"""The results of tests/bench/run: what was measured, keyed by what it was measured of."""

import json
import re
import statistics

MEASURES = ("p50", "p99", "rate", "count", "cpu", "rss", "load", "wanted", "snapshots", "total", "calls", "best")
FILES = ("meminfo", "stat", "cpuinfo", "uptime", "loadavg")
READERS = (1, 2, 8, 64)
CONTENDERS = ("kernel", "bound", "ordinary", "direct", "lxcfs", "lxcfs7",
              "floor_no_open", "floor_keep_cache", "floor_direct_io", "floor_getattr", "floor_preads")


class Figures:
    """rows: {"section": …, keys of the section, MEASURE: [a value of each round]}."""

    def __init__(self, data):
        self.machine = data["machine"]
        self.without = data["without"]
        self.rows = data["rows"]
        self.index = {}
        for row in self.rows:
            self.index[self.key_of(row)] = row

    @staticmethod
    def key_of(row):
        return frozenset((key, value) for key, value in row.items() if key not in MEASURES)

    @classmethod
    def load(cls, path):
        with open(path, encoding="utf-8") as file:
            return cls(json.load(file))

    def rounds(self, measure, **keys):
        """What each round gave; empty if it was not measured."""
        return self.index.get(frozenset(keys.items()), {}).get(measure, [])

    def median(self, measure, **keys):
        """None if it was not measured."""
        values = self.rounds(measure, **keys)
        return statistics.median(values) if values else None

    def ratio(self, measure, contender, other, **keys):
        """The median of the ratios of the rounds: both were measured next to each other in each."""
        mine = self.rounds(measure, contender=contender, **keys)
        theirs = self.rounds(measure, contender=other, **keys)
        ratios = [a / b for a, b in zip(mine, theirs) if b]
        return statistics.median(ratios) if ratios else None

    def has(self, section):
        return any(row["section"] == section for row in self.rows)


def gather(lines):
    """Lines of JSON, one a round, become rows."""
    rows = {}
    for line in lines:
        result = json.loads(line)
        result.pop("round", None)
        key = Figures.key_of(result)
        row = rows.setdefault(key, {name: result[name] for name in result if name not in MEASURES})
        for name in MEASURES:
            if name in result:
                row.setdefault(name, []).append(result[name])
    return list(rows.values())


def save(path, machine, without, rows):
    """A row a line, so that two versions can be compared."""
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"machine": ' + json.dumps(machine, indent=1) + ',\n "without": ' + json.dumps(without))
        file.write(',\n "rows": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]}\n")


def short_time(nsec):
    """Microseconds with three digits or so."""
    if nsec is None:
        return "–"
    usec = nsec / 1000
    return f"{usec:.2f}" if usec < 10 else f"{usec:.1f}" if usec < 100 else f"{usec:.0f}"


def short_number(value):
    """1234567 becomes "1 235 k"."""
    if value is None:
        return "–"
    return re.sub(r"(?<=\d)(?=(\d{3})+$)", " ", f"{value / 1000:.0f}") + " k" if value >= 10000 else f"{value:.0f}"
