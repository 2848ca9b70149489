"""Objects of every built-in kind whose rows say something: what the tables of `kubectl get` are compared with.

Each entry is made with POST, then its status is merge-patched, then it is deleted where a finalizer or a grace period
keeps it. All carry the label `tables=golden`; those with a namespace are in `tables`. Times in the past are relative to
the moment at which they are sent: ago(90) is ninety seconds before it.
"""
from entry import (DAY, HOLD, HOUR, LABEL, MINUTE, NAMESPACE, Entry, ago, ago_micro, settle, template)
from pods import pods

__all__ = ["LABEL", "NAMESPACE", "everything", "settle"]


# ---- the core group, without pods

def core():
    c = lambda *args, **more: Entry(*args, cluster=True, **more)
    yield c("/v1/namespaces", "t-active")
    yield Entry("/v1/configmaps", "empty")
    yield Entry("/v1/configmaps", "full", data={"a": "1", "b": "2"}, binaryData={"c": "AAAA"})
    yield Entry("/v1/secrets", "opaque", data={"a": "YQ=="})
    yield Entry("/v1/secrets", "tls", data={"tls.crt": "YQ==", "tls.key": "YQ=="}, type="kubernetes.io/tls")
    yield Entry("/v1/serviceaccounts", "robot")
    yield Entry("/v1/limitranges", "limits", {"limits": [{"type": "PersistentVolumeClaim", "max": {"storage": "9Pi"}}]})
    yield Entry("/v1/podtemplates", "template", template=template("a", "b", labels={"a-b": "1", "a": "2"}))
    yield Entry("/v1/replicationcontrollers", "rc", {
        "replicas": 3, "selector": {"app": "web", "tier": "front"},
        "template": template("a", "b", labels={"app": "web", "tier": "front"})},
        {"replicas": 2, "readyReplicas": 1})
    yield Entry("/v1/replicationcontrollers", "rc-none", {
        "replicas": 0, "selector": {"app": "web"}, "template": template("a")})
    yield Entry("/v1/endpoints", "none")
    yield Entry("/v1/endpoints", "few", subsets=[
        {"addresses": [{"ip": "10.1.0.1"}, {"ip": "fd00::2"}], "ports": [{"name": "http", "port": 80}]}])
    yield Entry("/v1/endpoints", "many", subsets=[
        {"addresses": [{"ip": "10.1.0.%d" % i} for i in range(1, 4)],
         "ports": [{"name": "http", "port": 80}, {"name": "https", "port": 443}]},
        {"addresses": [{"ip": "10.2.0.1"}], "ports": [{"port": 1}]}])
    yield Entry("/v1/endpoints", "portless", subsets=[{"addresses": [{"ip": "10.1.0.%d" % i} for i in range(1, 6)]}])
    yield Entry("/v1/endpoints", "not-ready", subsets=[
        {"notReadyAddresses": [{"ip": "10.1.0.1"}], "ports": [{"port": 80}]}])
    yield from services()
    yield from nodes()
    yield from volumes()


def services():
    def service(name, spec, ingress=None):
        return Entry("/v1/services", name, spec, ingress and {"loadBalancer": {"ingress": ingress}})

    web = [{"name": "http", "port": 80}, {"name": "dns", "port": 53, "protocol": "UDP"}]
    yield service("cluster-ip", {"clusterIP": "10.0.0.101", "selector": {"app": "web", "a": "b"}, "ports": web})
    yield service("headless", {"clusterIP": "None"})
    yield service("external-ips", {"clusterIP": "10.0.0.102", "ports": web, "externalIPs": ["1.2.3.4", "5.6.7.8"]})
    yield service("node-port", {"type": "NodePort", "clusterIP": "10.0.0.103",
                                "ports": [{"port": 80, "nodePort": 30880}]})
    yield service("balancer-pending", {"type": "LoadBalancer", "clusterIP": "10.0.0.104",
                                       "ports": [{"port": 80, "nodePort": 30881}]})
    yield service("balancer", {"type": "LoadBalancer", "clusterIP": "10.0.0.105", "externalIPs": ["9.9.9.9"],
                               "ports": [{"port": 80, "nodePort": 30882}]},
                  [{"hostname": "b.example.com"}, {"ip": "4.3.2.1"}, {"ip": "4.3.2.1"}])
    yield service("balancer-ip", {"type": "LoadBalancer", "clusterIP": "10.0.0.106",
                                  "ports": [{"port": 80, "nodePort": 30883}]}, [{"ip": "4.3.2.1"}])
    yield service("external-name", {"type": "ExternalName", "externalName": "example.com"})


