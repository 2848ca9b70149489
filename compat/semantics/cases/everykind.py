"""Every built-in kind, with good and bad input in every way of writing: create, update, the three patches, apply, subresources.

The table says what is particular to a kind; the rest is made of the bases and vectors of tools/validation (see _vectors).
Whatever is not good is sent as a dry run, so that it cannot do harm if it is accepted.
"""
import json
import re

from harness import scenario

from cases import _subresources, _vectors, _wrong
from cases._vectors import GONE, changed

MOST = {"create": 40, "update": 24, "": 10}
DRY = "dryRun=All"


class Kind:
    """A resource as in discovery. `main`: the base that is stored; `others`: whether other bases may be stored, too;
    `without`: what of an answer depends on more than the request; `subresources`: functions of _subresources; `skip`: matches
    bases that are not sent."""

    def __init__(self, file, scope="N", main=0, others=True, without=(), subresources="", skip=""):
        self.file, self.namespaced, self.main, self.others = file, scope == "N", main, others
        self.without, self.subresources, self.skip = without, subresources.split(), skip
        self.plural, self.version, *group = file.split(".", 2)
        self.group = group[0] if group else ""
        self.api = f"{self.group}/{self.version}" if self.group else self.version
        self.collection = ("/apis/" if self.group else "/api/") + self.api + ("/namespaces/{ns}/" if self.namespaced else "/") + self.plural

    @property
    def name(self):
        return f"every-{self.plural}" + {"events.k8s.io": "-new"}.get(self.group, "") + ("-v2" if self.version == "v2" else "")


def of_controllers(*more):
    return ("status", "metadata.managedFields", *more)


