#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What a kubelet says to a container runtime, as far as tests need it: a client of the Container
Runtime Interface (runtime.v1) that writes its protobuf messages itself, so that it needs no
generated code, and an image made of a static busybox.

    cri.py image FILE [BUSYBOX]                 an OCI layout for "ctr -n k8s.io images import"
    cri.py SOCKET wait [SECONDS]                until the runtime answers
    cri.py SOCKET pod NAME [OPTION…]            prints the pod's id
    cri.py SOCKET container POD NAME [OPTION…] [-- COMMAND…]   creates and starts; prints its id
    cri.py SOCKET create POD NAME [OPTION…] [-- COMMAND…]      without starting it
    cri.py SOCKET start ID
    cri.py SOCKET exec ID COMMAND…              its output and its exit code
    cri.py SOCKET pid ID
    cri.py SOCKET list                          containers: id, name, state
    cri.py SOCKET remove ID                     kills and removes a container
    cri.py SOCKET remove-pod ID
    cri.py SOCKET remove-all                    all pods and containers

As a module: Cri(socket).run_pod(…), .create(…), .start(…) …, with the same options by name.
"""

import argparse
import hashlib
import io
import json
import sys
import tarfile
import time

IMAGE = "localhost/ownproc-test:1"
MASKED = [ # as a kubelet sends them: the runtime's own defaults are not used
    "/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
    "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"]
READONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
NAMESPACE_NODE = 2
STATES = ["created", "running", "exited", "unknown"]


# Protobuf: a message is a list of (field, value); value is an int, text, bytes, a message, or a list
# of any of these, which is a repeated field.  What is 0 or empty is not sent, as proto3 wants.

def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7f:
        out.append(number & 0x7f | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def encode_field(field, value):
    if isinstance(value, (bool, int)):
        return varint(field << 3) + varint(int(value))
    data = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(data)) + data


def message(*fields):
    out = b""
    for field, value in fields:
        if isinstance(value, dict):
            value = [message((1, key), (2, text)) for key, text in value.items()]
        if isinstance(value, list):
            out += b"".join(encode_field(field, one) for one in value)
        elif value or isinstance(value, bytes):
            out += encode_field(field, value)
    return out


def read_varint(data, at):
    number = shift = 0
    while True:
        number |= (data[at] & 0x7f) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return number, at


def decode(data):
    """A dict from field to the list of its values: ints or bytes."""
    fields, at = {}, 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            value, at = read_varint(data, at)
        else:
            size, at = {1: (8, at), 5: (4, at)}.get(key & 7) or read_varint(data, at)
            value, at = data[at:at + size], at + size
        fields.setdefault(key >> 3, []).append(value)
    return fields


def text_of(fields, field):
    return fields.get(field, [b""])[0].decode()


def namespaces(pid):
    """NamespaceOption: the host's network, so that no network plugin is needed."""
    return message((1, NAMESPACE_NODE), (2, pid))


class Cri:
    def __init__(self, socket):
        import grpc
        self.error = grpc.RpcError
        self.channel = grpc.insecure_channel("unix://" + socket)

    def call(self, method, request=b"", timeout=30):
        call = self.channel.unary_unary("/runtime.v1.RuntimeService/" + method)
        return decode(call(request, timeout=timeout))

    def wait(self, seconds=20):
        end = time.monotonic() + seconds
        while True:
            try:
                return text_of(self.call("Version", timeout=2), 3)
            except self.error:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def pod_config(self, name, o):
        security = message((1, namespaces(o.pid)), (6, o.privileged))
        linux = message((1, o.cgroup_parent), (2, security))
        identity = message((1, name), (2, "uid-" + name), (3, o.namespace))
        return message((1, identity), (6, o.labels), (7, o.annotations), (8, linux))

    def run_pod(self, name, **options):
        """Returns its id."""
        o = options_of(options)
        request = message((1, self.pod_config(name, o)), (2, o.handler))
        return text_of(self.call("RunPodSandbox", request), 1)

    def container_config(self, name, command, o):
        quota = int(o.cpus * 100000)
        resources = message((1, 100000 if quota else 0), (2, quota), (3, o.shares), (4, o.memory),
                            (6, o.cpuset))
        masks = [] if o.privileged or o.unmasked else [(13, MASKED), (14, READONLY)]
        security = message((2, o.privileged), (3, namespaces(o.pid)), *masks)
        mounts = [message((1, to), (2, source), (3, True))
                  for source, to in (mount.split(":") for mount in o.mount)]
        return message((1, message((1, name))), (2, message((1, o.image))), (3, command),
                       (7, mounts), (9, o.labels), (10, o.annotations),
                       (15, message((1, resources), (2, security))))

    def create(self, pod, name, command=(), **options):
        """Returns the id of a container that is not started yet."""
        o = options_of(options)
        config = self.container_config(name, list(command) or ["sleep", "1000000"], o)
        request = message((1, pod), (2, config), (3, self.pod_config(name, o)))
        return text_of(self.call("CreateContainer", request), 1)

    def start(self, container):
        self.call("StartContainer", message((1, container)))

    def run(self, pod, name, command=(), **options):
        container = self.create(pod, name, command, **options)
        self.start(container)
        return container

    def exec(self, container, *command):
        """Returns its exit code, what it printed and what it complained of."""
        answer = self.call("ExecSync", message((1, container), (2, list(command)), (3, 20)))
        return answer.get(3, [0])[0], text_of(answer, 1), text_of(answer, 2)

    def pid(self, container):
        info = self.call("ContainerStatus", message((1, container), (2, True))).get(2, [])
        found = {text_of(decode(entry), 1): text_of(decode(entry), 2) for entry in info}
        return json.loads(found["info"])["pid"]

    def list(self):
        """(id, name, state) of each container."""
        containers = map(decode, self.call("ListContainers").get(1, []))
        return [(text_of(c, 1), text_of(decode(c[3][0]), 1), STATES[c.get(6, [0])[0]])
                for c in containers]

    def pods(self):
        return [text_of(decode(pod), 1) for pod in self.call("ListPodSandbox").get(1, [])]

    def remove(self, container):
        self.call("StopContainer", message((1, container)))
        self.call("RemoveContainer", message((1, container)))

    def remove_pod(self, pod):
        self.call("StopPodSandbox", message((1, pod)))
        self.call("RemovePodSandbox", message((1, pod)))

    def remove_all(self):
        for container, _, _ in self.list():
            self.remove(container)
        for pod in self.pods():
            self.remove_pod(pod)


