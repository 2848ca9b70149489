"""What workloads, autoscalers, disruption budgets and the like must fulfil: one bad field at a time, then good writes."""
import copy

from harness import scenario

from cases._objects import deployment

APPLY = {"Content-Type": "application/apply-patch+yaml"}
MERGE = {"Content-Type": "application/merge-patch+json"}
GONE = object()  # in place of a value: the field is removed
DRY = "?dryRun=All"


def changed(body, path, value):
    """A copy with another value at the dotted path."""
    out = copy.deepcopy(body)
    at = out
    *parents, last = [int(k) if k.isdigit() else k for k in path.split(".")]
    for key in parents:
        if isinstance(at, dict) and key not in at:
            at[key] = {}
        at = at[key]
    if value is GONE:
        del at[last]
    else:
        at[last] = value
    return out


def judge(t, collection, good, creates, updates, keep=("metadata.generation",)):
    """Creates with one change each, which store nothing; then the good one, and updates of it by PUT and by patch."""
    for path, value in creates:
        t.post(f"create {path} {'-' if value is GONE else value}", collection + DRY, changed(good, path, value),
               keep=["kind", path if value is not GONE else "kind"])
    t.post("create", collection, good, keep=["kind", *keep])
    one = collection + "/" + good["metadata"]["name"]
    for path, value in updates:
        t.put(f"update {path} {'-' if value is GONE else value}", one, changed(good, path, value), keep=list(keep))
        if value is not GONE and not any(k.isdigit() for k in path.split(".")):
            t.ask(f"patch {path} {value}", "PATCH", one, changed({}, path, value), headers=MERGE, keep=list(keep))


def template(labels, restart="Always"):
    return {"metadata": {"labels": labels}, "spec": {"restartPolicy": restart,
                                                     "containers": [{"name": "c", "image": "registry.invalid/c:1"}]}}


def selected(kind, name, **spec):
    labels = {"app": name}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name},
            "spec": {"selector": {"matchLabels": labels}, "template": template(labels), **spec}}


# what all kinds with a selector and a template refuse
SELECTED = [
    ("spec.selector", GONE), ("spec.selector", {}), ("spec.selector.matchLabels", {"other": "x"}),
    ("spec.selector.matchLabels", {"-bad-": "x"}),
    ("spec.selector.matchExpressions", [{"key": "app", "operator": "In"}]),
    ("spec.selector.matchExpressions", [{"key": "app", "operator": "Exists", "values": ["x"]}]),
    ("spec.selector.matchExpressions", [{"key": "app", "operator": "Like", "values": ["x"]}]),
    ("spec.selector.matchExpressions", [{"key": "app", "operator": "NotIn", "values": ["not valid"]}]),
    ("spec.template.metadata", GONE), ("spec.template.spec.containers", []),
    ("spec.template.spec.restartPolicy", "Never"), ("spec.template.spec.activeDeadlineSeconds", 5),
    ("spec.minReadySeconds", -1),
]


@scenario("bad-deployments")
def deployments(t):
    """Deployments: selector, template, strategy, deadlines; the selector stays."""
    t.make_namespace()
    good = deployment("d")
    judge(t, "/apis/apps/v1/namespaces/{ns}/deployments", good, SELECTED + [
        ("spec.replicas", -1), ("spec.revisionHistoryLimit", -1), ("spec.progressDeadlineSeconds", 0),
        ("spec.strategy.type", "Recreate"), ("spec.strategy.type", "Bogus"),
        ("spec.strategy.rollingUpdate", {"maxSurge": 0, "maxUnavailable": 0}),
        ("spec.strategy.rollingUpdate.maxUnavailable", "150%"), ("spec.strategy.rollingUpdate.maxSurge", "x"),
        ("metadata.name", "dotted.name"), ("metadata.name", "Upper")],
        [("spec.selector.matchLabels", {"app": "d", "more": "x"}), ("spec.replicas", -1), ("spec.replicas", 3),
         ("spec.template.spec.containers.0.image", ""), ("spec.paused", True)])
    path = "/apis/apps/v1/namespaces/{ns}/deployments/d"
    t.ask("apply a bad one", "PATCH", path + "?fieldManager=m&force=true", changed(good, "spec.replicas", -2),
          headers=APPLY)
    t.put("bad status", path + "/status", changed(good, "status", {"replicas": 1, "readyReplicas": 2}))
    t.put("good status", path + "/status", changed(good, "status", {"replicas": 2, "readyReplicas": 2}),
          keep=["status"])


