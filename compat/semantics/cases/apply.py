"""Server-side apply, and who owns the fields of an object after every kind of write."""
from harness import scenario

from cases._objects import cm

APPLY = {"Content-Type": "application/apply-patch+yaml"}
MERGE = {"Content-Type": "application/merge-patch+json"}
STRATEGIC = {"Content-Type": "application/strategic-merge-patch+json"}
JSON = {"Content-Type": "application/json-patch+json"}
CM = "/api/v1/namespaces/{ns}/configmaps"
DEPLOYMENTS = "/apis/apps/v1/namespaces/{ns}/deployments"


def apply(t, label, path, body, manager="one", force=None, query="", **more):
    query += f"&force={force}" if force else ""
    return t.ask(label, "PATCH", f"{path}?fieldManager={manager}{query}", body, headers=APPLY, **more)


def config(name, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def deployment(name, image="a:1", replicas=None, **container):
    d = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": {"app": name}}, "spec": {
        "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}},
                     "spec": {"containers": [dict({"name": "c", "image": image}, **container)]}}}}
    if replicas is not None:
        d["spec"]["replicas"] = replicas
    return d


@scenario("apply")
def apply_configmaps(t):
    t.make_namespace()
    apply(t, "create", CM + "/a", config("a", x="1", y="2"))
    apply(t, "again", CM + "/a", config("a", x="1", y="2"))
    apply(t, "change", CM + "/a", config("a", x="2", y="2"))
    apply(t, "another manager, other field", CM + "/a", config("a", z="3"), "two")
    apply(t, "same value is shared", CM + "/a", config("a", x="2"), "two")
    apply(t, "conflict", CM + "/a", config("a", x="9"), "three")
    apply(t, "two conflicts", CM + "/a", config("a", x="9", y="9", z="9"), "three")
    apply(t, "forced", CM + "/a", config("a", x="9"), "three", "true")
    apply(t, "give up a field", CM + "/a", config("a", y="2"))
    apply(t, "give up all", CM + "/a", {"apiVersion": "v1", "kind": "ConfigMap"})
    apply(t, "dry run", CM + "/a", config("a", w="1"), "four", query="&dryRun=All")
    apply(t, "dry run of a creation", CM + "/b", config("b", w="1"), "four", query="&dryRun=All")
    t.get("not created", CM + "/b")
    apply(t, "annotations and labels", CM + "/a", {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"labels": {"l": "1"}, "annotations": {"a/b": "<&>"}}}, "four")
    apply(t, "finalizers are a set", CM + "/a", {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"finalizers": ["x/y", "x/z"]}}, "five")
    apply(t, "one finalizer less", CM + "/a", {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"finalizers": ["x/z"]}}, "five")
    apply(t, "no finalizers", CM + "/a", {"apiVersion": "v1", "kind": "ConfigMap"}, "five")
    apply(t, "null is a value", CM + "/a", {"apiVersion": "v1", "kind": "ConfigMap", "data": None}, "six")
    apply(t, "empty map", CM + "/a", {"apiVersion": "v1", "kind": "ConfigMap", "data": {}}, "six")
    apply(t, "immutable", CM + "/a", {"apiVersion": "v1", "kind": "ConfigMap", "immutable": True}, "six")
    apply(t, "binary", CM + "/a", {"apiVersion": "v1", "kind": "ConfigMap", "binaryData": {"b": "AAE="}}, "six", "true")


