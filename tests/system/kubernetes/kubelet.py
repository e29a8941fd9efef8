#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later

"""As much of a kubelet as tests need: makes pods of manifests, over the Container Runtime Interface.

    kubelet.py SOCKET image FILE NAME PROGRAM=PATH…  an image for "ctr -n k8s.io images import": busybox,
                                                     and programs with the libraries that they need
    kubelet.py SOCKET run MANIFEST KIND/NAME POD [OLD=>NEW…]  makes a pod of it and starts its
                                                     containers; prints the pod's id.  In its text OLD is
                                                     replaced
    kubelet.py SOCKET probe POD CONTAINER MANIFEST KIND/NAME [OLD=>NEW…]  its readiness probe, once
    kubelet.py SOCKET exec POD CONTAINER COMMAND…    its output and its exit code
    kubelet.py SOCKET log POD CONTAINER
    kubelet.py SOCKET delete POD                     as a kubelet does: SIGTERM, then SIGKILL

A MANIFEST is what "manifests.py objects" prints, for which the engines' roots have no Python modules.  As a
kubelet it looks at hostPath volumes before it mounts them, and refuses the pod if there is not what
its type says; it runs init containers one after the other, and stops where one fails.  What it
does not: schedule, restart, network.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lib"))
import cri  # noqa: E402

STATE = os.environ["KUBELET_STATE"]  # a directory: logs, volumes
CGROUP_PARENT = os.environ.get("KUBELET_CGROUP", "")
NAMESPACE_CONTAINER, NAMESPACE_NODE = 1, 2
PROPAGATION = {None: 0, "None": 0, "HostToContainer": 1, "Bidirectional": 2}
TYPES = {"Directory": os.path.isdir, "File": os.path.isfile, "": lambda path: True}
APPLETS = ["sh", "cat", "sleep", "head", "stat", "timeout", "umount", "cp", "mv", "rm", "rmdir", "echo", "ls", "grep",
           "free", "nproc", "uptime", "find"]


class Refused(Exception):
    pass


# Manifests.

def read_object(path, wanted, replacements):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for old, new in (each.split("=>", 1) for each in replacements):
        text = text.replace(old, new)
    objects = json.loads(text)
    kind, name = wanted.split("/")
    for each in objects:
        if each["kind"] == kind and each["metadata"]["name"] == name:
            return each, objects
    raise Refused(f"{path} has no {wanted}")


def pod_spec(obj):
    return obj["spec"]["template"]["spec"] if "template" in obj["spec"] else obj["spec"]


def quantity(text):
    for suffix, factor in ("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30):
        if str(text).endswith(suffix):
            return int(text[:-2]) * factor
    return int(text)


def cpus(text):
    return int(text[:-1]) / 1000 if str(text).endswith("m") else float(text)


# Volumes: each is a directory or file of the node.

def host_path(volume):
    path, kind = volume["path"], volume.get("type", "")
    if kind == "DirectoryOrCreate":
        if not os.path.isdir(path):  # a dead mount is none, and cannot be made one
            os.makedirs(path)
    elif not TYPES[kind](path):
        raise Refused(f'hostPath type check failed: {path} is not a {kind or "path"}')
    return path


def config_map(name, objects, pod):
    directory = os.path.join(STATE, pod, name)
    os.makedirs(directory, exist_ok=True)
    for each in objects:
        if each["kind"] == "ConfigMap" and each["metadata"]["name"] == name:
            for key, text in each["data"].items():
                with open(os.path.join(directory, key), "w", encoding="utf-8") as file:
                    file.write(text)
            return directory
    raise Refused(f"there is no ConfigMap {name}")


def volumes_of(spec, objects, pod):
    found = {}
    for volume in spec.get("volumes", []):
        found[volume["name"]] = (host_path(volume["hostPath"]) if "hostPath" in volume
                                 else config_map(volume["configMap"]["name"], objects, pod))
    return found


# Containers.

def mounts_of(container, volumes):
    return [cri.message((1, mount["mountPath"]), (2, volumes[mount["name"]]), (3, mount.get("readOnly", False)),
                        (5, PROPAGATION[mount.get("mountPropagation")]))
            for mount in container.get("volumeMounts", [])]


def security_of(container, host_pid):
    context = container.get("securityContext", {})
    privileged = context.get("privileged", False)
    masks = [] if privileged else [(13, cri.MASKED), (14, cri.READONLY)]
    capabilities = cri.message((2, context.get("capabilities", {}).get("drop", [])))
    user = [(5, cri.message((1, context["runAsUser"])))] if context.get("runAsUser") else []
    pid = NAMESPACE_NODE if host_pid else NAMESPACE_CONTAINER
    return cri.message((1, capabilities), (2, privileged), (3, cri.namespaces(pid)), *user,
                       (7, context.get("readOnlyRootFilesystem", False)),
                       (11, context.get("allowPrivilegeEscalation") is False), *masks)


class Kubelet(cri.Cri):
    def sandbox(self, name, spec):
        host_pid = spec.get("hostPID", False)
        privileged = any(each.get("securityContext", {}).get("privileged", False)
                         for each in spec.get("initContainers", []) + spec["containers"])
        pid = NAMESPACE_NODE if host_pid else NAMESPACE_CONTAINER
        security = cri.message((1, cri.namespaces(pid)), (6, privileged))
        # One that is made again is another.
        identity = cri.message((1, name), (2, f"uid-{name}-{time.time_ns()}"), (3, "kube-system" if host_pid else "default"))
        return cri.message((1, identity), (3, os.path.join(STATE, name)),
                           (8, cri.message((1, CGROUP_PARENT), (2, security))))

    def add(self, pod, config, container, volumes, spec):
        limits = container.get("resources", {}).get("limits", {})
        quota = int(cpus(limits["cpu"]) * 100000) if "cpu" in limits else 0
        resources = cri.message((1, 100000 if quota else 0), (2, quota), (4, quantity(limits.get("memory", 0))))
        message = cri.message(
            (1, cri.message((1, container["name"]))), (2, cri.message((1, container["image"]))),
            (3, container.get("command", [])), (4, container.get("args", [])), (7, mounts_of(container, volumes)),
            (11, container["name"] + ".log"),
            (15, cri.message((1, resources), (2, security_of(container, spec.get("hostPID", False))))))
        made = cri.text_of(self.call("CreateContainer", cri.message((1, pod), (2, message), (3, config))), 1)
        self.start(made)
        return made

    def status(self, container):
        status = cri.decode(self.call("ContainerStatus", cri.message((1, container)))[1][0])
        return cri.STATES[status.get(3, [0])[0]], status.get(7, [0])[0]

    def finish(self, container, name):
        end = time.monotonic() + 30
        while self.status(container)[0] != "exited":
            if time.monotonic() > end:
                raise Refused(f"the init container {name} does not end")
            time.sleep(0.02)
        code = self.status(container)[1]
        if code != 0:
            raise Refused(f"the init container {name} has ended with exit code {code}")

    def run_manifest(self, path, wanted, name, *replacements):
        obj, objects = read_object(path, wanted, replacements)
        spec = pod_spec(obj)
        volumes = volumes_of(spec, objects, name)
        os.makedirs(os.path.join(STATE, name), exist_ok=True)
        config = self.sandbox(name, spec)
        pod = cri.text_of(self.call("RunPodSandbox", cri.message((1, config))), 1)
        for container in spec.get("initContainers", []):
            self.finish(self.add(pod, config, container, volumes, spec), container["name"])
        only = os.environ.get("KUBELET_CONTAINERS", "").split()
        for container in spec["containers"]:
            if not only or container["name"] in only:
                self.add(pod, config, container, volumes, spec)
        return pod

    def find(self, pod, name):
        for each in map(cri.decode, self.call("ListContainers").get(1, [])):
            if cri.text_of(each, 2) == pod and cri.text_of(cri.decode(each[3][0]), 1) == name:
                return cri.text_of(each, 1)
        raise Refused(f"pod {pod} has no container {name}")

    def delete(self, pod):
        for each in map(cri.decode, self.call("ListContainers").get(1, [])):
            if cri.text_of(each, 2) == pod:
                self.call("StopContainer", cri.message((1, cri.text_of(each, 1)), (2, 5)))
        self.remove_pod(pod)


# The image: static programs, and others with their libraries.

def libraries(program):
    found = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return [word for line in found.splitlines() for word in line.split() if word.startswith("/")]


def make_layer(programs):
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        def add(name, path, mode=0o755):
            with open(path, "rb") as file:
                cri.add_file(archive, name.lstrip("/"), file.read(), mode)

        add("bin/busybox", "/bin/busybox")
        for name in APPLETS:
            entry = tarfile.TarInfo("bin/" + name)
            entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(entry)
        needed = set()
        for name, path in programs:
            add(name, path)
            if name.startswith("usr/bin/"):  # PATH of the image is /bin
                entry = tarfile.TarInfo(name[len("usr/"):])
                entry.type, entry.linkname = tarfile.SYMTYPE, "/" + name
                archive.addfile(entry)
            needed.update(libraries(path))
        for path in needed:
            add(path, path)
        cri.add_file(archive, "etc/passwd", b"root:x:0:0:root:/:/bin/sh\n")
    return layer.getvalue()


def make_image(path, name, *programs):
    cri.IMAGE = name
    cri.make_layer = lambda busybox: make_layer([each.split("=", 1) for each in programs])
    cri.make_image(path, "/bin/busybox")


# The command line.

def probe(kubelet, pod, name, path, wanted, *replacements):
    spec = pod_spec(read_object(path, wanted, replacements)[0])
    container = next(each for each in spec["containers"] if each["name"] == name)
    return print_result(kubelet.exec(kubelet.find(pod, name), *container["readinessProbe"]["exec"]["command"]))


def print_result(result):
    code, out, err = result
    sys.stdout.write(out)
    sys.stderr.write(err)
    return code


def print_log(pod, name):
    with open(os.path.join(STATE, pod, name + ".log"), encoding="utf-8") as file:
        sys.stdout.write(file.read())


def main(arguments):
    if arguments[:2] and arguments[1] == "image":
        make_image(*arguments[2:])
        return 0
    if arguments[1] == "log":
        print_log(*arguments[2:])
        return 0
    kubelet = Kubelet(arguments[0])
    verbs = {
        "run": lambda *a: print(kubelet.run_manifest(*a)),
        "probe": lambda *a: probe(kubelet, *a),
        "exec": lambda pod, name, *command: print_result(kubelet.exec(kubelet.find(pod, name), *command)),
        "delete": kubelet.delete,
    }
    try:
        return verbs[arguments[1]](*arguments[2:])
    except Refused as error:
        sys.stderr.write(f"kubelet.py: {error}\n")
    except kubelet.error as error:
        sys.stderr.write(f"kubelet.py: {arguments[1]}: {error.details()}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