def nodes():
    def node(name, spec=None, status=None, labels=None):
        return Entry("/v1/nodes", name, spec, status, cluster=True, meta={"labels": labels or {}})

    yield node("node-bare")
    yield node("node-full", {"podCIDR": "10.9.0.0/24"}, {
        "conditions": [{"type": "MemoryPressure", "status": "False"}, {"type": "Ready", "status": "True"}],
        "addresses": [{"type": "Hostname", "address": "full"}, {"type": "InternalIP", "address": "10.0.1.1"},
                      {"type": "InternalIP", "address": "10.0.1.2"}, {"type": "ExternalIP", "address": "8.8.4.4"}],
        "nodeInfo": {"machineID": "", "systemUUID": "", "bootID": "", "kernelVersion": "6.1.0", "osImage": "Linux",
                     "containerRuntimeVersion": "containerd://2.0", "kubeletVersion": "v1.36.3",
                     "kubeProxyVersion": "", "operatingSystem": "linux", "architecture": "arm64"}},
        {"node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/control-plane": "",
         "kubernetes.io/role": "master", "node-role.kubernetes.io/twin": ""})
    yield node("node-not-ready", {"unschedulable": True}, {"conditions": [{"type": "Ready", "status": "Unknown"}]})


def volumes():
    def claim(name, spec, status=None, **more):
        spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, **spec}
        return Entry("/v1/persistentvolumeclaims", name, spec, status, **more)

    def volume(name, spec, status=None, **more):
        spec = {"capacity": {"storage": "5Gi"}, "accessModes": ["ReadWriteMany", "ReadWriteOnce", "ReadOnlyMany"],
                "hostPath": {"path": "/x"}, **spec}
        return Entry("/v1/persistentvolumes", name, spec, status, cluster=True, **more)

    yield claim("claim-pending", {"storageClassName": ""})
    yield claim("claim-bound", {"volumeName": "v1", "storageClassName": "fast", "volumeAttributesClassName": "gold"},
                {"phase": "Bound", "accessModes": ["ReadWriteOncePod", "ReadWriteOnce", "ReadWriteOnce"],
                 "capacity": {"storage": "2048Mi"}})
    yield claim("claim-block", {"volumeMode": "Block", "volumeName": "v2"}, {"phase": "Lost"},
                meta={"annotations": {"volume.beta.kubernetes.io/storage-class": "beta"}})
    yield claim("claim-terminating", {}, meta=HOLD, delete=True)
    yield volume("volume", {"storageClassName": "fast", "persistentVolumeReclaimPolicy": "Delete"},
                 {"phase": "Available"})
    yield volume("volume-bound", {"claimRef": {"namespace": "tables", "name": "claim-bound"}},
                 {"phase": "Failed", "reason": "Broken"},
                 meta={"annotations": {"volume.beta.kubernetes.io/storage-class": "beta"}})
    yield volume("volume-terminating", {"volumeMode": "Block"}, meta=HOLD, delete=True)


def events():
    def event(name, reason, message, **more):
        body = {"involvedObject": {"kind": "Pod", "namespace": "tables", "name": "web", "fieldPath": "spec.containers{a}"},
                "reason": reason, "message": message, "type": "Normal", **more}
        return Entry("/v1/events", name, **body)

    yield event("plain", "Pulled", "  it <was> pulled\n", source={"component": "kubelet", "host": "node-1"}, count=4,
                firstTimestamp=ago(3 * HOUR), lastTimestamp=ago(8 * MINUTE))
    yield event("once", "Started", "started", source={"component": "kubelet"}, firstTimestamp=ago(25 * HOUR),
                lastTimestamp=ago(25 * HOUR))
    yield event("no-times", "Odd", "", type="Warning", involvedObject={"namespace": "tables", "kind": "Node"})
    series = {"count": 9, "lastObservedTime": ago_micro(12 * MINUTE)}
    for name, more in (("new-style", {}), ("series", {"series": series})):
        yield Entry("events.k8s.io/v1/events", name, eventTime=ago_micro(9 * DAY), reportingController="example.com/x",
                    reportingInstance="x-0", action="Do", reason="Done", note="new", type="Normal",
                    regarding={"kind": "ReplicaSet", "namespace": "tables", "name": "rs"}, **more)


