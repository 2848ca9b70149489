"""Namespaces, pods, subresources, and kinds served in two versions."""
from harness import scenario

from cases._objects import CM, PODS, SECRETS, cm, deployment, pod, secret

NS = "/api/v1/namespaces"


def ns(name, **meta):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, **meta}}


@scenario("namespaces")
def namespaces(t):
    """Namespaces: creation, names, the four that exist, and deletion."""
    t.post("create", NS, ns("{ns}", labels={"a": "b"}))
    t.cleanup.append(NS + "/" + t.ns)
    t.post("exists", NS, ns("{ns}"))
    t.get("get", NS + "/{ns}")
    t.get("missing", NS + "/none-{id}")
    for label, name in (("upper case", "Upper"), ("dots", "a.b"), ("63", "n" * 55 + "{id}"), ("64", "n" * 56 + "{id}"),
                        ("empty", "")):
        t.post("name " + label, NS, ns(name), keep=["metadata.name"])
    t.send("DELETE", NS + "/" + "n" * 55 + t.id)
    t.post("namespace in the object", NS, ns("x-{id}", namespace="y"))
    t.get("four exist", NS + "?fieldSelector=status.phase%3DActive", keep=["kind"])
    for name in ("default", "kube-system", "kube-public", "kube-node-lease"):
        t.get(name, NS + "/" + name, keep=["metadata.name", "metadata.labels", "spec", "status", "kind"])
    for name in ("default", "kube-system", "kube-public"):
        t.delete("delete " + name, NS + "/" + name)
    t.put("update", NS + "/{ns}", ns("{ns}", annotations={"x": "y"}), keep=["metadata.annotations", "spec", "status"])
    t.get("list", NS + "?fieldSelector=metadata.name%3D{ns}", keep=["items.metadata.name", "items.status"])


@scenario("namespace-terminating")
def terminating(t):
    """A namespace being deleted admits no new object."""
    t.make_namespace()
    t.send("POST", CM, cm("held", finalizers=["example.com/hold"]))
    r = t.delete("delete", NS + "/{ns}")
    t.note("is terminating", r.json.get("status", {}).get("phase"))
    t.get("get", NS + "/{ns}", keep=["status.phase", "spec", "metadata.deletionTimestamp"])
    t.post("create refused", CM, cm("late"))
    t.post("create refused, secret", SECRETS, secret("late"))
    t.put("update allowed", CM + "/held", cm("held", {"k": "v"}, finalizers=["example.com/hold"]),
          keep=["data"])
    t.delete("delete again", NS + "/{ns}", keep=["status.phase", "kind"])
    t.get("reads allowed", CM + "/held", keep=["metadata.name"])
    t.send("PUT", CM + "/held", cm("held"))


@scenario("pods")
def pods(t):
    """Pods: fields a server sets, graceful deletion."""
    t.make_namespace()
    keep = ["kind", "metadata.name", "metadata.generation", "metadata.deletionGracePeriodSeconds",
            "metadata.deletionTimestamp", "status.phase", "spec.nodeName"]
    t.post("create", PODS, pod("loose"), keep=keep)
    t.post("create on a node", PODS, pod("bound", node="n1"), keep=keep)
    t.delete("delete loose", PODS + "/loose", keep=keep)
    t.get("loose is gone", PODS + "/loose", keep=keep)
    t.delete("delete bound", PODS + "/bound", keep=keep)
    t.get("bound is being deleted", PODS + "/bound", keep=keep)
    t.delete("shorter", PODS + "/bound", {"gracePeriodSeconds": 5}, keep=keep)
    t.delete("longer has no effect", PODS + "/bound", {"gracePeriodSeconds": 60}, keep=keep)
    t.delete("now", PODS + "/bound", {"gracePeriodSeconds": 0}, keep=keep)
    t.get("bound is gone", PODS + "/bound", keep=keep)
    t.send("POST", PODS, pod("again", node="n1"))
    t.delete("zero at once", PODS + "/again?gracePeriodSeconds=0", keep=keep)
    t.get("again is gone", PODS + "/again", keep=keep)
    t.send("POST", PODS, pod("held", node="n1", finalizers=["example.com/hold"]))
    t.delete("zero with a finalizer", PODS + "/held", {"gracePeriodSeconds": 0}, keep=keep)
    t.get("held", PODS + "/held", keep=keep)