# Options of pods and containers, for the command line and as keyword arguments.

def pair(text):
    return tuple(text.split("=", 1))


def option_parser():
    parser = argparse.ArgumentParser(add_help=False)
    add = parser.add_argument
    add("--namespace", default="default")
    add("--annotation", dest="annotations", type=pair, action="append", default=[], help="KEY=TEXT")
    add("--label", dest="labels", type=pair, action="append", default=[], help="KEY=TEXT")
    add("--pid", choices=["pod", "container", "node"], default="container")
    add("--privileged", action="store_true")
    add("--unmasked", action="store_true", help="no masked or read-only paths")
    add("--handler", default="", help="the pod's runtime handler")
    add("--cgroup-parent", default="")
    add("--memory", type=int, default=0, help="limit in bytes")
    add("--cpus", type=float, default=0, help="quota")
    add("--shares", type=int, default=0)
    add("--cpuset", default="")
    add("--mount", action="append", default=[], help="SOURCE:DESTINATION, read-only")
    add("--image", default=IMAGE)
    return parser


def options_of(given):
    options = option_parser().parse_args([])
    vars(options).update(given)
    options.annotations, options.labels = dict(options.annotations), dict(options.labels)
    options.pid = ["pod", "container", "node"].index(options.pid)
    return options


# The image.

def add_file(archive, name, data, mode=0o644):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), mode
    archive.addfile(entry, io.BytesIO(data))


def make_layer(busybox):
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        for name in "bin", "etc", "proc", "sys", "dev", "tmp":
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(entry)
        with open(busybox, "rb") as program:
            add_file(archive, "bin/busybox", program.read(), 0o755)
        for name in "sh", "cat", "sleep", "free", "grep", "ls", "nproc", "uptime", "mount", "umount":
            entry = tarfile.TarInfo("bin/" + name)
            entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(entry)
        add_file(archive, "etc/passwd", b"root:x:0:0:root:/:/bin/sh\n")
    return layer.getvalue()


def make_image(path, busybox):
    """An OCI image layout, as a tar file."""
    with tarfile.open(path, "w") as archive:
        def blob(data, kind):
            digest = hashlib.sha256(data).hexdigest()
            add_file(archive, "blobs/sha256/" + digest, data)
            return {"mediaType": "application/vnd.oci.image." + kind, "digest": "sha256:" + digest,
                    "size": len(data)}

        layer = blob(make_layer(busybox), "layer.v1.tar")
        config = {"architecture": "amd64", "os": "linux",
                  "config": {"Cmd": ["sleep", "1000000"], "Env": ["PATH=/bin"]},
                  "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]}}
        manifest = {"schemaVersion": 2, "config": blob(json.dumps(config).encode(), "config.v1+json"),
                    "layers": [layer]}
        entry = blob(json.dumps(manifest).encode(), "manifest.v1+json")
        entry["annotations"] = {"io.containerd.image.name": IMAGE,
                                "org.opencontainers.image.ref.name": IMAGE}
        add_file(archive, "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
        add_file(archive, "index.json",
                 json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode())


# The command line.

def run_exec(cri, arguments):
    code, out, err = cri.exec(*arguments)
    sys.stdout.write(out)
    sys.stderr.write(err)
    return code


def run_container(method, arguments):
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options = option_parser().parse_args(arguments[2:split])
    return method(arguments[0], arguments[1], arguments[split + 1:], **vars(options))


VERBS = {
    "wait": lambda cri, a: cri.wait(*map(float, a)),
    "pod": lambda cri, a: cri.run_pod(a[0], **vars(option_parser().parse_args(a[1:]))),
    "create": lambda cri, a: run_container(cri.create, a),
    "container": lambda cri, a: run_container(cri.run, a),
    "start": lambda cri, a: cri.start(a[0]),
    "pid": lambda cri, a: str(cri.pid(a[0])),
    "list": lambda cri, a: "\n".join(map(" ".join, cri.list())),
    "exec": run_exec,
    "remove": lambda cri, a: cri.remove(a[0]),
    "remove-pod": lambda cri, a: cri.remove_pod(a[0]),
    "remove-all": lambda cri, a: cri.remove_all(),
}


def main(arguments):
    if arguments[:1] == ["image"] and len(arguments) > 1:
        make_image(*(arguments[1:] + ["/bin/busybox"])[:2])
        return 0
    if len(arguments) < 2 or arguments[1] not in VERBS:
        sys.stderr.write(__doc__)
        return 2
    cri = Cri(arguments[0])
    try:
        result = VERBS[arguments[1]](cri, arguments[2:])
    except cri.error as error:
        sys.stderr.write(f"cri.py: {arguments[1]}: {error.details()}\n")
        return 1
    if isinstance(result, str):
        print(result)
    return result if isinstance(result, int) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
