# SPDX-License-Identifier: LGPL-2.1-or-later

"""What was promised, and whether it is so.  A target is the worst of all files it speaks of."""

from figures import FILES


def at_most(what, limit, measured, shown=None):
    """(what, limit, measured, verdict); @measured None: could not be measured."""
    if measured is None:
        return (what, f"≤ {limit:.3g}", "not measured", "–")
    return (what, f"≤ {limit:.3g}", shown or f"{measured:.3g}", "met" if measured <= limit else "NOT MET")


def worst(figures, what, limit, measure, contender, other, floor=None, **keys):
    """Of the ratios of all files; shows each."""
    ratios = {file: figures.ratio(measure, contender, other, file=file, **keys) for file in FILES}
    if None in ratios.values():
        return at_most(what, limit, None)
    shown = ", ".join(f"{file} {ratio:.2g}" for file, ratio in ratios.items())
    return at_most(what, limit, max(ratios.values()), shown + floor_of(figures, measure, other, floor, keys))


def floor_of(figures, measure, other, floor, keys):
    """What the same measure is of a server that computes nothing."""
    if not floor:
        return ""
    ratios = {file: figures.ratio(measure, floor, other, file=file, **keys) for file in FILES}
    if None in ratios.values():
        return ""
    return f" ({floor}: " + ", ".join(f"{ratio:.2g}" for ratio in ratios.values()) + ")"


def read_targets(figures):
    one = {"section": "latency", "operation": "open", "readers": 1}
    eight = dict(one, readers=8)
    docker = dict(one, section="docker")
    yield worst(figures, "bound tree / kernel, p50", 0.6, "p50", "bound", "kernel", "floor_no_open", **one)
    yield worst(figures, "kernel / bound tree, rate", 0.6, "rate", "kernel", "bound", **one)
    yield worst(figures, "bound tree / lxcfs, p50", 1 / 50, "p50", "bound", "lxcfs", "floor_no_open", **one)
    yield worst(figures, "lxcfs / bound tree, rate", 1 / 50, "rate", "lxcfs", "bound", **one)
    yield at_most("Docker, ordinary tree / lxcfs, meminfo, p50", 1 / 6,
                  figures.ratio("p50", "ordinary", "lxcfs", file="meminfo", **docker))
    yield worst(figures, "Docker, ordinary tree / one round trip, p50", 1.4,
                "p50", "ordinary", "floor_keep_cache", **docker)
    yield worst(figures, "direct I/O / lxcfs, p50", 0.45, "p50", "direct", "lxcfs", "floor_direct_io", **one)
    yield worst(figures, "direct I/O / lxcfs, daemon's CPU per read", 0.25, "cpu", "direct", "lxcfs",
                "floor_direct_io", **one)
    yield worst(figures, "8 readers, ordinary tree / lxcfs, p50", 0.25, "p50", "ordinary", "lxcfs", **eight)
    yield worst(figures, "8 readers, ordinary tree / lxcfs, p99", 0.25, "p99", "ordinary", "lxcfs", **eight)


def load_of(figures, contender):
    """Share of a CPU that the server takes while eight readers hammer."""
    keys = {"section": "hammer", "phase": "eight", "file": "all", "operation": "open", "readers": 8,
            "contender": contender}
    cpu, rate = figures.median("cpu", **keys), figures.median("rate", **keys)
    return None if cpu is None else cpu * rate / 1e9


def crowd_served(figures, containers, contender):
    """Share of the reads that were done: less than 1 if the machine could do no more."""
    keys = {"section": "containers", "containers": containers, "contender": contender}
    count, wanted = figures.median("count", **keys), figures.median("wanted", **keys)
    return count / wanted if wanted else None


def crowd_load(figures, containers, contender):
    """Share of a CPU that all the reads would take."""
    load = figures.median("load", section="containers", containers=containers, contender=contender)
    served = crowd_served(figures, containers, contender)
    return load / min(served, 1) if served else None


def crowd_floor(figures, containers):
    """What of that nobody can do without: a request for each read, and the numbers."""
    loads = [crowd_load(figures, containers, name) for name in ("floor_getattr", "floor_preads")]
    return None if None in loads else sum(loads)


