# SPDX-License-Identifier: LGPL-2.1-or-later

"""The figures as tables: (title, head, rows of words)."""

from figures import CONTENDERS, FILES, READERS, short_number, short_time
from targets import all_targets, crowd_served, load_of, own_calls, percent, snapshots_per_file, victim


def there(figures, section, contenders=CONTENDERS):
    names = {row.get("contender") for row in figures.rows if row["section"] == section}
    return [name for name in contenders if name in names]


def read_table(figures, section, operation, readers):
    """p50 / p99 of each file and contender."""
    names = there(figures, section)
    rows = []
    for file in FILES:
        keys = {"section": section, "operation": operation, "readers": readers, "file": file}
        rows.append([file] + [
            short_time(figures.median("p50", contender=name, **keys)) + " / " +
            short_time(figures.median("p99", contender=name, **keys)) for name in names])
    return names, rows


def read_tables(figures, section, where):
    words = {"open": "open, read to the end, close", "pread": "pread on a kept fd"}
    for operation, what in words.items():
        for readers in READERS:
            names, rows = read_table(figures, section, operation, readers)
            if figures.median("p50", section=section, operation=operation, readers=readers,
                              file="meminfo", contender="kernel"):
                who = "one reader" if readers == 1 else f"{readers} readers"
                yield (f"{where}: {what}, {who}: p50 / p99 in µs", ["file"] + names, rows)


def ratio_words(figures, measure, contender, other, file):
    ratio = figures.ratio(measure, contender, other, section="vm", operation="open", readers=1, file=file)
    return "–" if ratio is None else f"{ratio:.2g}"


def vm_table(figures):
    """Ratios alone: an emulated machine has no microseconds."""
    pairs = [(measure, mine, other) for measure in ("p50", "cpu") for mine in ("bound", "ordinary", "direct")
             for other in ("lxcfs", "lxcfs7") if not (measure == "cpu" and mine == "bound")]
    rows = [[f"{mine} / {other}, {'p50' if measure == 'p50' else 'CPU of the server'}"] +
            [ratio_words(figures, measure, mine, other, file) for file in FILES] for measure, mine, other in pairs]
    return ("In an emulated machine with pure cgroup v2, lxcfs 5.0.3 and lxcfs 7.0.0: ratios", [""] + list(FILES), rows)


def rate_table(figures):
    names = there(figures, "latency")
    rows = []
    for readers in READERS:
        keys = {"section": "latency", "operation": "open", "readers": readers, "file": "meminfo"}
        rows.append([str(readers)] + [short_number(figures.median("rate", contender=name, **keys)) for name in names])
    return ("meminfo: open, read, close: reads a second, by readers", ["readers"] + names, rows)


def cpu_table(figures, section, how):
    names = [name for name in there(figures, section) if name != "kernel"]
    keys = {"section": section, "operation": "open", "readers": 1}
    rows = [[file] + [short_time(figures.median("cpu", file=file, contender=name, **keys)) for name in names]
            for file in FILES]
    rows.append(["RSS, MiB"] + [
        f'{figures.median("rss", file="meminfo", contender=name, **keys) / 1024:.1f}' for name in names])
    return (f"CPU time of the server per read, µs (= ms per 1,000 reads), one reader, {how}", ["file"] + names, rows)


def depth_tables(figures):
    names = there(figures, "depth")
    for kind in ("limited", "unlimited"):
        rows = []
        for depth in range(1, 9):
            keys = {"section": "depth", "ancestors": kind, "depth": depth, "file": "meminfo",
                    "operation": "pread", "readers": 1}
            rows.append([str(depth)] + [
                short_time(figures.median("p50", contender=name, **keys)) + " / " +
                short_time(figures.median("cpu", contender=name, **keys)) for name in names])
        yield (f"meminfo at depth, {kind} ancestors, each read a new snapshot: p50 / server's CPU per read, µs",
               ["depth"] + names, rows)


