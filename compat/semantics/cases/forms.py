"""Which form an answer comes in: media types, Tables, partial metadata."""
from harness import scenario

from cases._objects import CM, cm

META = "g=meta.k8s.io;v=v1"
TABLE = "application/json;as=Table;" + META
PARTIAL, PARTIALS = "as=PartialObjectMetadata;" + META, "as=PartialObjectMetadataList;" + META
PROTOBUF = "application/vnd.kubernetes.protobuf"
DEPLOYMENTS = "/apis/apps/v1/namespaces/{ns}/deployments"
SCALE = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "d"}, "spec": {"replicas": 2}}

KUBECTL = TABLE + ",application/json;as=Table;g=meta.k8s.io;v=v1beta1,application/json"
METADATA_CLIENT = f"{PROTOBUF};{PARTIALS},application/json;{PARTIALS},application/json"
METADATA_CLIENT_OF_ONE = f"{PROTOBUF};{PARTIAL},application/json;{PARTIAL},application/json"
GARBAGE_COLLECTOR = f"{PROTOBUF};{PARTIAL};q=0.8,application/json;{PARTIAL};q=0.7"


def deployment():
    labels = {"a": "b"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {
        "replicas": 2, "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": "b"}]}}}}


def told(t, label, method, path, accept, body=None):
    """Records in which form an answer came, and of what; the text of it only if it is JSON."""
    r = t.send(method, path, body, headers={"Accept": accept})
    is_object = isinstance(r.json, dict)
    t.note(f"{label}, {accept}", {
        "status": r.status, "content-type": r.headers.get("content-type"),
        "vary": r.headers.get("vary"), "kind": r.json.get("kind") if is_object else None,
        "apiVersion": r.json.get("apiVersion") if is_object else None,
        "message": r.json.get("message") if is_object else None,
        "rows": [row["cells"][:2] for row in r.json.get("rows") or ()] if is_object else None})


@scenario("forms")
def forms(t):
    """Alternatives and qualities as clients send them; what cannot be shown as what is asked for."""
    t.make_namespace()
    t.send("POST", CM, cm("a"))
    t.send("POST", DEPLOYMENTS, deployment())
    paths = (("get", CM + "/a"), ("list", CM + "?fieldSelector=metadata.name%3Da"), ("missing", CM + "/none"),
             ("status", DEPLOYMENTS + "/d/status"), ("scale", DEPLOYMENTS + "/d/scale"))
    for accept in (
            KUBECTL, METADATA_CLIENT, METADATA_CLIENT_OF_ONE, GARBAGE_COLLECTOR,
            "application/yaml", PROTOBUF, PROTOBUF + ",application/json", "application/json;stream=watch",
            "application/json;q=0.5,application/yaml;q=0.9", "application/json;q=0,application/yaml",
            "application/json;as=Table;" + META + ";q=0.2,application/json", "application/json; as=Table ; v=v1 ; g=meta.k8s.io",
            "application/json;as=Table;g=meta.k8s.io;v=v2,application/yaml", "application/json;as=Table", "application/json;sv=v2",
            PROTOBUF + ";as=Table;" + META, "application/yaml;stream=watch", "application/json;" + PARTIAL,
            "application/json;" + PARTIALS, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1beta1"):
        for label, path in paths:
            told(t, label, "GET", path, accept)
    for accept in (TABLE, "application/json;" + PARTIAL, "application/yaml", PROTOBUF):
        told(t, "update", "PUT", CM + "/a", accept, cm("a"))
        told(t, "update of a scale", "PUT", DEPLOYMENTS + "/d/scale", accept, SCALE)
        told(t, "deletion", "DELETE", CM + "/a?dryRun=All", accept)
    for accept in (TABLE, "application/json;" + PARTIALS, "application/yaml", PROTOBUF):
        told(t, "deletion of many", "DELETE", CM + "?fieldSelector=metadata.name%3Da&dryRun=All", accept)
    for accept in ("application/yaml", PROTOBUF + ";as=Table;" + META, "application/yaml;" + PARTIAL):
        told(t, "watch", "GET", CM + "?watch=1&timeoutSeconds=1", accept)


@scenario("forms-table")
def tables(t):
    """Tables: what a row shows of its object, and the columns in the first event alone."""
    t.make_namespace()
    t.send("POST", CM, cm("a"))
    keep = ["kind", "apiVersion", "metadata", "rows.object.kind", "rows.object.metadata.name", "rows.object.data"]
    for extent in ("", "None", "Metadata", "Object", "Everything"):
        t.get("includeObject=" + extent, CM + "/a?includeObject=" + extent, headers={"Accept": TABLE}, keep=keep)
    t.watch("watch list", CM + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
            "&fieldSelector=metadata.name%3Da", want=3, headers={"Accept": TABLE},
            do=lambda: t.send("PUT", CM + "/a", cm("a", {"k": "w"})),
            keep=["kind", "columnDefinitions.name", "rows.object.kind", "rows.object.metadata.name",
                  "rows.object.metadata.annotations"])