@scenario("pods-watch")
def pods_watch(t):
    """The events of a graceful deletion."""
    t.make_namespace()
    keep = ["metadata.name", "metadata.deletionGracePeriodSeconds", "metadata.resourceVersion", "status.phase"]
    rv = t.send("POST", CM, cm("start")).rv

    def do():
        t.send("POST", PODS, pod("a", node="n1"))
        t.send("DELETE", PODS + "/a")
        t.send("DELETE", PODS + "/a?gracePeriodSeconds=0")

    t.watch("events", PODS + "?watch=1&resourceVersion=" + rv, want=3, do=do, keep=keep)


@scenario("generation")
def generation(t):
    """metadata.generation and the separation of spec and status."""
    t.make_namespace()
    path = "/apis/apps/v1/namespaces/{ns}/deployments"
    keep = ["metadata.generation", "spec.replicas", "status", "metadata.labels"]
    sent = deployment("d")
    sent["status"] = {"replicas": 5}
    t.post("create drops status", path, sent, keep=keep)
    sent = deployment("d", 3)
    sent["status"] = {"replicas": 7}
    t.put("spec change counts", path + "/d", sent, keep=keep)
    sent = deployment("d", 3)
    sent["metadata"]["labels"] = {"app": "d", "more": "1"}
    t.put("label change does not", path + "/d", sent, keep=keep)
    sent["spec"]["replicas"] = 9
    sent["status"] = {"replicas": 3, "observedGeneration": 2}
    t.put("status", path + "/d/status", sent, keep=keep)
    t.get("get status", path + "/d/status", keep=keep)
    sent["metadata"]["generation"] = 77
    t.put("generation cannot be set", path + "/d", sent, keep=keep)


@scenario("scale")
def scale(t):
    """The scale subresource."""
    t.make_namespace()
    path = "/apis/apps/v1/namespaces/{ns}/deployments"
    t.send("POST", path, deployment("d", 2))
    t.get("get", path + "/d/scale")
    t.put("set", path + "/d/scale", {"apiVersion": "autoscaling/v1", "kind": "Scale",
                                     "metadata": {"name": "d", "namespace": "{ns}"}, "spec": {"replicas": 4}})
    t.get("deployment follows", path + "/d", keep=["spec.replicas", "metadata.generation"])
    t.get("missing", path + "/none/scale")
    t.post("post is not allowed", path + "/d/scale", {})


@scenario("status-subresource")
def status(t):
    """Status of a namespace and of a pod, separately from the rest."""
    t.make_namespace()
    t.send("POST", PODS, pod("a", node="n1"))
    sent = pod("a", node="n2", labels={"x": "1"})
    sent["status"] = {"phase": "Running", "podIP": "10.0.0.9", "podIPs": [{"ip": "10.0.0.9"}]}
    keep = ["status.phase", "status.podIP", "spec.nodeName", "metadata.labels"]
    t.put("put status", PODS + "/a/status", sent, keep=keep)
    t.get("get", PODS + "/a", keep=keep)
    t.get("selected by phase", PODS + "?fieldSelector=status.phase%3DRunning", keep=["items.metadata.name"])
    t.get("selected by address", PODS + "?fieldSelector=status.podIP%3D10.0.0.9", keep=["items.metadata.name"])
    t.get("not pending", PODS + "?fieldSelector=status.phase%3DPending", keep=["items.metadata.name"])
    t.put("missing", PODS + "/none/status", pod("none"))
    t.delete("delete is not allowed", PODS + "/a/status")