@scenario("apply-bad")
def apply_bad(t):
    t.make_namespace()
    t.ask("no manager", "PATCH", CM + "/a", config("a"), headers=APPLY)
    apply(t, "empty manager", CM + "/a", config("a"), "")
    apply(t, "long manager", CM + "/a", config("a"), "m" * 129)
    apply(t, "unprintable manager", CM + "/a", config("a"), "a%0Ab")
    t.ask("force without apply", "PATCH", CM + "/a?force=true", {"data": {}}, headers=MERGE)
    apply(t, "force is no boolean", CM + "/a", config("a"), force="maybe")
    apply(t, "another kind", CM + "/a", {"apiVersion": "v1", "kind": "Secret"})
    apply(t, "another version", CM + "/a", {"apiVersion": "v2", "kind": "ConfigMap"})
    apply(t, "no kind", CM + "/a", {"metadata": {"name": "a"}})
    apply(t, "another name", CM + "/a", config("b"))
    apply(t, "another namespace", CM + "/a", {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "default"}})
    apply(t, "unknown field", CM + "/a", {"apiVersion": "v1", "kind": "ConfigMap", "dada": {"a": "b"}})
    apply(t, "number for a text", CM + "/a", config("a", x=1))
    apply(t, "text for a map", CM + "/a", {"apiVersion": "v1", "kind": "ConfigMap", "data": "x"})
    apply(t, "managed fields", CM + "/a", {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"managedFields": [{"manager": "x"}]}})
    apply(t, "empty managed fields", CM + "/a", {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"managedFields": []}})
    apply(t, "uid of an object that is not there", CM + "/a", {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"uid": "x"}})
    apply(t, "a name that is none", CM + "/A_", {"apiVersion": "v1", "kind": "ConfigMap"})
    apply(t, "invalid label", CM + "/a", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"labels": {"a b": "c"}}})
    apply(t, "no YAML", CM + "/a", "{a: b", keep=())
    apply(t, "a list", CM + "/a", "[]")
    apply(t, "nothing", CM + "/a", "")
    apply(t, "status of an object that is not there", DEPLOYMENTS + "/d/status", {
        "apiVersion": "apps/v1", "kind": "Deployment", "status": {"replicas": 1}})
    t.get("nothing was created", CM, keep=["items"])
    t.ask("unknown patch", "PATCH", CM + "/a", "x", headers={"Content-Type": "application/apply-patch+json"},
          keep=["reason", "code"])
    apply(t, "a duplicate port", DEPLOYMENTS + "/d", deployment(
        "d", ports=[{"containerPort": 80}, {"containerPort": 80, "name": "x"}]))
    apply(t, "a port without its key", DEPLOYMENTS + "/d", deployment("d", ports=[{"name": "x"}]))
    apply(t, "unknown field deep inside", DEPLOYMENTS + "/d", deployment("d", imaje="x"))
    apply(t, "replicas that are no number", DEPLOYMENTS + "/d", deployment("d", replicas="2"))


@scenario("apply-preconditions")
def apply_preconditions(t):
    t.make_namespace()
    r = apply(t, "create", CM + "/a", config("a", x="1"))
    body = config("a", x="2")
    body["metadata"].update(uid=r.uid, resourceVersion=r.rv)
    r = apply(t, "with uid and version", CM + "/a", body)
    body["data"]["x"] = "3"
    apply(t, "with an old version", CM + "/a", body)
    body["metadata"].pop("resourceVersion")
    body["metadata"]["uid"] = "11111111-1111-4111-8111-111111111111"
    apply(t, "with another uid", CM + "/a", body)
    body["metadata"].pop("uid")
    body["metadata"]["resourceVersion"] = "1"
    apply(t, "create with a version", CM + "/b", dict(body, metadata={"name": "b", "resourceVersion": "1"}))
    apply(t, "create with a creation time", CM + "/c", dict(body, metadata={
        "name": "c", "creationTimestamp": "2020-01-01T00:00:00Z", "generation": 7}))


