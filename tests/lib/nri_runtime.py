#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Plays a container runtime to an NRI plugin: listens where the plugin connects to, and speaks NRI's
framing with messages that it encodes itself (cri.py).

    nri_runtime.py SOCKET SCENE [ARGUMENT…]     exits with 0 if the plugin did what is expected

As a real runtime it has two seconds of patience for each answer.
"""

import os
import socket
import struct
import sys

from cri import decode, message, text_of

PATIENCE = 2
FRAME_MAX = 4096
UNIMPLEMENTED = 12
EVENTS = {"StopPodSandbox": 2, "PostCreateContainer": 5, "StartContainer": 6,
          "PostStartContainer": 7, "RemoveContainer": 11}


def expect(what, wanted, got):
    if wanted != got:
        sys.exit(f"{what}: expected {wanted!r}, got {got!r}")


class Runtime:
    def __init__(self, path):
        if os.path.exists(path):
            os.unlink(path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(1)
        self.stream = -1
        self.data = {}

    def accept(self, patience=15):
        """The plugin comes, by and by, and says who it is."""
        self.listener.settimeout(patience)
        self.trunk, _ = self.listener.accept()
        self.trunk.settimeout(PATIENCE)
        self.data = {1: b"", 2: b""}
        stream, kind, data = self.frame(2)
        request = decode(data)
        expect("the first frame is a request", (1, "RegisterPlugin"), (kind, text_of(request, 2)))
        expect("service", "nri.pkg.api.v1alpha1.Runtime", text_of(request, 1))
        return stream, decode(request[3][0])

    def bytes(self, n):
        out = b""
        while len(out) < n:
            piece = self.trunk.recv(n - len(out))
            if not piece:
                raise EOFError("the plugin hung up")
            out += piece
        return out

    def frame(self, conn):
        """One ttrpc frame of a connection: (stream, type, data)."""
        while True:
            have = self.data[conn]
            if len(have) >= 10:
                size, stream, kind = struct.unpack(">IIB", have[:9])
                if len(have) >= 10 + size:
                    self.data[conn] = have[10 + size:]
                    return stream, kind, have[10:10 + size]
            where, size = struct.unpack(">II", self.bytes(8))
            if not 0 < size <= FRAME_MAX:
                sys.exit(f"a frame of {size} bytes: a real runtime would hang up")
            self.data[where] += self.bytes(size)

    def send(self, conn, stream, kind, data, frame_max=FRAME_MAX):
        data = struct.pack(">IIBB", len(data), stream, kind, 0) + data
        for at in range(0, len(data), frame_max):
            piece = data[at:at + frame_max]
            self.trunk.sendall(struct.pack(">II", conn, len(piece)) + piece)

    def ask(self, method, payload=b"", **options):
        """(code, payload) of the answer."""
        self.stream += 2
        request = message((1, "nri.pkg.api.v1alpha1.Plugin"), (2, method), (3, payload),
                          (4, PATIENCE * 10**9))
        self.send(1, self.stream, 1, request, **options)
        stream, kind, data = self.frame(1)
        expect("stream and type of the answer", (self.stream, 2), (stream, kind))
        answer = decode(data)
        status = decode(answer[1][0]) if 1 in answer else {}
        return status.get(1, [0])[0], answer.get(2, [b""])[0]

    def welcome(self, name="containerd", config="", parts=((),), running=()):
        """All of the introduction; parts of the list of containers, the running ones in the last."""
        stream, us = self.accept()
        expect("index has two digits", True, text_of(us, 2).isdigit() and len(text_of(us, 2)) == 2)
        self.send(2, stream, 2, b"")
        code, answer = self.ask("Configure", message((1, config), (2, name), (3, "1.0")))
        expect("Configure", 0, code)
        self.events = decode(answer)[2][0]
        expect("events that NRI 0.3 does not know", 0, self.events & ~0x7ff)
        for i, part in enumerate(parts):
            more = i + 1 < len(parts)
            containers = list(part) + ([] if more else list(running))
            code, answer = self.ask("Synchronize", message((1, [pod()]), (2, containers), (3, more)))
            expect("Synchronize", (0, more), (code, decode(answer).get(2) == [1]))
        return self

    def create(self, *fields, **options):
        """The mounts that a container is given: destination to (source, options)."""
        payload = message((1, options.pop("pod", None) or pod()), (2, container(*fields)))
        code, answer = self.ask("CreateContainer", payload, **options)
        expect("CreateContainer", 0, code)
        adjust = decode(decode(answer).get(1, [b""])[0])
        expect("nothing but mounts is adjusted", {}, {k: v for k, v in adjust.items() if k != 3})
        mounts = [decode(mount) for mount in adjust.get(3, [])]
        return {text_of(m, 1): (text_of(m, 3), [option.decode() for option in m[4]]) for m in mounts}

    def tell(self, old, method, *fields):
        """An event, as runtimes before or since NRI 0.12 tell it."""
        if old:
            payload = message((1, EVENTS[method]), (2, pod()), (3, container(*fields)))
            return self.ask("StateChange", payload)
        return self.ask(method, message((1, pod()), (2, container(*fields))))


def pod(*fields):
    return message((1, "pod"), (2, "web"), (4, "default"), *fields)


def container(*fields):
    own = message((1, [message((1, "pid")), message((1, "mount"))]), (5, "/ownproc-none/c"))
    return message(*[(n, v) for n, v in [(1, "c"), (2, "pod"), (3, "main"), (11, own)]
                     if n not in dict(fields)], *fields)


def expect_files(mounts, below, options):
    wanted = {"/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/proc/uptime", "/proc/loadavg"}
    expect("files that are missing", set(), wanted - set(mounts))
    expect("files that runc refuses", [], [m for m in mounts if "pressure" in m or "vmstat" in m])
    for destination, (source, given) in mounts.items():
        expect("source", below + destination, source)
        expect("options", options, given)


OPTIONS = ["ro", "bind", "nosuid", "nodev", "noexec", "private"]


def life(runtime, tree, pid, old):
    runtime.welcome(parts=([], [container((1, "other"))], []))
    expect_files(runtime.create(), tree, OPTIONS)
    for method in "PostCreateContainer", "StartContainer":
        expect(method, 0, runtime.tell(old, method)[0])
    expect("start", (0, b""), runtime.tell(old, "PostStartContainer", (12, int(pid))))
    expect("stop", 0, runtime.ask("StopContainer", message((1, pod()), (2, container())))[0])
    expect("remove", (0, b""), runtime.tell(old, "RemoveContainer"))


def scene_old(runtime, tree, pid):
    life(runtime, tree, pid, True)
    expect("an unknown event", 0, runtime.ask("StateChange", message((1, 4711), (2, pod())))[0])


def scene_new(runtime, tree, pid):
    life(runtime, tree, pid, False)
    expect("an unknown call", UNIMPLEMENTED, runtime.ask("MakeCoffee")[0])
    expect("Shutdown", 0, runtime.ask("Shutdown")[0])


def scene_docker(runtime, tree):
    runtime.welcome(name="docker")
    expect_files(runtime.create((11, b"")), tree, ["ro"])


def scene_long(runtime, tree):
    """A request that is longer than any frame of ours may be, in frames of any length."""
    runtime.welcome()
    labels = {f"label-{i}": "x" * 1000 for i in range(300)}
    for frame_max in 100, FRAME_MAX, 1 << 20:
        expect_files(runtime.create((5, labels), frame_max=frame_max), tree, OPTIONS)


def scene_config(runtime):
    """What the runtime has in its conf.d for us counts."""
    runtime.welcome(config="[ownproc-nri]\nfiles=proc/uptime\n")
    expect("files", ["/proc/uptime"], list(runtime.create()))


def scene_nothing(runtime):
    """The daemon is down, or stuck: the answer is there all the same, and empty."""
    runtime.welcome()
    for _ in range(3):
        expect("mounts", {}, runtime.create())


def mount(destination, kind, source):
    return message((1, destination), (2, kind), (3, source))


def scene_claimed(runtime, tree):
    runtime.welcome()
    mounts = runtime.create((9, [mount("/proc/meminfo", "bind", "/other/meminfo")]))
    expect("the file that is theirs", None, mounts.get("/proc/meminfo"))
    expect_files({"/proc/meminfo": (tree + "/proc/meminfo", OPTIONS), **mounts}, tree, OPTIONS)


def scene_volume_at_sys(runtime, tree):
    runtime.welcome()
    mounts = runtime.create((9, [mount("/proc", "proc", "proc"), mount("/sys", "bind", "/srv")]))
    expect("files below /sys", [], [name for name in mounts if name.startswith("/sys")])
    expect_files(mounts, tree, OPTIONS)


def scene_volume_at_proc(runtime):
    runtime.welcome()
    expect("mounts", {}, runtime.create((9, [mount("/proc", "bind", "/srv")])))


def scene_wished(runtime, tree, pid):
    """A privileged container that is to have the files."""
    runtime.welcome()
    privileged = (9, [mount("/proc", "proc", "proc"), mount("/sys", "sysfs", "sysfs")])
    wish = (6, [message((1, "ownproc.dev/inject"), (2, "true"))])
    expect_files(runtime.create(privileged, wish), tree, OPTIONS)
    expect("start", (0, b""), runtime.tell(False, "PostStartContainer", (12, int(pid))))


def scene_unreadable(runtime, tree):
    runtime.welcome()
    expect("answer", (0, b""), runtime.ask("CreateContainer", b"\x0a\xff\xff\xff"))
    expect_files(runtime.create(), tree, OPTIONS)


def scene_attach(runtime, tree, *pids):
    """Containers that run are seen to, by a program that takes its time."""
    running = [container((1, f"c{pid}"), (4, 3), (12, int(pid))) for pid in pids]
    stopped = container((1, "stopped"), (4, 4), (12, os.getpid()))
    runtime.welcome(parts=([stopped], []), running=running)
    for _ in range(3):
        expect_files(runtime.create(), tree, OPTIONS)


def hang_up_after(spoil):
    """The plugin comes again after a connection that went wrong."""
    def scene(runtime, tree):
        runtime.welcome()
        spoil(runtime)
        runtime.trunk.close()
        expect_files(runtime.welcome().create(), tree, OPTIONS)
    return scene


def wait_for_hang_up(runtime):
    runtime.trunk.settimeout(20)
    while runtime.trunk.recv(4096):
        pass


def half_a_frame(runtime):
    runtime.trunk.sendall(struct.pack(">II", 1, 100) + b"half")


def half_a_frame_for_ever(runtime):
    half_a_frame(runtime)
    wait_for_hang_up(runtime)


def garbage(runtime):
    runtime.trunk.sendall(struct.pack(">II", 1, 20) + b"\xff" * 20)
    wait_for_hang_up(runtime)


def scene_deaf(runtime, tree):
    """Accepts, and never says a word."""
    runtime.accept()
    wait_for_hang_up(runtime)
    expect_files(runtime.welcome().create(), tree, OPTIONS)


def scene_refused(runtime, tree):
    stream, _ = runtime.accept()
    runtime.send(2, stream, 2, message((1, message((1, 3), (2, "no")))))
    wait_for_hang_up(runtime)
    expect_files(runtime.welcome().create(), tree, OPTIONS)


SCENES = {name[6:]: scene for name, scene in list(globals().items()) if name.startswith("scene_")}
SCENES.update(cut=hang_up_after(half_a_frame), hang=hang_up_after(half_a_frame_for_ever),
              garbage=hang_up_after(garbage), restart=hang_up_after(lambda runtime: None))


if __name__ == "__main__":
    SCENES[sys.argv[2]](Runtime(sys.argv[1]), *sys.argv[3:])