def beside_floor(figures, containers, contender):
    load, floor = crowd_load(figures, containers, contender), crowd_floor(figures, containers)
    if load is None or floor is None:
        return None
    return f"{percent(load):.3g}; one request a read and the numbers alone: {percent(floor):.3g}"


def work_targets(figures):
    yield at_most("daemon, 8 readers hammer bound files, % of a CPU", 3, percent(load_of(figures, "bound")))
    for tree in ("bound", "ordinary"):
        keys = {"section": "containers", "containers": 1000, "contender": tree}
        rss = figures.median("rss", **keys)
        yield at_most(f"1,000 containers, {tree} tree, % of a CPU for all reads", 10,
                      percent(crowd_load(figures, 1000, tree)), beside_floor(figures, 1000, tree))
        yield at_most(f"1,000 containers, {tree} tree, RSS in MiB", 24, rss and rss / 1024)
    for tree in ("bound", "ordinary", "direct"):
        yield at_most(f"depth 8 / depth 1, meminfo, {tree}, daemon's CPU", 2, depth_ratio(figures, "cpu", tree))
        yield at_most(f"depth 8 / depth 1, meminfo, {tree}, p50", 2, depth_ratio(figures, "p50", tree))


def percent(share):
    return None if share is None else share * 100


def depth_ratio(figures, measure, contender):
    """The worse of both kinds of ancestors."""
    ratios = []
    for kind in ("limited", "unlimited"):
        keys = {"section": "depth", "ancestors": kind, "contender": contender, "file": "meminfo",
                "operation": "pread", "readers": 1}
        deep = figures.rounds(measure, depth=8, **keys)
        flat = figures.rounds(measure, depth=1, **keys)
        ratios += [sorted(a / b for a, b in zip(deep, flat) if b)[len(deep) // 2]] if deep and flat else []
    return max(ratios) if ratios else None


def victim(figures, measure, contender, phase):
    return figures.median(measure, section="hammer", phase=phase, file="meminfo", operation="open",
                          readers=1, contender=contender)


def snapshots_per_file(figures, contender, container):
    """Snapshots a second and file while 64 threads hammer all five."""
    made = figures.median("snapshots", section="hammer", phase=f"{container} itself", file="all", operation="open",
                          readers=64, contender=contender)
    return None if made is None else made / len(FILES)


def fairness_targets(figures):
    for tree in ("bound", "ordinary"):
        for container, words in (("hammer_half", "half a CPU"), ("hammer", "no CPU limit")):
            quiet = victim(figures, "p99", tree, f"quiet before {container}")
            beside = victim(figures, "p99", tree, container)
            yield at_most(f"{tree} tree, p99 beside 64 threads ({words}) / quiet", 2,
                          beside / quiet if quiet and beside else None)
        yield at_most(f"{tree} tree, snapshots a second and file, 64 threads", 100,
                      snapshots_per_file(figures, tree, "hammer"))


def own_calls(figures, contender, file):
    """System calls of a read that is a snapshot, without those that carry FUSE's requests."""
    calls = figures.rounds("calls", section="daemon", contender=contender, file=file, pace="12 ms pauses")
    if not calls:
        return None
    return sum(number for name, number in calls[-1].items()
               if name not in ("read", "writev", "poll", "futex", "timerfd_settime", "restart_syscall"))


def call_targets(figures):
    for tree in ("bound", "ordinary"):
        # Ten, and one for the only cgroup above the container.
        yield at_most(f"{tree} tree, system calls of a warm meminfo snapshot, with who asks, one cgroup above", 11,
                      own_calls(figures, tree, "meminfo"))


def all_targets(figures):
    """A section that was not run has no targets."""
    if figures.has("latency") or figures.has("docker"):
        yield from read_targets(figures)
    if figures.has("containers") or figures.has("depth") or figures.has("hammer"):
        yield from work_targets(figures)
    if figures.has("hammer"):
        yield from fairness_targets(figures)
    if figures.has("daemon"):
        yield from call_targets(figures)
    # Not benchmarks: tests that pass or fail.
    yield ("torn, padded or cut texts in 10⁷ reads by 8 readers", "0", "tests/system/speed/torn.sh", "–")
    yield ("age of a number served to a live reader", "≤ 10 ms + a jiffy", "tests/system/speed/age.sh", "–")
