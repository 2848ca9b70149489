"""Small objects that need no defaulting, so that their stored form is what was sent."""

CM = "/api/v1/namespaces/{ns}/configmaps"
SECRETS = "/api/v1/namespaces/{ns}/secrets"
PODS = "/api/v1/namespaces/{ns}/pods"


def cm(name, data=None, **meta):
    out = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **meta}}
    if data is not None:
        out["data"] = data
    return out


def secret(name, data=None, type="Opaque", **meta):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, **meta}, "type": type,
            "data": data or {"k": "dg=="}}


def pod(name, node=None, labels=None, **meta):
    """A pod with every field that kube-apiserver would default already set."""
    spec = {
        "containers": [{"name": "c", "image": "registry.invalid/c:1", "imagePullPolicy": "IfNotPresent",
                        "resources": {}, "terminationMessagePath": "/dev/termination-log",
                        "terminationMessagePolicy": "File"}],
        "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler",
        "securityContext": {}, "terminationGracePeriodSeconds": 30, "enableServiceLinks": True,
        "preemptionPolicy": "PreemptLowerPriority", "priority": 0,
        "tolerations": [
            {"key": k, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
            for k in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")],
    }
    if node:
        spec["nodeName"] = node
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels or {}, **meta},
            "spec": spec}


def deployment(name, replicas=1):
    labels = {"app": name}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": labels},
            "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
                     "strategy": {"type": "RollingUpdate",
                                  "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
                     "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600,
                     "template": {"metadata": {"labels": labels},
                                  "spec": {"containers": [
                                      {"name": "c", "image": "registry.invalid/c:1", "imagePullPolicy": "IfNotPresent",
                                       "resources": {}, "terminationMessagePath": "/dev/termination-log",
                                       "terminationMessagePolicy": "File"}],
                                      "restartPolicy": "Always", "dnsPolicy": "ClusterFirst",
                                      "schedulerName": "default-scheduler", "securityContext": {},
                                      "terminationGracePeriodSeconds": 30}}}}


def fill(t, names=("a", "b", "c"), **meta):
    """Creates ConfigMaps silently and returns their responses by name."""
    out = {}
    for n in names:
        r = t.send("POST", CM, cm(n, {"n": n}, **meta))
        if r.status != 201:
            raise RuntimeError(f"create {n}: {r.status} {r.raw[:200]}")
        out[n] = r
    return out