@scenario("two-versions-events")
def events(t):
    """Event in core and events.k8s.io: one object, two shapes."""
    t.make_namespace()
    core, new = "/api/v1/namespaces/{ns}/events", "/apis/events.k8s.io/v1/namespaces/{ns}/events"
    t.post("create core", core, {
        "apiVersion": "v1", "kind": "Event", "metadata": {"name": "e1"}, "reason": "Because", "message": "text",
        "type": "Normal", "count": 3, "firstTimestamp": "2026-01-02T03:04:05Z",
        "lastTimestamp": "2026-01-02T03:04:06Z", "source": {"component": "c", "host": "h"},
        "involvedObject": {"kind": "Pod", "namespace": "{ns}", "name": "p", "apiVersion": "v1"}})
    t.get("as new", new + "/e1")
    t.post("create new", new, {
        "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "e2"}, "reason": "Why",
        "action": "Do", "note": "words", "type": "Warning", "eventTime": "2026-01-02T03:04:05.123456Z",
        "reportingController": "example.com/c", "reportingInstance": "i",
        "regarding": {"kind": "Pod", "namespace": "{ns}", "name": "p", "apiVersion": "v1"}})
    t.get("as core", core + "/e2")
    t.get("core list", core, keep=["kind", "apiVersion", "items.metadata.name", "items.involvedObject.name"])
    t.get("new list", new, keep=["kind", "apiVersion", "items.metadata.name", "items.regarding.name"])
    t.get("core selector", core + "?fieldSelector=involvedObject.name%3Dp,reason%3DWhy", keep=["items.metadata.name"])
    t.get("new selector", new + "?fieldSelector=regarding.name%3Dp,type%3DNormal", keep=["items.metadata.name"])
    t.watch("new watch", new + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
            "&allowWatchBookmarks=true", want=3, keep=["apiVersion", "kind", "metadata.name", "note", "metadata.annotations"])
    t.delete("delete through the other", new + "/e1", keep=["status"])
    t.get("gone", core + "/e1")