@scenario("apply-deployment")
def apply_deployment(t):
    t.make_namespace()
    apply(t, "create", DEPLOYMENTS + "/d", deployment("d", replicas=2, ports=[{"containerPort": 80}], env=[
        {"name": "A", "value": "1"}, {"name": "B", "value": "2"}]))
    apply(t, "env of another manager", DEPLOYMENTS + "/d", {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {
        "template": {"spec": {"containers": [{"name": "c", "env": [{"name": "C", "value": "3"}]}]}}}}, "two")
    apply(t, "order and removal", DEPLOYMENTS + "/d", deployment("d", replicas=2, ports=[
        {"containerPort": 81}, {"containerPort": 80, "protocol": "UDP"}], env=[{"name": "B", "value": "2"}]))
    apply(t, "replicas are given up", DEPLOYMENTS + "/d", deployment("d"))
    apply(t, "scaled by somebody", DEPLOYMENTS + "/d", {
        "apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 5}}, "scaler")
    apply(t, "a second container", DEPLOYMENTS + "/d", {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {
        "template": {"spec": {"containers": [{"name": "side", "image": "s:1", "args": ["a", "b"]}]}}}}, "two")
    apply(t, "atomic list", DEPLOYMENTS + "/d", {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {
        "template": {"spec": {"containers": [{"name": "side", "args": ["c"]}]}}}}, "three")
    apply(t, "atomic list, forced", DEPLOYMENTS + "/d", {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {
        "template": {"spec": {"containers": [{"name": "side", "args": ["c"]}]}}}}, "three", "true")
    apply(t, "resources in another spelling", DEPLOYMENTS + "/d", deployment("d", resources={
        "requests": {"cpu": "1000m", "memory": "1024Mi"}}))
    apply(t, "the same in another spelling", DEPLOYMENTS + "/d", deployment("d", resources={
        "requests": {"cpu": "1", "memory": "1Gi"}}))
    apply(t, "volumes and mounts", DEPLOYMENTS + "/d", {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {
        "spec": {"volumes": [{"name": "v", "configMap": {"name": "m"}}], "tolerations": [{"key": "k", "operator": "Exists"}],
                 "nodeSelector": {"a": "b"}, "containers": [{"name": "c", "volumeMounts": [{
                     "name": "v", "mountPath": "/v"}]}]}}}}, "four")
    apply(t, "strategy", DEPLOYMENTS + "/d", {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {
        "strategy": {"rollingUpdate": {"maxSurge": 1}}}}, "five")
    apply(t, "status through the object", DEPLOYMENTS + "/d", {
        "apiVersion": "apps/v1", "kind": "Deployment", "status": {"replicas": 3}}, "six")
    apply(t, "status", DEPLOYMENTS + "/d/status", {
        "apiVersion": "apps/v1", "kind": "Deployment", "status": {"replicas": 3, "conditions": [
            {"type": "Available", "status": "True", "reason": "r", "message": "m"}]}}, "six")
    apply(t, "spec through the status", DEPLOYMENTS + "/d/status", {
        "apiVersion": "apps/v1", "kind": "Deployment", "spec": {"paused": True}, "status": {"replicas": 4}}, "six")
    apply(t, "status conflict", DEPLOYMENTS + "/d/status", {
        "apiVersion": "apps/v1", "kind": "Deployment", "status": {"replicas": 5}}, "seven")
    apply(t, "invalid", DEPLOYMENTS + "/d", {
        "apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": -1}}, "seven", "true")


@scenario("apply-scale")
def apply_scale(t):
    t.make_namespace()
    apply(t, "create", DEPLOYMENTS + "/d", deployment("d", replicas=2))
    scale = {"apiVersion": "autoscaling/v1", "kind": "Scale", "spec": {"replicas": 3}}
    apply(t, "conflict", DEPLOYMENTS + "/d/scale", scale, "two")
    apply(t, "forced", DEPLOYMENTS + "/d/scale", scale, "two", "true")
    t.get("who has it", DEPLOYMENTS + "/d")
    t.ask("patched", "PATCH", DEPLOYMENTS + "/d/scale?fieldManager=three", {"spec": {"replicas": 4}}, headers=MERGE)
    t.get("who has it then", DEPLOYMENTS + "/d")
    t.put("replaced", DEPLOYMENTS + "/d/scale?fieldManager=four", {
        "apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "d", "namespace": "{ns}"},
        "spec": {"replicas": 5}})
    t.get("who has it at last", DEPLOYMENTS + "/d")
    apply(t, "the object again", DEPLOYMENTS + "/d", deployment("d", replicas=6))


