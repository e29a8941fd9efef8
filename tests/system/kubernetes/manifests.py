#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The manifests of contrib/kubernetes, as objects.

    manifests.py objects FILE…      a JSON list of the objects of YAML files ("-" is stdin)
    manifests.py chart DIRECTORY [KEY=VALUE…]   the same of a Helm chart, of which it knows what ours uses
    manifests.py dashboard FILE     the metrics that a dashboard of Grafana asks for
    manifests.py check SUBJECT FILE…   of JSON lists: says what is wrong
"""

import hashlib
import json
import os
import re
import sys

import yaml


def objects_of(paths):
    found = []
    for path in paths:
        with sys.stdin if path == "-" else open(path, encoding="utf-8") as file:
            found += [each for each in yaml.safe_load_all(file) if each]
    return found


# Helm: {{ .Values.a.b }}, with "| toJson" or "| sha256sum", and {{- if .Values.x }} … {{- end }}.

PIPES = {
    None: str,
    "toJson": json.dumps,
    "sha256sum": lambda value: hashlib.sha256(value.encode()).hexdigest(),
}


def look_up(values, path):
    for key in path.strip(".").split("."):
        values = values[key]
    return values


def render(text, values):
    lines, kept = [], [True]
    for line in text.splitlines():
        block = re.fullmatch(r"\s*\{\{- (if (\.[\w.]+)|end) \}\}", line)
        if block:
            kept = kept[:-1] if block[1] == "end" else kept + [kept[-1] and bool(look_up(values, block[2]))]
        elif kept[-1]:
            lines.append(re.sub(r"\{\{ (\.[\w.]+)(?: \| (\w+))? \}\}",
                                lambda found: PIPES[found[2]](look_up(values, found[1])), line))
    text = "\n".join(lines)
    if "{{" in text or kept != [True]:
        raise SystemExit("the chart uses more of Helm than this knows")
    return text


def chart(directory, settings):
    with open(os.path.join(directory, "values.yaml"), encoding="utf-8") as file:
        values = yaml.safe_load(file)
    for key, value in (each.split("=", 1) for each in settings):
        path = key.split(".")
        at = values
        for each in path[:-1]:
            at = at[each]
        at[path[-1]] = yaml.safe_load(value)
    values = {"Values": values, "Release": {"Namespace": "kube-system"}}
    templates = os.path.join(directory, "templates")
    found = []
    for name in sorted(os.listdir(templates)):
        with open(os.path.join(templates, name), encoding="utf-8") as file:
            found += yaml.safe_load_all(render(file.read(), values))
    return found


# What must be true of them.

def find(objects, kind, name):
    found = [each for each in objects if each["kind"] == kind and each["metadata"]["name"] == name]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} objects are {kind}/{name}")
    return found[0]


def expect(condition, sentence):
    if not condition:
        raise AssertionError(sentence)


def pods_of(objects):
    """(name, pod spec) of whatever makes pods."""
    for each in objects:
        if each["kind"] == "Pod":
            yield each["metadata"]["name"], each["spec"]
        elif each["kind"] in ("DaemonSet", "Deployment", "Job"):
            yield each["metadata"]["name"], each["spec"]["template"]["spec"]


def containers_of(spec):
    return spec.get("initContainers", []) + spec["containers"]


def check_names(objects):
    """Every reference within a manifest leads somewhere, and names are what the API server takes."""
    label = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")
    for each in objects:
        expect(each.get("apiVersion") and label.match(each["metadata"]["name"]), f"no name or version: {each}")
    for name, spec in pods_of(objects):
        volumes = [volume["name"] for volume in spec.get("volumes", [])]
        expect(len(volumes) == len(set(volumes)), f"{name}: two volumes of one name")
        used = set()
        for container in containers_of(spec):
            paths = [mount["mountPath"] for mount in container.get("volumeMounts", [])]
            expect(len(paths) == len(set(paths)), f"{name}/{container['name']}: two mounts at one place")
            for mount in container.get("volumeMounts", []):
                expect(mount["name"] in volumes, f"{name}/{container['name']}: no volume {mount['name']}")
                used.add(mount["name"])
        expect(used == set(volumes), f"{name}: volumes that nobody mounts: {set(volumes) - used}")
        for volume in spec.get("volumes", []):
            if "configMap" in volume:
                find(objects, "ConfigMap", volume["configMap"]["name"])
    for each in objects:
        if each["kind"] == "DaemonSet":
            labels = each["spec"]["template"]["metadata"]["labels"]
            expect(each["spec"]["selector"]["matchLabels"].items() <= labels.items(), "the selector selects no pods")


def check_probe(container):
    for kind in "readinessProbe", "livenessProbe":
        expect(container[kind]["exec"]["command"][-1].endswith("/proc/uptime"), f"{kind} is no read of the mount")


def check_daemonset(objects):
    """What the project promises of its one DaemonSet."""
    kinds = sorted(each["kind"] for each in objects)
    expect(kinds == ["ConfigMap", "DaemonSet"], f"more than a DaemonSet and its configuration: {kinds}")
    daemonset = find(objects, "DaemonSet", "ownproc")
    spec = daemonset["spec"]["template"]["spec"]
    expect(daemonset["spec"]["updateStrategy"]["type"] == "RollingUpdate", "no rolling update")
    expect(spec["hostPID"] is True and "hostNetwork" not in spec and "hostIPC" not in spec, "host namespaces")
    expect(spec["priorityClassName"] == "system-node-critical", "the priority")
    expect(spec["tolerations"] == [{"operator": "Exists"}], "the tolerations")
    expect(spec["automountServiceAccountToken"] is False and "serviceAccountName" not in spec, "an account")
    containers = {each["name"]: each for each in containers_of(spec)}
    for name, container in containers.items():
        expect("requests" in container["resources"] and "memory" in container["resources"]["limits"], f"{name}: resources")
        privileged = container["securityContext"]["privileged"]
        expect(privileged == (name != "metrics"), f"{name}: privileged {privileged}")
        for mount in container["volumeMounts"]:
            expect(not mount["mountPath"].endswith("/tree"), f"{name}: mounts the mount itself, not its parent")
            bidirectional = mount.get("mountPropagation") == "Bidirectional"
            expect(bidirectional == (name == "prepare" and mount["name"] in ("ownproc", "run")), f"{name}: propagation")
    expect(containers["ownprocd"]["resources"]["requests"] == {"cpu": "10m", "memory": "16Mi"}, "the requests")
    check_probe(containers["ownprocd"])
    security = containers["metrics"]["securityContext"]
    expect(security["capabilities"] == {"drop": ["ALL"]} and security["readOnlyRootFilesystem"]
           and security["allowPrivilegeEscalation"] is False, "metrics: privileges")
    for volume in spec["volumes"]:
        if "hostPath" in volume:
            expect(volume["hostPath"]["type"] == "DirectoryOrCreate", "a volume that is not made")


def without(obj, *paths):
    obj = json.loads(json.dumps(obj))
    for path in paths:
        at = obj
        for key in path[:-1]:
            at = at.get(key, {})
        at.pop(path[-1], None)
    return obj


def check_same(first, second):
    """A chart that is rendered with its defaults, and the base of kustomize."""
    pairs = [(find(first, kind, "ownproc"), [each for each in second if each["kind"] == kind][0])
             for kind in ("DaemonSet", "ConfigMap")]
    for ours, theirs in pairs:
        name = theirs["metadata"]["name"] if theirs["kind"] == "ConfigMap" else None
        ours, theirs = (without(each, ["metadata", "name"], ["spec", "template", "spec", "imagePullSecrets"],
                                ["spec", "template", "metadata", "annotations", "checksum/config"],
                                ["spec", "template", "metadata", "annotations", "checksum/nri-config"])
                        for each in (ours, theirs))
        text = json.dumps(theirs, sort_keys=True)
        if name:  # kustomize's names end with a hash
            expect(name.startswith("ownproc-"), "the name of the ConfigMap")
        text = re.sub(r'"ownproc-[a-z0-9]{10}"', '"ownproc"', text)
        expect(json.dumps(ours, sort_keys=True) == text, f"they differ:\n{json.dumps(ours, sort_keys=True)}\n{text}")


def check_policy(objects):
    """The overlay for clusters without NRI: the files that the example pod mounts, too."""
    policy = find(objects, "MutatingAdmissionPolicy", "ownproc")
    binding = find(objects, "MutatingAdmissionPolicyBinding", "ownproc")
    expect(policy["apiVersion"] == binding["apiVersion"] == "admissionregistration.k8s.io/v1", "the version")
    expect(binding["spec"]["policyName"] == policy["metadata"]["name"], "the binding binds another")
    expect(policy["spec"]["failurePolicy"] == "Ignore", "pods come before files")
    for mutation in policy["spec"]["mutations"]:
        text = mutation["applyConfiguration"]["expression"]
        for opening, closing in "()", "{}", "[]":
            expect(text.count(opening) == text.count(closing), f"unbalanced {opening}{closing}: {text}")
    for variable in policy["spec"]["variables"]:
        expect("Object" not in variable["expression"], "variables know no Object types")
    names = [each["name"] for each in find(objects, "DaemonSet", "ownproc")["spec"]["template"]["spec"]["containers"]]
    expect("nri" not in names, "the DaemonSet still has the NRI plugin")
    example = find(objects, "Pod", "ownproc-example")["spec"]
    files = json.loads(policy["spec"]["variables"][0]["expression"])
    mounted = sorted(mount["mountPath"] for mount in example["containers"][0]["volumeMounts"])
    expect(mounted == sorted([f"/proc/{name}" for name in files] + ["/sys/devices/system/cpu"]),
           f"the example pod has other files: {mounted}")


def check_monitor(objects):
    service, monitor = find(objects, "Service", "ownproc"), find(objects, "ServiceMonitor", "ownproc")
    pods = find(objects, "DaemonSet", "ownproc")["spec"]["template"]
    expect(monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items(), "no service")
    expect(service["spec"]["selector"].items() <= pods["metadata"]["labels"].items(), "no pods")
    port = service["spec"]["ports"][0]
    expect(monitor["spec"]["endpoints"][0]["port"] == port["name"], "the port of the monitor")
    metrics = [each for each in pods["spec"]["containers"] if each["name"] == "metrics"][0]
    pod_monitor = find(objects, "PodMonitor", "ownproc")["spec"]
    expect(pod_monitor["selector"]["matchLabels"].items() <= pods["metadata"]["labels"].items()
           and pod_monitor["podMetricsEndpoints"][0]["port"] == port["targetPort"], "the monitor of pods")
    expect(port["targetPort"] in [each["name"] for each in metrics["ports"]], "the port of the service")


def dashboard_names(path):
    """The metrics that the panels of a dashboard ask for."""
    with open(path, encoding="utf-8") as file:
        dashboard = json.load(file)
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    expect(expressions, "no panel asks for anything")
    return sorted({name for each in expressions for name in re.findall(r"\bownproc_\w+", each)})


CHECKS = {"names": check_names, "daemonset": check_daemonset, "policy": check_policy, "monitor": check_monitor,
          "same": check_same}


def main(arguments):
    verb, words = arguments[0], arguments[1:]
    if verb == "objects":
        json.dump(objects_of(words), sys.stdout, indent=1)
    elif verb == "chart":
        json.dump(chart(words[0], words[1:]), sys.stdout, indent=1)
    elif verb == "dashboard":
        print("\n".join(dashboard_names(words[0])))
    else:
        lists = []
        for path in words[1:]:
            with open(path, encoding="utf-8") as file:
                lists.append(json.load(file))
        try:
            CHECKS[words[0]](*lists)
        except AssertionError as error:
            sys.exit(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