@scenario("bad-replicasets")
def replica_sets(t):
    """ReplicaSets and ReplicationControllers."""
    t.make_namespace()
    judge(t, "/apis/apps/v1/namespaces/{ns}/replicasets", selected("ReplicaSet", "r"), SELECTED,
          [("spec.selector.matchLabels", {"app": "x"}), ("spec.replicas", 2)])
    good = {"apiVersion": "v1", "kind": "ReplicationController", "metadata": {"name": "rc"},
            "spec": {"selector": {"app": "rc"}, "template": template({"app": "rc"})}}
    judge(t, "/api/v1/namespaces/{ns}/replicationcontrollers", good, [
        ("spec.selector", {"other": "x"}), ("spec.template", GONE), ("spec.replicas", -1),
        ("spec.template.spec.restartPolicy", "OnFailure")], [("spec.replicas", 2), ("spec.selector", {"a": "b"})])


@scenario("bad-daemonsets")
def daemon_sets(t):
    """DaemonSets: update strategies, and the generation of the template."""
    t.make_namespace()
    judge(t, "/apis/apps/v1/namespaces/{ns}/daemonsets", selected("DaemonSet", "d"), SELECTED + [
        ("spec.updateStrategy", {"type": "Bogus"}),
        ("spec.updateStrategy", {"type": "OnDelete"}),
        ("spec.updateStrategy", {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}}),
        ("spec.updateStrategy", {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}),
        ("spec.updateStrategy", {"rollingUpdate": {"maxUnavailable": "101%"}}),
        ("spec.revisionHistoryLimit", -1)],
        [("spec.selector.matchLabels", {"app": "x"}), ("spec.minReadySeconds", 3),
         ("spec.template.metadata.annotations", {"a": "b"})],
        keep=("metadata.generation", "metadata.annotations"))


@scenario("bad-statefulsets")
def stateful_sets(t):
    """StatefulSets: claims, what must not change, names of services."""
    t.make_namespace()
    claim = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"],
                                                    "resources": {"requests": {"storage": "1Gi"}}}}
    good = selected("StatefulSet", "s", serviceName="svc", volumeClaimTemplates=[claim])
    judge(t, "/apis/apps/v1/namespaces/{ns}/statefulsets", good, SELECTED + [
        ("spec.serviceName", "Not.Valid"), ("spec.podManagementPolicy", "Bogus"),
        ("spec.updateStrategy", {"type": "OnDelete", "rollingUpdate": {}}), ("spec.updateStrategy", {"type": "Bogus"}),
        ("spec.updateStrategy", {"type": "RollingUpdate", "rollingUpdate": {"partition": -1}}),
        ("spec.persistentVolumeClaimRetentionPolicy", {"whenDeleted": "Bogus"}), ("spec.ordinals", {"start": -1}),
        ("spec.volumeClaimTemplates.0.spec.accessModes", ["Bogus"]),
        ("spec.volumeClaimTemplates.0.spec.resources", {}), ("spec.volumeClaimTemplates.0.metadata.name", "Upper"),
        ("spec.revisionHistoryLimit", -1), ("metadata.name", "dotted.name")],
        [("spec.serviceName", "other"), ("spec.podManagementPolicy", "Parallel"), ("spec.replicas", 2),
         ("spec.volumeClaimTemplates.0.spec.accessModes", ["ReadOnlyMany"]), ("spec.ordinals", {"start": 2})])