@scenario("managed-fields")
def managed_fields(t):
    t.make_namespace()
    r = t.post("create", CM + "?fieldManager=one", cm("a", {"x": "1", "y": "1"}))
    body = r.json
    body["data"] = {"x": "2", "y": "1", "z": "1"}
    r = t.put("update", CM + "/a?fieldManager=two", body)
    body = r.json
    r = t.put("no change", CM + "/a?fieldManager=three", body)
    body["metadata"].pop("managedFields")
    body["data"]["y"] = "2"
    r = t.put("a client that does not know them", CM + "/a?fieldManager=one", body)
    t.ask("merge patch", "PATCH", CM + "/a?fieldManager=four", {"data": {"x": None, "w": "1"}}, headers=MERGE)
    t.ask("strategic patch", "PATCH", CM + "/a?fieldManager=five", {"metadata": {"labels": {"a": "b"}}}, headers=STRATEGIC)
    t.ask("JSON patch", "PATCH", CM + "/a?fieldManager=six", [
        {"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}], headers=JSON)
    t.ask("by user agent", "PATCH", CM + "/a", {"data": {"w": "2"}},
          headers=dict(MERGE, **{"User-Agent": "agent-name/v1.2 (x) y"}))
    t.ask("nameless", "PATCH", CM + "/a", {"data": {"w": "3"}}, headers=MERGE)
    apply(t, "applied over updates", CM + "/a", config("a", w="3", y="9"), "seven")
    apply(t, "forced over updates", CM + "/a", config("a", w="3", y="9"), "seven", "true")
    t.ask("cleared", "PATCH", CM + "/a?fieldManager=one", {"metadata": {"managedFields": [{}]}}, headers=MERGE)
    t.ask("not tracked any more", "PATCH", CM + "/a?fieldManager=one", {"data": {"w": "9"}}, headers=MERGE)
    apply(t, "tracked again", CM + "/a", config("a", w="9"), "seven")
    t.ask("cleared by an empty list", "PATCH", CM + "/a?fieldManager=one", {"metadata": {"managedFields": []}}, headers=MERGE)
    t.ask("malformed", "PATCH", CM + "/a?fieldManager=one", {"data": {"v": "1"}, "metadata": {"managedFields": [
        {"manager": "x", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"bad": {}}}]}},
        headers=MERGE)
    t.ask("forged", "PATCH", CM + "/a?fieldManager=one", {"data": {"v": "2"}, "metadata": {"managedFields": [
        {"manager": "x", "operation": "Apply", "apiVersion": "v1", "time": "2020-01-01T00:00:00Z", "fieldsType": "FieldsV1",
         "fieldsV1": {"f:data": {"f:w": {}, "f:v": {}}}}]}}, headers=MERGE)
    t.ask("of an unknown version", "PATCH", CM + "/a?fieldManager=one", {"data": {"v": "3"}, "metadata": {"managedFields": [
        {"manager": "x", "operation": "Apply", "apiVersion": "v9", "fieldsType": "FieldsV1",
         "fieldsV1": {"f:data": {"f:w": {}}}},
        {"manager": "y", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1",
         "fieldsV1": {"f:data": {"f:w": {}, "k:{\"name\":\"a\"}": {"f:x": {}}, "v:1": {}, "i:3": {}, "z:4": {}}}}]}}, headers=MERGE)
    t.post("created with managed fields", CM + "?fieldManager=one", dict(cm("b", {"x": "1"}), metadata={
        "name": "b", "managedFields": [{"manager": "x", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1",
                                        "fieldsV1": {"f:data": {"f:x": {}, "f:y": {}}}}]}))
    t.post("pod", "/api/v1/namespaces/{ns}/pods?fieldManager=one", {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "finalizers": ["a/b"]},
        "spec": {"serviceAccountName": "default", "serviceAccount": "default", "containers": [{
            "name": "c", "image": "i", "env": [{"name": "A", "value": "1"}, {
            "name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
            "resources": {"limits": {"cpu": "1"}}}], "volumes": [{"name": "e", "emptyDir": {}}]}})
    t.ask("status", "PATCH", "/api/v1/namespaces/{ns}/pods/p/status?fieldManager=kubelet", {"status": {
        "phase": "Running", "conditions": [{"type": "Ready", "status": "True"}], "podIP": "10.0.0.1", "podIPs": [
            {"ip": "10.0.0.1"}], "containerStatuses": [{"name": "c", "image": "i", "imageID": "x", "ready": True,
                                                        "restartCount": 0, "state": {"running": {}}}]}}, headers=STRATEGIC)
    t.post("service", "/api/v1/namespaces/{ns}/services?fieldManager=one", {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {
            "clusterIP": "None", "selector": {"a": "b"}, "ports": [{"port": 80, "name": "h"}]}})


@scenario("managed-fields-many")
def managed_fields_many(t):
    t.make_namespace()
    t.post("the first", CM + "?fieldManager=m00", cm("a", {"x": "1"}))
    for i in range(1, 13):
        t.send("PATCH", f"{CM}/a?fieldManager=m{i:02}", {"data": {f"k{i}": "1"}}, headers=MERGE)
    t.get("ten are left", CM + "/a")


@scenario("patch-bodies")
def patch_bodies(t):
    t.make_namespace()
    t.post("create", CM + "?fieldManager=one", cm("a", {"x": "1"}))
    for kind, headers in (("merge", MERGE), ("strategic", STRATEGIC), ("JSON", JSON)):
        for what, body in (("null", "null"), ("empty", ""), ("text", '"x"'), ("number", "1"), ("list", "[]"), ("object", "{}"),
                           ("blank", " \n")):
            t.ask(f"{kind} patch that is {what}", "PATCH", CM + "/a?fieldManager=two", body, headers=headers)
    t.ask("another uid", "PATCH", CM + "/a", {"metadata": {"uid": "x"}}, headers=MERGE)
    t.ask("no uid", "PATCH", CM + "/a", {"metadata": {"uid": None}}, headers=MERGE)
    t.ask("an old version", "PATCH", CM + "/a", {"metadata": {"resourceVersion": "1"}}, headers=MERGE)


@scenario("apply-kubectl")
def apply_kubectl(t):
    t.make_namespace()
    last = '{"apiVersion":"v1","data":{"x":"1","y":"1"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"a"}}\n'
    t.post("client-side", CM + "?fieldManager=kubectl-client-side-apply", dict(cm("a", {"x": "1", "y": "1"}), metadata={
        "name": "a", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": last}}))
    apply(t, "another manager conflicts", CM + "/a", config("a", x="2"), "somebody")
    apply(t, "kubectl does not", CM + "/a", config("a", x="2"), "kubectl")
    t.send("PATCH", CM + "/a?fieldManager=editor", {"data": {"y": "5"}}, headers=MERGE)
    apply(t, "what was edited conflicts", CM + "/a", config("a", x="2", y="2"), "kubectl")
    apply(t, "kubectl, with annotations <&>", CM + "/a", {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "annotations": {"q": "<&>"}}, "data": {"x": "3"}}, "kubectl")


@scenario("apply-two-versions")
def apply_two_versions(t):
    t.make_namespace()
    v1 = "/apis/autoscaling/v1/namespaces/{ns}/horizontalpodautoscalers"
    v2 = "/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers"
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}
    apply(t, "create in v1", v1 + "/h", {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "spec": {
        "maxReplicas": 5, "scaleTargetRef": target, "targetCPUUtilizationPercentage": 50}})
    apply(t, "the same manager in v2", v2 + "/h", {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "spec": {
        "maxReplicas": 6, "scaleTargetRef": target}})
    apply(t, "another in v1", v1 + "/h", {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "spec": {
        "maxReplicas": 7}}, "two")
    t.ask("updated in v1", "PATCH", v1 + "/h?fieldManager=three", {"spec": {"maxReplicas": 8}}, headers=MERGE)
    t.get("in v1", v1 + "/h")


@scenario("apply-again")
def apply_again(t):
    """What says the same again changes nothing, though the server fills in a part of it."""
    t.make_namespace()
    claims, pods = "/api/v1/namespaces/{ns}/persistentvolumeclaims", "/api/v1/namespaces/{ns}/pods"
    slices = "/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices"
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c"}, "spec": {
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
        "dataSource": {"kind": "PersistentVolumeClaim", "name": "z"}}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {
        "serviceAccountName": "default", "serviceAccount": "default",
        "containers": [{"name": "c", "image": "i", "resources": {"limits": {"cpu": "0.0001", "memory": "1Gi"}}}],
        "tolerations": [{"key": "a", "operator": "Exists"}]}}
    piece = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "s"},
             "addressType": "IPv4", "endpoints": [{"addresses": ["1.2.3.4"]}], "ports": [{"port": 80, "name": "a"}]}
    for path, body in ((pods + "/p", pod), (slices + "/s", piece), (claims + "/c", claim)):
        apply(t, body["kind"], path, body)
        if body != claim:  # which kube-apiserver takes for a change, as the group that is not there becomes an empty one
            apply(t, body["kind"] + " again", path, body)
            r = t.get("as it is", path)
            t.put("put back", path + "?fieldManager=two", r.json)
        t.ask("a label", "PATCH", path + "?fieldManager=two", {"metadata": {"labels": {"a": "b"}}}, headers=MERGE)
    t.ask("other tolerations", "PATCH", pods + "/p?fieldManager=two", {"spec": {"tolerations": [
        {"key": "a", "operator": "Exists"}]}}, headers=MERGE)
    t.post("a key twice", CM, dict(cm("twice", {"a": "1"}), binaryData={"a": "aGk="}))
    t.post("a Service whose name begins with a digit", "/api/v1/namespaces/{ns}/services", {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "1s"}, "spec": {"clusterIP": "None", "ports": [{"port": 1}]}})