KINDS = [
    Kind("certificatesigningrequests.v1.certificates.k8s.io", "C", subresources="status approval"),
    Kind("clusterrolebindings.v1.rbac.authorization.k8s.io", "C"),
    Kind("clusterroles.v1.rbac.authorization.k8s.io", "C"),
    Kind("configmaps.v1", main=3),
    Kind("controllerrevisions.v1.apps"),
    Kind("cronjobs.v1.batch", subresources="status"),
    Kind("csidrivers.v1.storage.k8s.io", "C"),
    Kind("csinodes.v1.storage.k8s.io", "C"),
    Kind("csistoragecapacities.v1.storage.k8s.io"),
    Kind("daemonsets.v1.apps", subresources="status"),
    Kind("deployments.v1.apps", subresources="status scale"),
    Kind("deviceclasses.v1.resource.k8s.io", "C", main=1),
    Kind("endpoints.v1"),
    Kind("endpointslices.v1.discovery.k8s.io"),
    Kind("events.v1.events.k8s.io"),
    Kind("events.v1"),
    # its controller in kube-apiserver writes the status when it likes
    Kind("flowschemas.v1.flowcontrol.apiserver.k8s.io", "C", others=False, without=of_controllers(), subresources="status"),
    Kind("horizontalpodautoscalers.v1.autoscaling", subresources="status"),
    Kind("horizontalpodautoscalers.v2.autoscaling", subresources="status"),
    Kind("ingressclasses.v1.networking.k8s.io", "C", main=3, others=False),
    Kind("ingresses.v1.networking.k8s.io", main=3, subresources="status"),
    Kind("ipaddresses.v1.networking.k8s.io", "C", others=False),
    Kind("jobs.v1.batch", subresources="status"),
    Kind("leases.v1.coordination.k8s.io"),
    Kind("limitranges.v1", main=1),
    Kind("mutatingadmissionpolicies.v1.admissionregistration.k8s.io", "C", others=False),
    Kind("mutatingadmissionpolicybindings.v1.admissionregistration.k8s.io", "C", others=False),
    Kind("mutatingwebhookconfigurations.v1.admissionregistration.k8s.io", "C", others=False),
    Kind("namespaces.v1", "C", main=1, others=False, subresources="status finalize"),
    Kind("networkpolicies.v1.networking.k8s.io"),
    Kind("nodes.v1", "C", subresources="status"),
    Kind("persistentvolumeclaims.v1", subresources="status"),
    Kind("persistentvolumes.v1", "C", subresources="status"),
    Kind("poddisruptionbudgets.v1.policy", subresources="status"),
    Kind("pods.v1", subresources="status ephemeralcontainers resize binding eviction"),
    Kind("podtemplates.v1"),
    Kind("priorityclasses.v1.scheduling.k8s.io", "C", others=False),
    Kind("prioritylevelconfigurations.v1.flowcontrol.apiserver.k8s.io", "C", others=False, without=of_controllers(), subresources="status"),
    Kind("replicasets.v1.apps", subresources="status scale"),
    Kind("replicationcontrollers.v1", subresources="status scale"),
    Kind("resourceclaims.v1.resource.k8s.io", main=5, subresources="status"),
    Kind("resourceclaimtemplates.v1.resource.k8s.io"),
    Kind("resourcequotas.v1", main=4, others=False, subresources="status"),
    Kind("resourceslices.v1.resource.k8s.io", "C", main=3),
    Kind("rolebindings.v1.rbac.authorization.k8s.io"),
    Kind("roles.v1.rbac.authorization.k8s.io", main=1),
    Kind("runtimeclasses.v1.node.k8s.io", "C"),
    Kind("secrets.v1", main=16),
    Kind("serviceaccounts.v1", subresources="token"),
    # one of IPv6, from which no other scenario's Service gets an address
    Kind("servicecidrs.v1.networking.k8s.io", "C", main=1, others=False, without=of_controllers("metadata.finalizers"), subresources="status"),
    # bases with an address or a node port would take it from another scenario
    Kind("services.v1", main=11, subresources="status", skip=r'"10\.0\.0\.|nodePort"|NodePort|LoadBalancer'),
    Kind("statefulsets.v1.apps", subresources="status scale"),
    Kind("storageclasses.v1.storage.k8s.io", "C", main=1, others=False),
    Kind("validatingadmissionpolicies.v1.admissionregistration.k8s.io", "C", others=False, subresources="status"),
    Kind("validatingadmissionpolicybindings.v1.admissionregistration.k8s.io", "C", others=False),
    Kind("validatingwebhookconfigurations.v1.admissionregistration.k8s.io", "C", others=False),
    Kind("volumeattachments.v1.storage.k8s.io", "C", subresources="status"),
    Kind("volumeattributesclasses.v1.storage.k8s.io", "C"),
]