@scenario("bad-jobs")
def jobs(t):
    """Jobs: policies, indexed jobs, what must not change, and transitions of the status."""
    t.make_namespace()
    good = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}, "spec": {
        "completionMode": "Indexed", "completions": 4, "parallelism": 2, "backoffLimitPerIndex": 1,
        "podFailurePolicy": {"rules": [{"action": "FailIndex", "onExitCodes": {"operator": "In", "values": [1, 3]}}]},
        "successPolicy": {"rules": [{"succeededIndexes": "0-1,3", "succeededCount": 2}]},
        "template": {"spec": {"restartPolicy": "Never",
                              "containers": [{"name": "c", "image": "registry.invalid/c:1"}]}}}}
    path = "/apis/batch/v1/namespaces/{ns}/jobs"
    judge(t, path, good, [
        # without completions, kube-apiserver panics over the successPolicy
        ("spec.completions", -1), ("spec.parallelism", 100001),
        ("spec.completionMode", "Bogus"), ("spec.completionMode", "NonIndexed"), ("spec.backoffLimitPerIndex", GONE),
        ("spec.maxFailedIndexes", 5), ("spec.managedBy", "nodomain"), ("spec.podReplacementPolicy", "Bogus"),
        ("spec.podFailurePolicy.rules.0.action", "Bogus"), ("spec.podFailurePolicy.rules.0.onExitCodes.values", [0]),
        ("spec.podFailurePolicy.rules.0.onExitCodes.values", [3, 1]),
        ("spec.podFailurePolicy.rules.0.onExitCodes.values", [1, 1]),
        ("spec.podFailurePolicy.rules.0.onExitCodes.containerName", "none"),
        ("spec.podFailurePolicy.rules.0.onExitCodes", GONE),
        ("spec.successPolicy.rules", []), ("spec.successPolicy.rules.0.succeededIndexes", "3-1"),
        ("spec.successPolicy.rules.0.succeededIndexes", "0-9"), ("spec.successPolicy.rules.0.succeededIndexes", "a"),
        ("spec.successPolicy.rules.0.succeededCount", 4), ("spec.template.spec.restartPolicy", "Always"),
        ("spec.template.spec.restartPolicy", "OnFailure"), ("spec.selector", {"matchLabels": {"a": "b"}}),
        ("spec.template.metadata", {"labels": {"job-name": "other"}}), ("metadata.name", "n" * 62)],
        [("spec.completions", 5), ("spec.managedBy", "example.com/c"), ("spec.suspend", True), ("spec.parallelism", 3),
         ("spec.backoffLimitPerIndex", 2), ("spec.successPolicy", GONE)])
    for label, status in (
            ("active", {"active": -1}), ("start", {"startTime": "2026-01-02T03:04:05Z"}),
            ("ready above active", {"active": 1, "ready": 2}), ("indexes", {"completedIndexes": "3,1"}),
            ("overlap", {"completedIndexes": "0-2", "failedIndexes": "2"}),
            ("complete without criteria", {"conditions": [{"type": "Complete", "status": "True"}],
                                           "startTime": "2026-01-02T03:04:05Z",
                                           "completionTime": "2026-01-02T03:04:06Z"}),
            ("complete", {"conditions": [{"type": "SuccessCriteriaMet", "status": "True"},
                                         {"type": "Complete", "status": "True"}],
                          "startTime": "2026-01-02T03:04:05Z", "completionTime": "2026-01-02T03:04:06Z"}),
            ("not complete any more", {"startTime": "2026-01-02T03:04:05Z"})):
        t.ask("status: " + label, "PATCH", path + "/j/status", {"status": {"conditions": None, **status}},
              headers=MERGE, keep=["status"])


@scenario("bad-cronjobs")
def cron_jobs(t):
    """CronJobs: schedules and time zones."""
    t.make_namespace()
    good = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "c"}, "spec": {
        "schedule": "*/5 * * * *", "jobTemplate": {"spec": {"template": {"spec": {
            "restartPolicy": "Never", "containers": [{"name": "c", "image": "registry.invalid/c:1"}]}}}}}}
    schedules = ["", "x", "* * * *", "61 * * * *", "5-1 * * * *", "*/0 * * * *", "1-2-3 * * * *", "1/2/3 * * * *",
                 "* * 0 * *", "* * * FOO *", "0 0 ? JAN-mar mon,FRI", "@daily", "@bogus", "@every 1h30m", "@every 1",
                 "@every x", "TZ=UTC 0 0 * * *", "CRON_TZ=Bogus 0 0 * * *", "TZ=0", "*/-5 * * * *",
                 "99999999999999999999 * * * *"]
    judge(t, "/apis/batch/v1/namespaces/{ns}/cronjobs", good, [("spec.schedule", s) for s in schedules] + [
        ("spec.timeZone", z) for z in ("", "UTC", "Europe/Berlin", "europe/berlin", "Local", "Bogus/Zone", "../x",
                                       "a//b", "EST")] + [
        ("spec.concurrencyPolicy", "Bogus"), ("spec.startingDeadlineSeconds", -1),
        ("spec.successfulJobsHistoryLimit", -1), ("spec.failedJobsHistoryLimit", -1),
        ("spec.jobTemplate.spec.selector", {"matchLabels": {"a": "b"}}), ("spec.jobTemplate.spec.manualSelector", True),
        ("spec.jobTemplate.spec.template.spec.restartPolicy", "Always"), ("metadata.name", "n" * 53),
        ("metadata.name", "dotted.name")],
        [("spec.schedule", "TZ=UTC 0 0 * * *"), ("spec.schedule", "0 0 * * *"), ("spec.timeZone", "Bogus"),
         ("spec.timeZone", "UTC"), ("spec.suspend", True)])


