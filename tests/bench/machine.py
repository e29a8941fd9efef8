# SPDX-License-Identifier: LGPL-2.1-or-later

"""What a reader of the figures must know of the machine that gave them."""

import os
import subprocess
import time


def output_of(*words):
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return (done.stdout or done.stderr).strip()


def first_value(path, key):
    with open(path, encoding="utf-8") as file:
        for line in file:
            name, _, value = line.partition(":")
            if name.strip() == key:
                return value.strip()
    return ""


def cgroup_version():
    with open("/proc/mounts", encoding="utf-8") as file:
        types = {line.split()[2] for line in file}
    if {"cgroup", "cgroup2"} <= types:
        return "v1 controllers beside an empty v2 (hybrid)"
    return "v2" if "cgroup2" in types else "v1"


def package_version(package):
    return output_of("dpkg-query", "-W", "-f", "${Version}", package)


def source_version():
    here = os.path.dirname(os.path.abspath(__file__))
    return output_of("git", "-C", here, "describe", "--always", "--dirty") or "not from git"


def facts():
    # One tick of CLOCK_MONOTONIC_COARSE is one jiffy.
    jiffy = time.clock_getres(6)
    packages = ("lxcfs", "docker.io", "libfuse3-3", "bubblewrap", "crun")
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "kernel": os.uname().release,
        "cpus": os.cpu_count(),
        "cpu": first_value("/proc/cpuinfo", "model name"),
        "virtual machine": output_of("systemd-detect-virt") or "unknown",
        "memory": first_value("/proc/meminfo", "MemTotal"),
        "HZ": round(1 / jiffy),
        "cgroups": cgroup_version(),
        "load at the end": os.getloadavg(),
        "source": source_version(),
        "packages": {name: package_version(name) for name in packages},
    }
