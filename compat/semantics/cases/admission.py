"""What a write gets of other objects, and what they forbid it: priority classes and limit ranges."""
from harness import scenario

PODS = "/api/v1/namespaces/{ns}/pods"
CLASSES = "/apis/scheduling.k8s.io/v1/priorityclasses"
RANGES = "/api/v1/namespaces/{ns}/limitranges"
CLAIMS = "/api/v1/namespaces/{ns}/persistentvolumeclaims"


def pod(name, resources=None, init=None, **spec):
    container = {"name": "c", "image": "i", "resources": resources or {}}
    more = {"initContainers": [{"name": "i", "image": "i", "resources": init}]} if init is not None else {}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": dict(spec, containers=[container], **more)}


def claim(name, size):
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": {
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}}


@scenario("admission-priority")
def priority(t):
    t.make_namespace()
    keep = ["metadata.name", "spec.priority", "spec.priorityClassName", "spec.preemptionPolicy"]
    name = "sem-{id}"
    t.post("class", CLASSES, {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name},
                              "value": 1000, "preemptionPolicy": "Never"})
    t.cleanup.append(t.fill(CLASSES + "/" + name))
    t.post("no class", PODS, pod("a"), keep=keep)
    t.post("unknown class", PODS, pod("b", priorityClassName="nobody"))
    t.post("of the system", PODS, pod("c", priorityClassName="system-node-critical"), keep=keep)
    # Its plugin need not have seen the class yet.
    for _ in range(50):
        if t.send("POST", PODS + "?dryRun=All", pod("x", priorityClassName=name)).status == 201:
            break
    t.post("own class", PODS, pod("d", priorityClassName=name), keep=keep)
    t.post("another value", PODS, pod("e", priorityClassName=name, priority=5))
    t.post("the same value", PODS, pod("f", priorityClassName=name, priority=1000), keep=keep)
    t.post("value without a class", PODS, pod("g", priority=5))
    t.post("another policy", PODS, pod("h", priorityClassName=name, preemptionPolicy="PreemptLowerPriority"))


@scenario("admission-limits")
def limits(t):
    t.make_namespace()
    keep = ["metadata.annotations", "spec.containers", "spec.initContainers", "status.qosClass"]

    def range_of(probe, seen, *items):
        t.send("DELETE", RANGES + "/l")
        t.post("limit range", RANGES, {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "l"},
                                       "spec": {"limits": list(items)}})
        for _ in range(200):  # the plugin need not have seen it yet
            if seen(t.send("POST", *probe)):
                break

    bare = (PODS + "?dryRun=All", pod("x"))
    small = (CLAIMS + "?dryRun=All", claim("x", "1Mi"))
    range_of(bare, lambda r: "annotations" in r.json["metadata"],
             {"type": "Container", "default": {"cpu": "500m", "memory": "1Gi"}, "defaultRequest": {"cpu": "0.1"}})
    t.post("all defaults", PODS, pod("a"), keep=keep)
    t.post("some defaults", PODS, pod("b", {"requests": {"memory": "10Mi"}}, {"limits": {"cpu": "1"}}), keep=keep)
    range_of(bare, lambda r: r.status == 403,
             {"type": "Container", "min": {"cpu": "50m"}, "max": {"memory": "1Gi"}, "maxLimitRequestRatio": {"cpu": "4"}},
             {"type": "Pod", "max": {"cpu": "1"}})
    t.post("within", PODS, pod("c", {"requests": {"cpu": "250m", "memory": "1Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}}), keep=keep)
    t.post("no request", PODS, pod("d"))
    t.post("too little", PODS, pod("e", {"requests": {"cpu": "10m"}, "limits": {"cpu": "20m", "memory": "1Gi"}}))
    t.post("too much", PODS, pod("f", {"limits": {"cpu": "1", "memory": "2Gi"}}))
    t.post("ratio", PODS, pod("g", {"requests": {"cpu": "100m"}, "limits": {"cpu": "0.7", "memory": "1Gi"}}))
    t.post("pod too large", PODS, pod("h", {"limits": {"cpu": "1500m", "memory": "1Gi"}}))
    t.post("pod too large by its init container", PODS, pod(
        "i", {"limits": {"cpu": "1", "memory": "1Gi"}}, {"limits": {"cpu": "2", "memory": "1Gi"}}))
    range_of(small, lambda r: r.status == 403,
             {"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}, "max": {"storage": "10Gi"}})
    t.post("claim", CLAIMS, claim("a", "2Gi"), keep=["metadata.name", "spec"])
    t.post("claim too small", CLAIMS, claim("b", "100Mi"))
    t.post("claim too large", CLAIMS, claim("c", "11Gi"))