class Course:
    """The scenario of one kind."""

    def __init__(self, t, kind):
        self.t, self.kind = t, kind
        t.reuse = t.distinct = t.one_uid = True
        t.without = kind.without
        self.bases, self.vectors = _vectors.read(kind.file, MOST)
        for base in self.bases:
            for about in ("involvedObject", "regarding"):  # an event is in the namespace of what it is about
                if base["object"].get(about, {}).get("namespace"):
                    base["object"][about]["namespace"] = "{ns}"
        self.body = self.named(kind.main)
        self.body["metadata"]["labels"] = {**self.body["metadata"].get("labels", {}), "judge": "one"}
        self.name = self.body["metadata"]["name"]
        self.one = f"{kind.collection}/{self.name}"

    def named(self, base):
        """A base under a name of this run; addresses are names and stay."""
        body = json.loads(json.dumps(self.bases[base]["object"]))
        if not self.kind.namespaced and self.kind.plural != "ipaddresses":
            body["metadata"]["name"] += "-{id}"
        elif base != self.kind.main and body["metadata"]["name"] == self.bases[self.kind.main]["object"]["metadata"]["name"]:
            body["metadata"]["name"] += "2"
        if self.kind.plural == "pods":  # the records are of a server without the ServiceAccount admission plugin
            body["spec"].setdefault("serviceAccountName", "default")
            body["spec"].setdefault("serviceAccount", body["spec"]["serviceAccountName"])
        return body

    def usable(self, base):
        return "errors" not in self.bases[base] and not (
            self.kind.skip and re.search(self.kind.skip, json.dumps(self.bases[base]["object"])))

    # -- asking ---------------------------------------------------------------------------------------------
    def create(self, label, body, query=DRY, content_type="application/json"):
        return self.t.post("create: " + label, f"{self.kind.collection}?{query}", body, headers={"Content-Type": content_type})

    def put(self, label, body, query=DRY, path=None):
        return self.t.put("update: " + label, f"{path or self.one}?{query}", body)

    def patch(self, form, label, body, query=DRY, path=None):
        types = {"json": "json-patch+json", "merge": "merge-patch+json", "strategic": "strategic-merge-patch+json",
                 "apply": "apply-patch+yaml"}
        return self.t.ask(f"{form}: {label}", "PATCH", f"{path or self.one}?{query}", body,
                          headers={"Content-Type": "application/" + types[form]})

    def apply(self, label, body, manager="two", query=DRY, path=None):
        return self.patch("apply", label, body, f"fieldManager={manager}&{query}", path)

    def current(self, path=None):
        """The object as it is, as a client would send it back."""
        body = self.t.send("GET", path or self.one).json
        body["metadata"].pop("managedFields", None)
        return body

    # -- the course -----------------------------------------------------------------------------------------
    def run(self):
        t = self.t
        if self.kind.namespaced:
            t.make_namespace()
        self.creates()
        t.aliases["11111111-2222-3333-4444-555555555555"] = "<another>"
        r = self.create("good", self.body, "fieldManager=one")
        t.aliases[r.uid] = "<its uid>"
        if not self.kind.namespaced:
            t.cleanup.append(t.fill(self.one))
        t.get("as it is", self.one)
        self.create("it exists", self.body)
        self.updates()
        self.patches()
        self.applies()
        self.judged_updates()
        for subresource in self.kind.subresources:
            getattr(_subresources, subresource)(self)
        t.get("what is left", self.one)
        self.deletes()

    def creates(self):
        body = self.body
        self.create("dry", body)
        self.create("in YAML", _wrong.yaml(body) + "\n", content_type="application/yaml")
        for label, made in _wrong.identities(body, self.kind.namespaced):
            self.create(label, made)
        for label, made in _wrong.forged(body):
            if made["metadata"].get("resourceVersion") is None:  # which kube-apiserver overlooks in a dry run
                self.create(label, made)
        for label, made in _wrong.wrong_types(body):
            self.create(label, made)
        for level in ("Strict", "Warn", "Ignore", "Bogus"):
            query = f"{DRY}&fieldValidation={level}"
            for label, made in (*_wrong.strange(body), *_wrong.doubled(body)):
                if level != "Bogus":
                    self.create(f"{level} {label}", made, query)
            self.create(level + " an unknown field, and a bad label",
                        changed(changed(body, ["bogus"], 1), ["metadata", "labels"], {"a": "b c"}), query)
        self.create("an unknown field in YAML", _wrong.yaml({**body, "bogus": 1}), content_type="application/yaml")
        for label, made, content_type in _wrong.garbage():
            self.create(label, made, content_type=content_type)
        for label, raw in (("nothing", b""), ("garbage", b"\xff\xff"), ("a name only", b"\x0a\x03\x0a\x01x"), ("cut off", b"\x0a\x20\x0a")):
            self.create("protobuf of " + label, _wrong.protobuf(body["apiVersion"], body["kind"], raw),
                        content_type="application/vnd.kubernetes.protobuf")
        self.create("protobuf of another kind", _wrong.protobuf("v1", "Bogus", b""), content_type="application/vnd.kubernetes.protobuf")
        for v in self.vectors.get("create", ()):
            if self.usable(v.base):
                self.create(f"{v.base} {v}", v.change(self.bases[v.base]["object"]))

    def updates(self):
        now = self.current
        self.put("good", changed(now(), ["metadata", "labels", "judge"], "put"), "fieldManager=one")
        self.put("nothing changed", now(), "fieldManager=other")
        for label, path, value in (
                ("no version", ["metadata", "resourceVersion"], GONE), ("an old version", ["metadata", "resourceVersion"], "1"),
                ("version 0", ["metadata", "resourceVersion"], "0"), ("version 5", ["metadata", "resourceVersion"], 5),
                ("another name", ["metadata", "name"], "other"), ("no name", ["metadata", "name"], GONE),
                ("another uid", ["metadata", "uid"], "11111111-2222-3333-4444-555555555555"),
                ("another creationTimestamp", ["metadata", "creationTimestamp"], "2020-01-01T00:00:00Z"),
                ("another generation", ["metadata", "generation"], 99),
                ("a deletionTimestamp", ["metadata", "deletionTimestamp"], "2020-01-01T00:00:00Z"),
                ("a bad annotation", ["metadata", "annotations"], {"a b": "c"}),
                ("a bad finalizer", ["metadata", "finalizers"], ["bad"]),
                ("forged managedFields", ["metadata", "managedFields"], [{"manager": "x"}])):
            self.put(label, changed(now(), path, value))
        for label, made in _wrong.identities(now(), self.kind.namespaced):
            self.put(label, made)
        for label, made in _wrong.wrong_types(self.body, 1):
            self.put(label, made)
        for level in ("Strict", "Warn", "Ignore"):
            for label, made in _wrong.strange(now()):
                self.put(f"{level} {label}", made, f"{DRY}&fieldValidation={level}")
        missing = self.kind.collection + "/missing"
        self.put("of nothing", changed(self.body, ["metadata", "name"], "missing"), path=missing)
        self.put("of nothing, with a version", changed(now(), ["metadata", "name"], "missing"), path=missing)
        self.put("text", "x")
        self.put("null", "null")

    def patches(self):
        labels = "/metadata/labels/judge"
        self.patch("json", "good", [{"op": "test", "path": labels, "value": "put"}, {"op": "replace", "path": labels, "value": "json"}], "")
        self.patch("merge", "good", {"metadata": {"labels": {"judge": "merge", "more": "x"}}}, "")
        self.patch("strategic", "good", {"metadata": {"labels": {"judge": "strategic", "more": None}}}, "")
        for label, made in (
                ("a test that fails", [{"op": "test", "path": labels, "value": "other"}]),
                ("a place that is not there", [{"op": "remove", "path": "/metadata/labels/none"}]),
                ("a parent that is not there", [{"op": "add", "path": "/none/none", "value": 1}]),
                ("an unknown operation", [{"op": "bogus", "path": labels}]), ("no operation", [{"path": labels}]),
                ("no path", [{"op": "add", "value": 1}]), ("a path without a slash", [{"op": "add", "path": "x", "value": 1}]),
                ("no value", [{"op": "add", "path": labels}]), ("null", [{"op": "add", "path": labels, "value": None}]),
                ("a number", [{"op": "add", "path": labels, "value": 5}]), ("an object", {"op": "add"}), ("text", '"x"'),
                ("what breaks off", "["), ("another name", [{"op": "replace", "path": "/metadata/name", "value": "other"}]),
                ("another kind", [{"op": "replace", "path": "/kind", "value": "Bogus"}]),
                ("an old version", [{"op": "add", "path": "/metadata/resourceVersion", "value": "1"}]),
                ("a bad label", [{"op": "add", "path": labels, "value": "a b"}]),
                ("all gone", [{"op": "remove", "path": "/metadata"}]), ("another root", [{"op": "replace", "path": "", "value": {}}]),
                ("an unknown field", [{"op": "add", "path": "/bogus", "value": 1}]),
                ("moved and copied", [{"op": "copy", "from": labels, "path": "/metadata/labels/copy"},
                                      {"op": "move", "from": labels, "path": "/metadata/labels/moved"}]),
                ("10001 operations", [{"op": "test", "path": labels, "value": "strategic"}] * 10001)):
            self.patch("json", label, made)
        self.patch("json", "Strict an unknown field", [{"op": "add", "path": "/bogus", "value": 1}], DRY + "&fieldValidation=Strict")
        for form in ("merge", "strategic"):
            for label, made in (
                    ("nothing", {}), ("null", "null"), ("a list", "[]"), ("text", '"x"'), ("what breaks off", "{"), ("empty", ""),
                    ("another name", {"metadata": {"name": "other"}}), ("another kind", {"kind": "Bogus"}),
                    ("another apiVersion", {"apiVersion": "x/v1"}), ("another uid", {"metadata": {"uid": "x"}}),
                    ("an old version", {"metadata": {"resourceVersion": "1"}}), ("no version", {"metadata": {"resourceVersion": None}}),
                    ("no metadata", {"metadata": None}), ("metadata []", {"metadata": []}), ("no name", {"metadata": {"name": None}}),
                    ("labels text", {"metadata": {"labels": "x"}}), ("label 5", {"metadata": {"labels": {"a": 5}}}),
                    ("a bad label", {"metadata": {"labels": {"a": "b c"}}}), ("another namespace", {"metadata": {"namespace": "other"}}),
                    ("a bad owner", {"metadata": {"ownerReferences": [{"uid": "x"}]}}),
                    ("a key twice", '{"metadata": {"labels": {"a": "1", "a": "2"}}}'),
                    ("deletionTimestamp", {"metadata": {"deletionTimestamp": "2026-01-02T03:04:05Z"}}),
                    ("an unknown field", {"bogus": 1}), ("an unknown directive", {"$patch": "bogus"}),
                    ("replaced", {"metadata": {"$patch": "replace", "labels": {"a": "b"}}}), ("deleted", {"$patch": "delete"}),
                    ("kept keys", {"metadata": {"labels": {"$retainKeys": ["a"], "a": "b"}}}),
                    ("an order of nothing", {"metadata": {"$setElementOrder/finalizers": ["x"]}}),
                    ("deleted from a list", {"metadata": {"$deleteFromPrimitiveList/finalizers": ["x"]}})):
                self.patch(form, label, made)
            for level in ("Strict", "Ignore"):
                self.patch(form, level + " an unknown field", {"bogus": 1}, f"{DRY}&fieldValidation={level}")
                self.patch(form, level + " a key twice", '{"metadata": {"labels": {"a": "1", "a": "2"}}}', f"{DRY}&fieldValidation={level}")
            for path, kind in list(_wrong.places(self.body))[:40]:
                if kind in ("list", "object", "number") and path[0] != "metadata" and all(isinstance(k, str) for k in path):
                    for other in _wrong.OTHERS[kind][:3] + [None]:
                        self.patch(form, f"{'.'.join(path)} {json.dumps(other)}", nested(path, other))
        self.patch("merge", "of nothing", {}, path=self.kind.collection + "/missing")
        self.patch("strategic", "of nothing", {}, path=self.kind.collection + "/missing")
        self.patch("json", "of nothing", [], path=self.kind.collection + "/missing")

    def applies(self):
        self.apply("a conflict", self.body)
        self.apply("a conflict by force", self.body, query="force=true")
        self.apply("again", self.body, query="")
        self.apply("a bad label", changed(self.body, ["metadata", "labels", "judge"], "a b"))
        self.apply("without a manager", self.body, manager="")
        self.apply("of a bad manager", self.body, manager="a%07b")
        self.apply("with a manager of 129 letters", self.body, manager="m" * 129)
        self.apply("force=maybe", self.body, query=DRY + "&force=maybe")
        for label, made in _wrong.identities(self.body, self.kind.namespaced):
            self.apply(label, made, query=DRY + "&force=true")
        for label, made in _wrong.forged(self.body):
            self.apply(label, made, query=DRY + "&force=true")
        for label, made in _wrong.wrong_types(self.body, 1):
            self.apply(label, made, query=DRY + "&force=true")
        for level in ("Strict", "Warn", "Ignore"):
            for label, made in (*_wrong.strange(self.body), *_wrong.doubled(self.body)):
                self.apply(f"{level} {label}", made, query=f"{DRY}&force=true&fieldValidation={level}")
        self.apply("in YAML", _wrong.yaml(self.body), query=DRY + "&force=true")
        for label, made in (("empty", ""), ("text", "x"), ("null", "null"), ("a list", "[]"), ("{}", "{}"), ("what breaks off", "{"), ("a tab", "a:\n\tb: 1")):
            self.apply(label, made)
        fresh = changed(self.body, ["metadata", "name"], "fresh-{id}")
        self.apply("of what is not there", fresh, path=self.kind.collection + "/fresh-{id}")
        self.apply("of what is not there, with a uid", changed(fresh, ["metadata", "uid"], "x"), path=self.kind.collection + "/fresh-{id}")

    def judged_updates(self):
        """The chosen updates of the main base in each way of writing, by turns; those of two others by PUT."""
        ways, others = ["put", "merge", "json", "strategic", "apply"], []
        for turn, v in enumerate(self.vectors.get("update", ())):
            if v.base == self.kind.main:
                self.judged(ways[turn % len(ways)], v)
            elif self.kind.others and self.usable(v.base) and (v.base in others or len(others) < 2):
                if v.base not in others:
                    others.append(v.base)
                    self.create(f"base {v.base}", self.named(v.base), "fieldManager=one")
                    if not self.kind.namespaced:
                        self.t.cleanup.append(self.t.fill(f"{self.kind.collection}/{self.named(v.base)['metadata']['name']}"))
                path = f"{self.kind.collection}/{self.named(v.base)['metadata']['name']}"
                made = v.change(self.current(path))
                if made:
                    self.put(f"{v.base} {v}", made, path=path)

    def judged(self, way, v):
        now = self.current()
        made = v.change(now)
        if not made:
            return
        if way == "json":
            pointer = "/" + "/".join(str(k).replace("~", "~0").replace("/", "~1") for k in v.path)
            op = {"op": "remove", "path": pointer} if v.value is GONE else {"op": "add", "path": pointer, "value": v.value}
            if v.value is not GONE and isinstance(v.path[-1], int):
                op["op"] = "replace"
            self.patch("json", str(v), [op])
        elif way in ("merge", "strategic") and all(isinstance(k, str) for k in v.path):
            self.patch(way, str(v), nested(v.path, None if v.value is GONE else v.value))
        elif way == "apply":
            for field in ("resourceVersion", "creationTimestamp", "uid", "generation"):
                made["metadata"].pop(field, None)
            self.apply(str(v), made, query=DRY + "&force=true")
        else:
            self.put(str(v), made)

    def deletes(self):
        t = self.t
        for label, made in (("text", '"x"'), ("a list", "[]"), ("another kind", {"kind": "Pod", "apiVersion": "v1"}),
                            ("another uid", {"preconditions": {"uid": "x"}}), ("an old version", {"preconditions": {"resourceVersion": "1"}}),
                            ("a bad policy", {"propagationPolicy": "Bogus"}), ("grace -1", {"gracePeriodSeconds": -1}),
                            ("grace text", {"gracePeriodSeconds": "x"}), ("an unknown dryRun", {"dryRun": ["Some"]}),
                            ("an unknown field", {"bogus": 1}), ("both policies", {"orphanDependents": True, "propagationPolicy": "Orphan"})):
            if isinstance(made, dict):  # options in a body replace those of the query
                made = {"dryRun": ["All"], **made}
            t.delete("delete: " + label, f"{self.one}?{DRY}", made)
        t.delete("delete: good", self.one + "?gracePeriodSeconds=0")


def nested(path, value):
    """The merge patch that sets one place."""
    for key in reversed(path):
        value = {key: value}
    return value


def register(kind):
    def course(t):
        Course(t, kind).run()

    course.__doc__ = f"{kind.plural} of {kind.api}: good and bad input in every way of writing."
    scenario(kind.name, packed=True)(course)


for every in KINDS:
    register(every)