@scenario("two-versions-hpa")
def hpa(t):
    """HorizontalPodAutoscaler v1 and v2."""
    t.make_namespace()
    one, two = ("/apis/autoscaling/%s/namespaces/{ns}/horizontalpodautoscalers" % v for v in ("v1", "v2"))
    target = {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"}
    keep = ["apiVersion", "kind", "metadata.name", "spec.minReplicas", "spec.maxReplicas", "spec.scaleTargetRef",
            "spec.targetCPUUtilizationPercentage", "spec.metrics"]
    t.post("create v1", one, {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler",
                              "metadata": {"name": "a"}, "spec": {"minReplicas": 1, "maxReplicas": 5,
                                                                  "scaleTargetRef": target,
                                                                  "targetCPUUtilizationPercentage": 60}}, keep=keep)
    t.get("as v2", two + "/a", keep=keep)
    t.post("create v2", two, {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
                              "metadata": {"name": "b"}, "spec": {
                                  "minReplicas": 2, "maxReplicas": 6, "scaleTargetRef": target,
                                  "metrics": [{"type": "Resource", "resource": {
                                      "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}]}},
           keep=keep)
    t.get("as v1", one + "/b", keep=keep)
    t.watch("v1 watch list", one + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
            "&allowWatchBookmarks=true", want=3, keep=["apiVersion", "kind", "metadata.name"])
    t.watch("v2 watch list", two + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
            "&allowWatchBookmarks=true", want=3, keep=["apiVersion", "kind", "metadata.name"])


@scenario("kinds")
def kinds(t):
    """One object of each of several kinds, as sent, with the identity that a server gives it."""
    t.make_namespace()
    at = "/namespaces/{ns}/"
    for path, body in (
            ("/api/v1" + at + "serviceaccounts", {"apiVersion": "v1", "kind": "ServiceAccount"}),
            ("/api/v1" + at + "endpoints", {"apiVersion": "v1", "kind": "Endpoints", "subsets": [
                {"addresses": [{"ip": "10.1.2.3"}], "ports": [{"name": "p", "port": 80, "protocol": "TCP"}]}]}),
            ("/api/v1" + at + "limitranges", {"apiVersion": "v1", "kind": "LimitRange", "spec": {"limits": []}}),
            ("/apis/coordination.k8s.io/v1" + at + "leases", {
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "spec": {"holderIdentity": "me", "leaseDurationSeconds": 15,
                         "renewTime": "2026-01-02T03:04:05.000006Z"}}),
            ("/apis/discovery.k8s.io/v1" + at + "endpointslices", {
                "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
                "endpoints": [{"addresses": ["10.1.2.3"], "conditions": {"ready": True}}],
                "ports": [{"name": "p", "port": 80, "protocol": "TCP"}]}),
            ("/apis/rbac.authorization.k8s.io/v1" + at + "roles", {
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
                "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}),
            ("/apis/rbac.authorization.k8s.io/v1/clusterroles", {
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
                "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}),
            ("/apis/scheduling.k8s.io/v1/priorityclasses", {
                "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "value": 7,
                "preemptionPolicy": "PreemptLowerPriority", "description": "d"}),
            ("/apis/storage.k8s.io/v1/storageclasses", {
                "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "example.com/p",
                "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"}),
            ("/apis/node.k8s.io/v1/runtimeclasses", {
                "apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "handler": "h"}),
            ("/apis/apps/v1" + at + "controllerrevisions", {
                "apiVersion": "apps/v1", "kind": "ControllerRevision", "revision": 1, "data": {"any": ["thing", 1]}}),
            ("/apis/policy/v1" + at + "poddisruptionbudgets", {
                "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
                "spec": {"minAvailable": 1, "selector": {"matchLabels": {"a": "b"}}}}),
    ):
        name = "k-" + t.id
        kind = body["kind"]
        r = t.post("create " + kind, path, {**body, "metadata": {"name": name}})
        t.get("get " + kind, path + "/" + name)
        t.get("list " + kind, path + "?fieldSelector=metadata.name%3D" + name)
        again = dict(r.json)
        again["metadata"] = {**again["metadata"], "labels": {"x": "y"}}
        t.put("update " + kind, path + "/" + name, again, keep=["metadata.labels", "metadata.generation"])
        t.watch("watch list " + kind, path + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
                "&allowWatchBookmarks=true&fieldSelector=metadata.name%3D" + name, want=2,
                keep=["kind", "apiVersion", "metadata.name", "metadata.annotations"])
        t.delete("delete " + kind, path + "/" + name, keep=["kind", "status", "details.kind", "details.group"])
        t.get("gone " + kind, path + "/" + name)


@scenario("expired", tags=("needs-compaction",))
def expired(t):
    """Versions that are compacted away. Revision 1 must have been compacted before."""
    import base64
    import json
    t.make_namespace()
    t.send("POST", CM, cm("a"))
    t.get("exact list", CM + "?resourceVersion=1&resourceVersionMatch=Exact")
    t.get("list with a limit", CM + "?resourceVersion=1&limit=1")
    token = base64.urlsafe_b64encode(json.dumps(
        {"v": "meta.k8s.io/v1", "rv": 1, "start": "0\u0000"}).encode()).decode().rstrip("=")
    r = t.get("continue", CM + "?limit=1&continue=" + token)
    if r.status == 410 and r.token:
        t.get("the token it offers", CM + "?limit=1&continue=" + r.token, keep=["kind", "items.metadata.name"])
    t.watch("watch", CM + "?watch=1&resourceVersion=1", seconds=3)
    t.watch("watch without initial events",
            CM + "?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=1", seconds=3)
    t.watch("watch list is not affected", CM + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
            "&allowWatchBookmarks=true&resourceVersion=1", want=2, keep=["metadata.name", "metadata.annotations"])