# ---- apps, batch, autoscaling, policy

EXPRESSIONS = [{"key": "zone", "operator": "In", "values": ["b", "a"]}, {"key": "app", "operator": "Exists"},
               {"key": "beta", "operator": "DoesNotExist"}, {"key": "zone", "operator": "NotIn", "values": ["c"]}]


def workloads():
    labels = {"app": "web", "zone": "a"}
    rich = {"matchLabels": {"app": "web"}, "matchExpressions": EXPRESSIONS}
    plain = {"matchLabels": labels}
    yield Entry("apps/v1/deployments", "deployment", {
        "replicas": 3, "selector": rich, "template": template("a", "b", labels=labels)},
        {"replicas": 3, "readyReplicas": 2, "updatedReplicas": 1, "availableReplicas": 2, "unavailableReplicas": 1})
    yield Entry("apps/v1/deployments", "deployment-new", {"selector": plain, "template": template("a", labels=labels)})
    yield Entry("apps/v1/replicasets", "replicaset", {
        "replicas": 4, "selector": rich, "template": template("a", "b", labels=labels)},
        {"replicas": 3, "readyReplicas": 2, "fullyLabeledReplicas": 3})
    yield Entry("apps/v1/statefulsets", "statefulset", {
        "replicas": 2, "serviceName": "x", "selector": plain, "template": template("a", "b", labels=labels)},
        {"replicas": 2, "readyReplicas": 1})
    yield Entry("apps/v1/daemonsets", "daemonset", {
        "selector": rich, "template": template("a", labels=labels, nodeSelector={"disk": "ssd", "arch": "arm64"})},
        {"currentNumberScheduled": 4, "desiredNumberScheduled": 5, "numberReady": 3, "updatedNumberScheduled": 2,
         "numberAvailable": 1, "numberMisscheduled": 0})
    yield Entry("apps/v1/daemonsets", "daemonset-new", {"selector": plain, "template": template("a", labels=labels)})
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "statefulset", "uid": "u"}
    yield Entry("apps/v1/controllerrevisions", "owned", revision=7, data={"x": 1},
                meta={"ownerReferences": [{**owner, "name": "other"}, {**owner, "controller": True}]})
    yield Entry("apps/v1/controllerrevisions", "owned-by-core", revision=1, data={}, meta={"ownerReferences": [
        {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u", "controller": True}]})
    yield Entry("apps/v1/controllerrevisions", "orphan", revision=0, data={})


def jobs():
    def job(name, status=None, meta=None, delete=False, **spec):
        spec = {"template": template("a", "b", restartPolicy="Never"), **spec}
        return Entry("batch/v1/jobs", name, spec, status, meta=meta, delete=delete)

    def ending(kind, *before):
        return [{"type": t, "status": "True", "lastTransitionTime": ago(MINUTE)} for t in (*before, kind)]

    start = ago(2 * HOUR + 3 * MINUTE + 4)
    yield job("fresh", parallelism=1)
    yield job("parallel", {"startTime": ago(11 * MINUTE), "active": 2, "ready": 0}, parallelism=3, completions=None)
    yield job("progress", {"startTime": start, "active": 1, "succeeded": 2}, completions=5)
    yield job("complete", {"startTime": start, "completionTime": ago(MINUTE), "succeeded": 1,
                           "uncountedTerminatedPods": {}, "conditions": ending("Complete", "SuccessCriteriaMet")})
    yield job("failed", {"startTime": start, "failed": 1, "uncountedTerminatedPods": {},
                         "conditions": ending("Failed", "FailureTarget")})
    yield job("failing", {"startTime": start, "active": 1, "conditions": ending("FailureTarget")})
    yield job("succeeding", {"startTime": start, "active": 1, "conditions": ending("SuccessCriteriaMet")})
    yield job("suspended", {"conditions": ending("Suspended")}, suspend=True)
    yield job("terminating", {"startTime": start, "active": 1}, meta=HOLD, delete=True)
    task = {"spec": {"template": template("a", "b", restartPolicy="OnFailure")}}
    yield Entry("batch/v1/cronjobs", "cron", {"schedule": "*/5 * * * *", "jobTemplate": task})
    yield Entry("batch/v1/cronjobs", "cron-full", {
        "schedule": "@daily", "timeZone": "Europe/Athens", "suspend": True, "jobTemplate": task},
        {"lastScheduleTime": ago(50 * HOUR), "active": [{"kind": "Job", "name": "x"}, {"kind": "Job", "name": "y"}]})


def autoscaling():
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "deployment"}

    def scaler(name, metrics, current=None, **spec):
        spec = {"scaleTargetRef": target, "maxReplicas": 9, "metrics": metrics, **spec}
        status = current and {"currentReplicas": 2, "desiredReplicas": 3, "currentMetrics": current, "conditions": []}
        return Entry("autoscaling/v2/horizontalpodautoscalers", name, spec, status)

    def resource(name, current=None, kind="Resource", **value):
        part = kind[0].lower() + kind[1:]
        more = {"container": "a"} if kind == "ContainerResource" else {}
        return {"type": kind, part: {"name": name, **more, **(
            {"current": current} if current is not None else
            {"target": {"type": "Utilization" if "averageUtilization" in value else "AverageValue", **value}})}}

    def metric(kind, current=None, **target):
        part = kind.lower()
        named = {"metric": {"name": "m"}}
        if kind == "Object":
            named["describedObject"] = {"apiVersion": "v1", "kind": "Service", "name": "s"}
        if current is not None:
            return {"type": kind, part: {**named, "current": current}}
        return {"type": kind, part: {**named, "target": {
            "type": "Value" if "value" in target else "AverageValue", **target}}}

    yield scaler("utilization", [resource("cpu", averageUtilization=80)],
                 [resource("cpu", {"averageUtilization": 42, "averageValue": "420m"})], minReplicas=2)
    yield scaler("unknown", [resource("cpu", averageUtilization=80), resource("memory", averageValue="1Gi")])
    yield scaler("average", [resource("memory", averageValue="1Gi"), metric("Pods", averageValue="10")],
                 [resource("memory", {"averageValue": "512Mi"}), metric("Pods", {"averageValue": "7500m"})])
    yield scaler("external", [metric("External", value="30"), metric("External", averageValue="5")],
                 [metric("External", {"value": "12"}), metric("External", {"value": "1", "averageValue": "3"})])
    yield scaler("object", [metric("Object", value="30"), metric("Object", averageValue="5"),
                            metric("Pods", averageValue="1")],
                 [metric("Object", {"value": "12"}), metric("Object", {"value": "1", "averageValue": "3"})])
    yield scaler("container", [resource("cpu", kind="ContainerResource", averageUtilization=50),
                               resource("memory", kind="ContainerResource", averageValue="1Gi")],
                 [resource("cpu", {"averageUtilization": 10, "averageValue": "1"}, "ContainerResource"),
                  resource("memory", {"averageValue": "256Mi"}, "ContainerResource")])
    yield scaler("half", [metric("External", averageValue="30"), metric("Object", averageValue="5")],
                 [metric("External", {"value": "12"}), metric("Object", {"value": "1"})])
    yield Entry("autoscaling/v1/horizontalpodautoscalers", "by-v1", {
        "scaleTargetRef": target, "maxReplicas": 3, "targetCPUUtilizationPercentage": 70})


def policy():
    def budget(name, status=None, **spec):
        return Entry("policy/v1/poddisruptionbudgets", name, {"selector": {"matchLabels": {"a": "b"}}, **spec}, status)

    yield budget("min", {"disruptionsAllowed": 2, "currentHealthy": 3, "desiredHealthy": 1, "expectedPods": 3,
                         "observedGeneration": 1}, minAvailable=1)
    yield budget("max", maxUnavailable="25%")


# ---- networking, discovery, coordination, node, scheduling

def networking():
    def ingress(name, spec, status=None):
        return Entry("networking.k8s.io/v1/ingresses", name, spec,
                     status and {"loadBalancer": {"ingress": status}})

    backend = {"service": {"name": "s", "port": {"number": 80}}}
    rule = lambda host: {**({"host": host} if host else {}),
                         "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    yield ingress("any", {"defaultBackend": backend})
    yield ingress("hosts", {"ingressClassName": "c", "rules": [rule("a.example.com"), rule(None), rule("b.example.com")],
                            "tls": [{"hosts": ["a.example.com"]}]}, [{"hostname": "lb.example.com"}, {"ip": "1.2.3.4"}])
    yield ingress("many", {"rules": [rule(h + ".example.com") for h in "abcde"]})
    yield ingress("many-and-bare", {"rules": [rule("a.example.com"), rule("b.example.com"), rule("c.example.com"), rule(None)]})
    yield Entry("networking.k8s.io/v1/ingressclasses", "plain", {"controller": "example.com/x"}, cluster=True)
    yield Entry("networking.k8s.io/v1/ingressclasses", "default", {"controller": "example.com/x", "parameters": {
        "apiGroup": "k8s.example.com", "kind": "Parameters", "name": "p"}}, cluster=True,
        meta={"annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}})
    yield Entry("networking.k8s.io/v1/ingressclasses", "core-parameters", {"controller": "example.com/x", "parameters": {
        "kind": "ConfigMap", "name": "p"}}, cluster=True)
    yield Entry("networking.k8s.io/v1/networkpolicies", "all", {"podSelector": {}})
    yield Entry("networking.k8s.io/v1/networkpolicies", "some", {"podSelector": {
        "matchLabels": {"app": "web"}, "matchExpressions": EXPRESSIONS}})
    yield Entry("networking.k8s.io/v1/servicecidrs", "t-cidr", {"cidrs": ["10.200.0.0/24"]}, cluster=True)
    yield Entry("networking.k8s.io/v1/ipaddresses", "10.200.0.9", {"parentRef": {
        "resource": "services", "namespace": "tables", "name": "cluster-ip"}}, cluster=True,
        meta={"labels": {"ipaddress.kubernetes.io/managed-by": "tables"}})
    yield Entry("networking.k8s.io/v1/ipaddresses", "10.200.0.10", {"parentRef": {
        "group": "example.com", "resource": "Gateways", "name": "g"}}, cluster=True)

    def slice(name, kind, endpoints, ports=None):
        return Entry("discovery.k8s.io/v1/endpointslices", name, addressType=kind, ports=ports,
                     endpoints=[{"addresses": [address]} for address in endpoints])

    yield slice("none", "IPv4", [])
    yield slice("ports", "IPv4", ["10.1.0.1", "10.1.0.2"],
                [{"port": 80, "name": "http"}, {"name": "named"}, {"name": "udp", "port": 53, "protocol": "UDP"}])
    yield slice("many", "IPv6", ["fd00::%d" % i for i in range(1, 6)],
                [{"name": "p%d" % i, "port": i} for i in range(1, 6)])
    yield slice("four", "FQDN", ["%s.example.com" % name for name in "abcd"])


def cluster_policy():
    yield Entry("coordination.k8s.io/v1/leases", "held", {"holderIdentity": "me", "renewTime": ago_micro(20)})
    yield Entry("coordination.k8s.io/v1/leases", "free", {})
    c = lambda *args, **more: Entry(*args, cluster=True, **more)
    yield c("node.k8s.io/v1/runtimeclasses", "kata", handler="kata-qemu")
    yield c("scheduling.k8s.io/v1/priorityclasses", "high", value=1000, preemptionPolicy="Never")
    yield c("scheduling.k8s.io/v1/priorityclasses", "negative", value=-5, description="x")
    yield c("flowcontrol.apiserver.k8s.io/v1/flowschemas", "t-urgent", {
        "priorityLevelConfiguration": {"name": "missing"}, "matchingPrecedence": 800},
        {"conditions": [{"type": "Dangling", "status": "True", "reason": "NotFound"}]})
    yield c("flowcontrol.apiserver.k8s.io/v1/flowschemas", "t-schema", {
        "priorityLevelConfiguration": {"name": "missing"}, "matchingPrecedence": 9000,
        "distinguisherMethod": {"type": "ByUser"}}, {"conditions": [
            {"type": "Other", "status": "True"}, {"type": "Dangling", "status": "True", "reason": "NotFound"}]})
    yield c("flowcontrol.apiserver.k8s.io/v1/flowschemas", "t-bare", {
        "priorityLevelConfiguration": {"name": "exempt"}})
    level = lambda name, spec: c("flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations", name, spec)
    yield level("t-queue", {"type": "Limited", "limited": {"nominalConcurrencyShares": 7, "limitResponse": {
        "type": "Queue", "queuing": {"queues": 16, "handSize": 4, "queueLengthLimit": 20}}}})
    yield level("t-reject", {"type": "Limited", "limited": {"nominalConcurrencyShares": 0, "limitResponse": {
        "type": "Reject"}}})


def security():
    subjects = [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "jane"},
                {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "devs"},
                {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "joe"},
                {"kind": "ServiceAccount", "namespace": "tables", "name": "robot"},
                {"kind": "ServiceAccount", "namespace": "default", "name": "default"}]
    role = lambda kind: {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": "r"}
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
    rbac = "rbac.authorization.k8s.io/v1/"
    yield Entry(rbac + "roles", "role", rules=rules)
    yield Entry(rbac + "rolebindings", "binding", subjects=subjects, roleRef=role("Role"))
    yield Entry(rbac + "rolebindings", "binding-none", roleRef=role("ClusterRole"))
    yield Entry(rbac + "clusterroles", "t-role", cluster=True, rules=rules)
    yield Entry(rbac + "clusterrolebindings", "t-binding", cluster=True, subjects=subjects, roleRef=role("ClusterRole"))
    yield from signing()
    yield from admission()


# a request for CN=tables, made for these tests
CSR = (
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlITE1ITUNBUUF3RVRFUE1BMEdBMVVFQXd3R2RHRmliR1Z6TUZrd0V3WUhLb1"
    "pJemowQ0FRWUlLb1pJemowRApBUWNEUWdBRWZGS0R3c1VZSlFUNnV1L01qVEcxY0ZyQUd0eDFkSDY1Z2R0U2NyTkdVQUx5MUpDWWtlYmRnVnJ5"
    "CjdIZk1CUjJOQ3pBT0krb0I4MDcxUE45YkFqYTlRNkFBTUFvR0NDcUdTTTQ5QkFNQ0EwZ0FNRVVDSVFDK3JCNnIKYUIxK2ZFTEM1aG1XdHJkRD"
    "h4UzlHemI2QWVySUQ1TnI1T2NVWHdJZ1JkUGFmdGNYRGlvczAveHRLdklxMldyWApyc1pvTVNZbmhCaVRneG1xT25NPQotLS0tLUVORCBDRVJU"
    "SUZJQ0FURSBSRVFVRVNULS0tLS0K")


CERTIFICATE = (
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJlakNDQVIrZ0F3SUJBZ0lVUkE2RWpmdEdqTkpSMmUwT1Q0cTV2aWNSRmxZd0NnWUlLb1"
    "pJemowRUF3SXcKRVRFUE1BMEdBMVVFQXd3R2RHRmliR1Z6TUNBWERUSTJNVEV5TWpFeE16VXdPVm9ZRHpJeE1qWXhNREk1TVRFegpOVEE1V2pB"
    "Uk1ROHdEUVlEVlFRRERBWjBZV0pzWlhNd1dUQVRCZ2NxaGtqT1BRSUJCZ2dxaGtqT1BRTUJCd05DCkFBUUZ6RVJUUjQ3ejdMSDVjL1ZxbXBzdE"
    "ZoQzhOQ0FkZGZGaDdTMUNxREF2VmM3d3Y3OU5nNldNOFh6QTZVLzYKNGNzL0FMc1M3dWNWdUk4c0FvU1FQQXgzbzFNd1VUQWRCZ05WSFE0RUZn"
    "UVV4NDZ5Wk03b3lEYmpaZVFpWVFhNwpNOWk0VnA0d0h3WURWUjBqQkJnd0ZvQVV4NDZ5Wk03b3lEYmpaZVFpWVFhN005aTRWcDR3RHdZRFZSMF"
    "RBUUgvCkJBVXdBd0VCL3pBS0JnZ3Foa2pPUFFRREFnTkpBREJHQWlFQTNVV0FSUE9yQUZkOWVHL0RIQkVYSVVxTEZ6dkkKVFVhU1BDeG5TNmtx"
    "ZGo4Q0lRREIyQXhPNituSncyaFBMUjFnOTJhNlE4R0lWQkE2cTgzdjhCWjBUa3lIaHc9PQotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==")


def signing():
    def request(name, decision=None, status=None, **spec):
        made = Entry("certificates.k8s.io/v1/certificatesigningrequests", name, {
            "request": CSR, "signerName": "example.com/signer", "usages": ["client auth"], **spec}, status, cluster=True)
        if decision:
            made.approval = {"conditions": [condition(decision)]}
        return made

    def condition(kind):
        return {"type": kind, "status": "True", "reason": "x", "message": "y"}

    yield request("csr-pending")
    yield request("csr-approved", "Approved", expirationSeconds=86400)
    yield request("csr-denied", "Denied", expirationSeconds=5400)
    yield request("csr-issued", "Approved", {"certificate": CERTIFICATE}, expirationSeconds=40000000)
    yield request("csr-failed", "Approved", {"conditions": [condition("Approved"), condition("Failed")]})


def admission():
    c = lambda *args, **more: Entry("admissionregistration.k8s.io/v1/" + args[0], *args[1:], cluster=True, **more)
    hook = lambda name: {"name": name + ".example.com", "sideEffects": "None", "admissionReviewVersions": ["v1"],
                         "clientConfig": {"url": "https://127.0.0.1:1/x"}, "failurePolicy": "Ignore", "rules": []}
    yield c("mutatingwebhookconfigurations", "t-none")
    yield c("mutatingwebhookconfigurations", "t-two", webhooks=[hook("a"), hook("b")])
    yield c("validatingwebhookconfigurations", "t-one", webhooks=[hook("a")])
    constraints = {"resourceRules": [{"apiGroups": ["none.example.com"], "apiVersions": ["v1"], "operations": ["CREATE"],
                                      "resources": ["nothings"]}]}
    valid = {"matchConstraints": constraints, "failurePolicy": "Ignore",
             "validations": [{"expression": "true"}, {"expression": "1 == 1"}]}
    mutate = {"matchConstraints": constraints, "failurePolicy": "Ignore", "reinvocationPolicy": "Never",
              "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": "[JSONPatch{op: \"test\", path: \"/spec\", value: \"x\"}]"}}]}
    kind = {"apiVersion": "example.com/v1", "kind": "Limit"}
    yield c("validatingadmissionpolicies", "t-plain", valid)
    yield c("validatingadmissionpolicies", "t-kind", {**valid, "paramKind": kind})
    yield c("mutatingadmissionpolicies", "t-plain", mutate)
    yield c("mutatingadmissionpolicies", "t-kind", {**mutate, "paramKind": kind})
    selector = {"matchLabels": {"b": "1", "a": "2"}, "matchExpressions": EXPRESSIONS[:2]}
    for plural, more in (("validatingadmissionpolicybindings", {"validationActions": ["Deny"]}),
                         ("mutatingadmissionpolicybindings", {})):
        for name, ref in (("none", None), ("name", {"name": "p"}), ("namespaced", {"name": "p", "namespace": "n"}),
                          ("selector", {"selector": selector}), ("empty-selector", {"selector": {}})):
            spec = {"policyName": "t-kind", **more}
            if ref:
                spec["paramRef"] = {**ref, "parameterNotFoundAction": "Deny"}
            yield c(plural, "t-" + name, spec)


# ---- storage, dynamic resource allocation, extension

def storage():
    c = lambda *args, **more: Entry("storage.k8s.io/v1/" + args[0], *args[1:], cluster=True, **more)
    yield c("storageclasses", "plain", provisioner="example.com/x")
    yield c("storageclasses", "default", provisioner="example.com/x", reclaimPolicy="Retain",
            volumeBindingMode="WaitForFirstConsumer", allowVolumeExpansion=True,
            meta={"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}})
    yield c("storageclasses", "default-beta", provisioner="example.com/x", allowVolumeExpansion=False,
            meta={"annotations": {"storageclass.beta.kubernetes.io/is-default-class": "true"}})
    yield c("csidrivers", "plain.example.com", {})
    yield c("csidrivers", "full.example.com", {
        "attachRequired": False, "podInfoOnMount": True, "storageCapacity": True, "requiresRepublish": True,
        "tokenRequests": [{"audience": "a"}, {"audience": "b"}], "volumeLifecycleModes": ["Persistent", "Ephemeral"]})
    yield c("csinodes", "t-node", {"drivers": [{"name": "a.example.com", "nodeID": "1"},
                                              {"name": "b.example.com", "nodeID": "2"}]})
    yield c("csinodes", "t-node-none", {"drivers": []})
    yield Entry("storage.k8s.io/v1/csistoragecapacities", "capacity", storageClassName="fast", capacity="10Gi")
    yield c("volumeattachments", "attachment", {"attacher": "a.example.com", "nodeName": "n",
                                                "source": {"persistentVolumeName": "pv"}}, status={"attached": True})
    yield c("volumeattachments", "attachment-pending", {"attacher": "a.example.com", "nodeName": "n",
                                                        "source": {"persistentVolumeName": "pv"}})
    yield c("volumeattributesclasses", "gold", driverName="a.example.com", parameters={"iops": "1"})


def devices():
    c = lambda *args, **more: Entry("resource.k8s.io/v1/" + args[0], *args[1:], cluster=True, **more)
    n = lambda *args, **more: Entry("resource.k8s.io/v1/" + args[0], *args[1:], **more)
    spec = {"devices": {"requests": [{"name": "r", "exactly": {"deviceClassName": "gpu"}}]}}
    allocation = {"allocation": {"devices": {"results": [
        {"request": "r", "driver": "d.example.com", "pool": "p", "device": "d0"}]}}}
    user = {"reservedFor": [{"resource": "pods", "name": "p", "uid": "u"}]}
    yield c("deviceclasses", "gpu", {})
    yield n("resourceclaimtemplates", "claims", {"spec": spec})
    yield n("resourceclaims", "pending", spec)
    yield n("resourceclaims", "allocated", spec, allocation)
    yield n("resourceclaims", "reserved", spec, {**allocation, **user})
    yield n("resourceclaims", "deleted", spec, meta=HOLD, delete=True)
    yield n("resourceclaims", "deleted-reserved", spec, {**allocation, **user}, meta=HOLD, delete=True)
    pool = {"name": "pool", "generation": 1, "resourceSliceCount": 1}
    yield c("resourceslices", "on-node", {"driver": "d.example.com", "pool": pool, "nodeName": "n", "devices": []})
    yield c("resourceslices", "everywhere", {"driver": "d.example.com", "pool": pool, "allNodes": True, "devices": []})


def extension():
    c = lambda *args, **more: Entry(*args, cluster=True, **more)
    yield c("apiextensions.k8s.io/v1/customresourcedefinitions", "things.tables.example.com", {
        "group": "tables.example.com", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"},
        "versions": [{"name": "v1", "served": True, "storage": True,
                      "schema": {"openAPIV3Schema": {"type": "object"}}}]})
    service = {"group": "t.example.com", "groupPriorityMinimum": 10, "versionPriority": 10, "insecureSkipTLSVerify": True,
               "service": {"namespace": "tables", "name": "s"}}
    yield c("apiregistration.k8s.io/v1/apiservices", "v1.t.example.com", {**service, "version": "v1"})


def quotas():
    """Of pods with a deadline, which there are none of: others would be refused."""
    hard = {"cpu": "2", "limits.cpu": "4", "limits.memory": "8Gi", "pods": "10", "requests.memory": "1500Mi"}
    used = {"cpu": "100m", "limits.cpu": "0", "pods": "3"}
    yield Entry("/v1/resourcequotas", "quota", {"hard": hard, "scopes": ["Terminating"]}, {"hard": hard, "used": used})
    yield Entry("/v1/resourcequotas", "quota-fresh", {"hard": {"pods": "1"}, "scopes": ["Terminating"]})


def everything():
    for part in (core, pods, events, workloads, jobs, autoscaling, policy, networking, cluster_policy, security, storage,
                 devices, extension, quotas):
        yield from part()