def crowd_table(figures):
    names = [name for name in there(figures, "containers") if name != "kernel"]
    rows = []
    counts = sorted({row["containers"] for row in figures.rows if row["section"] == "containers"})
    for count in counts:
        cells = []
        for name in names:
            keys = {"section": "containers", "containers": count, "contender": name}
            cells.append(f'{percent(figures.median("load", **keys)):.2f} % for '
                         f'{percent(crowd_served(figures, count, name)):.0f} % of the reads / '
                         f'{figures.median("rss", **keys) / 1024:.1f} MiB / '
                         f'{short_time(figures.median("p50", **keys))}'
                         if figures.median("load", **keys) is not None else "–")
        rows.append([f"{count:,}"] + cells)
    return ("Containers that read five files once a second: server's share of a CPU / RSS / p50 in µs",
            ["containers"] + names, rows)


def hammer_tables(figures):
    names = there(figures, "hammer")
    keys = {"section": "hammer", "phase": "eight", "file": "all", "operation": "open", "readers": 8}
    rows = [[name, f"{percent(load_of(figures, name)):.2f} %",
             short_number(figures.median("rate", contender=name, **keys))] for name in names]
    yield ("Eight readers as fast as they can, all files", ["contender", "server's CPU", "reads a second"], rows)
    rows = []
    for name in names:
        for container in ("hammer_half", "hammer"):
            rows.append([name, "half a CPU" if container == "hammer_half" else "no limit"] + [
                short_time(victim(figures, measure, name, phase))
                for phase in (f"quiet before {container}", container) for measure in ("p50", "p99")] + [
                f'{snapshots_per_file(figures, name, container) or 0:.0f}'])
    yield ("A reader of meminfo every 5 ms, alone and beside 64 threads in another container that hammer all files",
           ["contender", "the 64 have", "alone p50 µs", "p99", "beside p50 µs", "p99", "snapshots/s and file"], rows)


def call_table(figures):
    rows = []
    for name in there(figures, "daemon"):
        for file in FILES:
            keys = {"section": "daemon", "contender": name, "file": file}
            calls = figures.rounds("calls", pace="12 ms pauses", **keys)
            rows.append([name, file] + [f'{figures.median("total", pace=pace, **keys):.1f}'
                                        for pace in ("back to back", "12 ms pauses")] +
                        [f"{own_calls(figures, name, file):.1f}",
                         ", ".join(f"{call} {number}" for call, number in sorted(calls[-1].items()))])
    return ("System calls of the daemon for one open, read, close",
            ["tree", "file", "back to back", "12 ms pauses", "of these for the snapshot", "which"], rows)


def launch_table(figures):
    rows = []
    for row in figures.rows:
        if row["section"] == "launch" and row["pace"] == "back to back":
            keys = {"section": "launch", "contender": row["contender"]}
            rows.append([row["contender"]] + [
                f'{figures.median("p50", pace=pace, **keys) / 1e6:.1f}' for pace in ("back to back", "100 ms pauses")])
    return ("Start of a container that does nothing: p50 in ms", ["", "back to back", "100 ms pauses"], rows)


def target_table(figures):
    return ("Targets", ["measure", "target", "measured", ""], [list(row) for row in all_targets(figures)])


def all_tables(figures):
    if figures.has("latency"):
        yield from read_tables(figures, "latency", "In a container")
        yield rate_table(figures)
        yield cpu_table(figures, "latency", "back to back")
        yield from read_tables(figures, "seldom", "One read every 20 ms")
        yield cpu_table(figures, "seldom", "one read every 20 ms")
    if figures.has("docker"):
        yield from read_tables(figures, "docker", "In a Docker container")
    if figures.has("vm"):
        yield vm_table(figures)
    if figures.has("depth"):
        yield from depth_tables(figures)
    if figures.has("containers"):
        yield crowd_table(figures)
    if figures.has("hammer"):
        yield from hammer_tables(figures)
    if figures.has("daemon"):
        yield call_table(figures)
    if figures.has("launch"):
        yield launch_table(figures)
    yield target_table(figures)