@scenario("bad-autoscalers")
def autoscalers(t):
    """HorizontalPodAutoscalers in v2, and what v1 says of them."""
    t.make_namespace()
    good = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}, "spec": {
        "minReplicas": 1, "maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment",
                                                               "name": "d"},
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization",
                                                                                "averageUtilization": 50}}}]}}
    policy = {"type": "Pods", "value": 1, "periodSeconds": 60}
    judge(t, "/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers", good, [
        ("spec.maxReplicas", 0), ("spec.maxReplicas", -1), ("spec.minReplicas", 0), ("spec.minReplicas", 4),
        ("spec.scaleTargetRef.kind", ""), ("spec.scaleTargetRef.name", "a/b"), ("spec.scaleTargetRef.apiVersion", "v1"),
        ("spec.scaleTargetRef.apiVersion", "a/b/c"), ("spec.metrics.0.type", "Bogus"), ("spec.metrics.0.type", "Pods"),
        ("spec.metrics.0.resource.name", ""), ("spec.metrics.0.resource.target", {"type": "Utilization"}),
        ("spec.metrics.0.resource.target", {"type": "Bogus", "averageValue": "1"}),
        ("spec.metrics.0.resource.target", {"type": "AverageValue", "averageValue": "0"}),
        ("spec.metrics.0.resource.target", {"type": "Utilization", "averageUtilization": 5, "averageValue": "1"}),
        ("spec.behavior", {"scaleUp": {"stabilizationWindowSeconds": 3601}}),
        ("spec.behavior", {"scaleUp": {"selectPolicy": "Bogus"}}),
        ("spec.behavior", {"scaleDown": {"policies": [{**policy, "value": 0}]}}),
        ("spec.behavior", {"scaleDown": {"policies": [{**policy, "periodSeconds": 1801}]}}),
        ("spec.behavior", {"scaleDown": {"policies": [{**policy, "type": "Bogus"}]}}),
        ("spec.behavior", {"scaleDown": {"policies": [policy], "tolerance": "-1"}})],
        [("spec.maxReplicas", 0), ("spec.maxReplicas", 5), ("spec.scaleTargetRef", {"kind": "Deployment", "name": "d"})])
    t.post("v1", "/apis/autoscaling/v1/namespaces/{ns}/horizontalpodautoscalers",
           {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "old"},
            "spec": {"maxReplicas": -1, "scaleTargetRef": {"kind": "", "name": "d"}}})


@scenario("bad-budgets")
def budgets(t):
    """PodDisruptionBudgets, PriorityClasses, RuntimeClasses, Leases and ControllerRevisions."""
    t.make_namespace()
    judge(t, "/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets",
          {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"},
           "spec": {"minAvailable": 1, "selector": {"matchLabels": {"a": "b"}}}},
          [("spec.minAvailable", "101%"), ("spec.minAvailable", -1), ("spec.minAvailable", "x"),
           ("spec.maxUnavailable", 1), ("spec.unhealthyPodEvictionPolicy", "Bogus"),
           ("spec.selector.matchExpressions", [{"key": "", "operator": "In", "values": ["x"]}]),
           ("metadata.name", "Any_Name")], [])
    priority = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "p-{id}"}, "value": 5}
    judge(t, "/apis/scheduling.k8s.io/v1/priorityclasses", priority,
          [("value", 1000000001), ("metadata.name", "system-x"), ("preemptionPolicy", "Bogus")],
          [("value", 6), ("preemptionPolicy", "Never"), ("description", "d")])
    t.cleanup.append("/apis/scheduling.k8s.io/v1/priorityclasses/p-" + t.id)
    runtime = {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "r-{id}"}, "handler": "runc"}
    judge(t, "/apis/node.k8s.io/v1/runtimeclasses", runtime,
          [("handler", ""), ("handler", "Not.Valid"), ("overhead", {"podFixed": {"bogus": "1"}}),
           ("overhead", {"podFixed": {"cpu": "-1"}}),
           ("scheduling", {"tolerations": [{"key": "k", "operator": "Exists", "value": "x"}]}),
           ("scheduling", {"nodeSelector": {"beta.kubernetes.io/os": "linux"}})], [])
    t.cleanup.append("/apis/node.k8s.io/v1/runtimeclasses/r-" + t.id)
    judge(t, "/apis/coordination.k8s.io/v1/namespaces/{ns}/leases",
          {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "l"},
           "spec": {"leaseDurationSeconds": 5}},
          [("spec.leaseDurationSeconds", 0), ("spec.leaseTransitions", -1), ("spec.strategy", "Bogus")], [])
    judge(t, "/apis/apps/v1/namespaces/{ns}/controllerrevisions",
          {"apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": {"name": "c"}, "revision": 1,
           "data": {"a": 1}},
          [("data", GONE), ("data", None), ("revision", -1)], [("data", {"a": 2}), ("revision", 2)])
