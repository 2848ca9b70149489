"""CustomResourceDefinitions: their life, names, conditions, discovery, OpenAPI, and what is refused of them."""
import json
import time

from harness import scenario

from cases._custom import (AGGREGATED, ANY, APPLY, DEFINITIONS, GROUP, JSONPATCH, MERGE, META, STRATEGIC, TABLE, YAML, at, blank, change,
                           conditions, copy, custom, definition, dry, gone, lst, obj, path_of, prepare, put, schema, serve, set_at, settled, text, until,
                           version, wait_served, whole)


def custom_scenario(name):
    return scenario(name, packed=True, worded=True)


def discovered(t, label, group=GROUP, version="v1"):
    """What the discovery documents tell of a group."""
    t.get(label + ": group", f"/apis/{group}")
    t.get(label + ": version", f"/apis/{group}/{version}")
    r = t.send("GET", "/apis")
    t.note(label + ": groups", [g for g in r.json["groups"] if g["name"] == t.fill(group)])
    r = t.send("GET", "/apis", headers=AGGREGATED)
    t.note(label + ": aggregated", [blank(g, "creationTimestamp") for g in r.json["items"] if g["metadata"]["name"] == t.fill(group)])


def in_aggregated(t, group=GROUP, there=True):
    until(t, "/apis", lambda r: any(g["metadata"]["name"] == t.fill(group) for g in r.json["items"]) == there, headers=AGGREGATED)
    until(t, "/apis", lambda r: any(g["name"] == t.fill(group) for g in r.json["groups"]) == there)


@custom_scenario("custom-life")
def life(t):
    """A definition from its creation to its deletion, and again under the same name."""
    t.make_namespace()
    d = definition("widgets", version(schema=schema(size=whole(minimum=1), color=text(default="red"))),
                   names={"shortNames": ["wg", "wgt"], "categories": ["all", "things"]}, meta={"labels": {"a": "b"}, "annotations": {"n": "o"}})
    widgets = at("widgets")
    discovered(t, "before")
    t.get("list before", widgets)
    t.get("object before", widgets + "/a")
    t.post("create before", widgets, custom("Widget", "a"))
    t.get("definition before", path_of(d))
    t.post("dry run", dry(DEFINITIONS), d)
    t.get("definition after the dry run", path_of(d))
    serve(t, d, "definition")
    in_aggregated(t)
    t.post("definition again", DEFINITIONS, d)
    t.get("established", path_of(d))
    t.get("its status", path_of(d) + "/status")
    discovered(t, "served")
    t.get("empty list", widgets)
    t.get("of all namespaces", f"/apis/{GROUP}/v1/widgets")
    t.post("create", widgets, custom("Widget", "a", {"size": 3}))
    t.post("create again", widgets, custom("Widget", "a", {"size": 3}))
    t.get("object", widgets + "/a")
    t.get("missing", widgets + "/b")
    t.get("missing resource of the group", at("gadgets"))
    t.get("missing version of the group", at("widgets", "v2"))
    t.get("missing subresource", widgets + "/a/status")
    put(t, "put to a subresource that is none", widgets + "/a/status", custom("Widget", "a"))
    t.get("nonsense below", widgets + "/a/b/c")
    t.post("create without a namespace", f"/apis/{GROUP}/v1/widgets", custom("Widget", "b"))
    t.get("one without a namespace", f"/apis/{GROUP}/v1/widgets/a")
    t.delete("all without a namespace", f"/apis/{GROUP}/v1/widgets")
    r = put(t, "update", widgets + "/a", custom("Widget", "a", {"size": 4}))
    put(t, "no change", widgets + "/a", r.json)
    t.put("without a version", widgets + "/a", custom("Widget", "a", {"size": 5}))
    t.put("stale version", widgets + "/a", custom("Widget", "a", {"size": 5}, meta={"resourceVersion": "1"}))
    t.put("version 0", widgets + "/a", custom("Widget", "a", {"size": 5}, meta={"resourceVersion": "0"}))
    t.put("version that is none", widgets + "/a", custom("Widget", "a", {"size": 5}, meta={"resourceVersion": "x"}))
    put(t, "other uid", widgets + "/a", custom("Widget", "a", {"size": 5}, meta={"uid": "11111111-2222-3333-4444-555555555555"}))
    put(t, "other name", widgets + "/a", custom("Widget", "b", {"size": 5}))
    put(t, "other namespace", widgets + "/a", custom("Widget", "a", {"size": 5}, meta={"namespace": "other"}))
    t.put("not there, with a version", widgets + "/b", custom("Widget", "b", {"size": 4}, meta={"resourceVersion": "1"}))
    put(t, "not there", widgets + "/b", custom("Widget", "b", {"size": 4}))
    t.delete("object deleted", widgets + "/a")
    t.post("another", widgets, custom("Widget", "c", {"size": 5}))
    t.delete("definition deleted", path_of(d))
    until(t, path_of(d), lambda r: r.status == 404)
    until(t, widgets, lambda r: r.status == 404)
    in_aggregated(t, there=False)
    until(t, "/apis/" + GROUP + "/v1", lambda r: r.status == 404)
    discovered(t, "after")
    t.get("list after", widgets)
    t.get("object after", widgets + "/c")
    t.get("definition after", path_of(d))
    t.delete("definition deleted again", path_of(d))
    other = definition("widgets", version(schema=schema(size=text())))
    serve(t, other, "definition anew")
    t.get("empty again", widgets)
    t.post("create anew", widgets, custom("Widget", "c", {"size": "big"}))
    t.get("list anew", widgets)


@custom_scenario("custom-names")
def names(t):
    """Names that are taken by another definition of the group, and what happens as they become free."""
    t.make_namespace()
    first = definition("foos", names={"shortNames": ["fo", "f"], "listKind": "FooListing", "categories": ["cats"]}, kind="Foo")
    serve(t, first, "first")
    t.get("first: accepted", path_of(first))
    for label, other in (
            ("the same kind", definition("bars", kind="Foo", names={"singular": "bar"})),
            ("the same list kind", definition("lists", kind="Listed", names={"listKind": "FooListing"})),
            ("the same singular", definition("singles", kind="Single", names={"singular": "foo"})),
            ("the same short name", definition("shorts", kind="Short", names={"shortNames": ["sh", "f"]})),
            ("singular is the plural of another", definition("plurals", kind="Plural", names={"singular": "foos"})),
            ("short name is the plural of another", definition("briefs", kind="Brief", names={"shortNames": ["foos"]})),
            ("plural is the short name of another", definition("fo", kind="Fo")),
            ("kind is the list kind of another", definition("kinds", kind="FooListing")),
            ("several at once", definition("manies", kind="Foo", names={"singular": "foo", "shortNames": ["fo", "f"], "listKind": "FooListing"}))):
        prepare(t, other)
        t.post(label, DEFINITIONS, other, keep=["status"])
        until(t, path_of(other), settled)
        t.get(label + ": settled", path_of(other), keep=["status", "metadata.generation", "metadata.finalizers"])
        t.get(label + ": served?", at(other["spec"]["names"]["plural"]), keep=["kind"])
        t.delete(label + ": deleted", path_of(other))
        until(t, path_of(other), lambda r: r.status == 404)
    later = definition("laters", kind="Later", names={"shortNames": ["fo"]})
    prepare(t, later)
    t.post("later", DEFINITIONS, later, keep=["status"])
    until(t, path_of(later), settled)
    t.get("later: not accepted", path_of(later), keep=["status"])
    t.get("later: discovery", f"/apis/{GROUP}/v1")
    gone(t, first)
    until(t, path_of(later), lambda r: conditions(r).get("Established") == "True")
    t.get("later: accepted", path_of(later), keep=["status"])
    wait_served(t, later)
    discovered(t, "later")
    now = t.send("GET", path_of(later)).json
    now["spec"]["names"]["shortNames"] = ["la", "lat"]
    now["spec"]["names"]["categories"] = ["all"]
    t.put("other short names", path_of(later), now, keep=["status", "metadata.generation"])
    until(t, path_of(later), lambda r: r.json["status"]["acceptedNames"].get("shortNames") == ["la", "lat"])
    until(t, f"/apis/{GROUP}/v1", lambda r: r.json["resources"][0].get("shortNames") == ["la", "lat"])
    t.get("other short names: accepted", path_of(later), keep=["status", "metadata.generation"])
    in_aggregated(t)
    discovered(t, "other short names")
    third = definition("thirds", kind="Third")
    serve(t, third)
    now = t.send("GET", path_of(third)).json
    now["spec"]["names"]["shortNames"] = ["la"]
    t.put("a short name that is taken", path_of(third), now, keep=["status", "metadata.generation"])
    until(t, path_of(third), lambda r: conditions(r).get("NamesAccepted") == "False")
    t.get("a short name that is taken: not accepted, still established", path_of(third), keep=["status"])
    t.get("a short name that is taken: still served", at("thirds"))
    r = t.send("GET", f"/apis/{GROUP}/v1")
    t.note("a short name that is taken: discovery", sorted(r.json["resources"], key=lambda x: x["name"]))  # whose order changes


@custom_scenario("custom-scope")
def scope(t):
    """A resource of the cluster, and requests in the wrong scope."""
    t.make_namespace()
    d = definition("globals", scope="Cluster", kind="Global")
    serve(t, d, "definition")
    globals_ = at("globals", scope="Cluster")
    t.get("version", f"/apis/{GROUP}/v1")
    t.post("create", globals_, custom("Global", "a", {"x": 1}))
    t.post("create with a namespace", globals_, custom("Global", "b", meta={"namespace": "{ns}"}))
    t.get("get", globals_ + "/a")
    t.get("list", globals_)
    t.get("list in a namespace", at("globals"))
    t.get("get in a namespace", at("globals") + "/a")
    t.post("create in a namespace", at("globals"), custom("Global", "c"))
    put(t, "update with a namespace", globals_ + "/a", custom("Global", "a", {"x": 2}, meta={"namespace": "{ns}"}))
    t.delete("delete", globals_ + "/a")
    t.delete("collection", globals_)
    t.get("empty", globals_)


def told(t, label, d):
    """The conditions in the order of their types, if controllers race for them."""
    t.note(label, sorted(t.send("GET", path_of(d)).json["status"]["conditions"], key=lambda c: c["type"]))


@custom_scenario("custom-approval")
def approval(t):
    """Groups of Kubernetes need an approval."""
    group = "a{id}.k8s.io"
    key = "api-approved.kubernetes.io"
    d = definition("protecteds", group=group, kind="Protected")
    t.post("without", DEFINITIONS, d)
    for label, value in (("empty", ""), ("no URL", "nonsense"), ("unapproved without a reason", "unapproved"),
                         ("other scheme", "ftp://x/y"), ("path only", "/a/b"), ("with a reason", "unapproved, experimental-only"),
                         ("a URL", "https://github.com/kubernetes/kubernetes/pull/1")):
        d["metadata"]["annotations"] = {key: value}
        t.post("annotation: " + label, dry(DEFINITIONS), d, keep=["status"])
    serve(t, d)
    until(t, path_of(d), lambda r: "KubernetesAPIApprovalPolicyConformant" in conditions(r))
    told(t, "approved", d)
    t.ask("not any more", "PATCH", path_of(d), {"metadata": {"annotations": {key: "unapproved, testing"}}}, headers=MERGE, keep=["metadata.annotations"])
    until(t, path_of(d), lambda r: conditions(r).get("KubernetesAPIApprovalPolicyConformant") == "False")
    told(t, "not approved", d)
    t.ask("removed", "PATCH", path_of(d), {"metadata": {"annotations": {key: None}}}, headers=MERGE, keep=["metadata.annotations"])
    plain = definition("plains", kind="Plain")
    plain["metadata"]["annotations"] = {key: "unapproved, experimental-only"}
    serve(t, plain)
    t.get("not needed", path_of(plain), keep=["status.conditions"])


@custom_scenario("custom-terminating")
def terminating(t):
    """A definition is deleted while an object has a finalizer."""
    t.make_namespace()
    d = definition("stayers", version(subresources={"status": {}}), kind="Stayer")
    serve(t, d)
    path = at("stayers")
    held = t.post("held", path, custom("Stayer", "held", meta={"finalizers": ["example.com/hold"]}))
    free = t.post("free", path, custom("Stayer", "free"))
    t.delete("definition deleted", path_of(d))
    until(t, path_of(d), lambda r: conditions(r).get("Terminating") == "True")
    until(t, path + "/free", lambda r: r.status == 404)
    until(t, path + "/held", lambda r: r.json["metadata"].get("deletionTimestamp"))
    until(t, path_of(d), lambda r: [c for c in r.json["status"]["conditions"] if c["type"] == "Terminating" and c["reason"] == "InstanceDeletionInProgress"])
    t.get("terminating", path_of(d))
    until(t, f"/apis/{GROUP}/v1", lambda r: "create" not in r.json["resources"][0]["verbs"], seconds=10)
    t.get("discovery", f"/apis/{GROUP}/v1")
    t.post("create", path, custom("Stayer", "new"))
    t.post("create, dry run", dry(path), custom("Stayer", "new"))
    t.ask("apply a new one", "PATCH", path + "/new?fieldManager=m", json.dumps(custom("Stayer", "new")).replace("{id}", t.id), headers=APPLY)
    t.get("get", path + "/held")
    t.get("list", path, keep=["items.metadata.name"])
    t.ask("patch", "PATCH", path + "/held", {"spec": {"x": 1}}, headers=MERGE)
    t.ask("patch of the status", "PATCH", path + "/held/status", {"status": {"x": 1}}, headers=MERGE)
    t.delete("collection", path, keep=["kind", "items.metadata.name"])
    t.delete("definition deleted again", path_of(d), keep=["metadata.deletionTimestamp", "metadata.finalizers"])
    t.post("definition again", DEFINITIONS, d)
    t.ask("definition changed", "PATCH", path_of(d), {"metadata": {"labels": {"a": "b"}}}, headers=MERGE, keep=["metadata.labels", "metadata.generation"])
    t.ask("let go", "PATCH", path + "/held", {"metadata": {"finalizers": None}}, headers=MERGE)
    until(t, path_of(d), lambda r: r.status == 404)
    until(t, path, lambda r: r.status == 404)
    t.get("gone", path)
    serve(t, d)
    t.get("anew", path, keep=["kind", "items"])


@custom_scenario("custom-deleting")
def deleting(t):
    """Ways of deleting a definition."""
    t.make_namespace()
    for label, query, body in (("plain", "", None), ("foreground", "?propagationPolicy=Foreground", None), ("background", "?propagationPolicy=Background", None),
                               ("orphan", "?propagationPolicy=Orphan", None), ("dry run", "?dryRun=All", None),
                               ("wrong uid", "", {"preconditions": {"uid": "11111111-2222-3333-4444-555555555555"}}),
                               ("wrong version", "", {"preconditions": {"resourceVersion": "1"}}), ("grace", "?gracePeriodSeconds=5", None),
                               ("nonsense", "?propagationPolicy=Nonsense", None)):
        name = label.replace(" ", "")
        d = definition(name + "s", kind=name.capitalize())
        d["metadata"]["labels"] = {"scenario": "deleting-{id}"}
        serve(t, d)
        t.send("POST", at(name + "s"), custom(name.capitalize(), "a"))
        t.delete(label, path_of(d) + query, body)
        if label in ("plain", "foreground", "background", "orphan", "grace"):
            until(t, path_of(d), lambda r: r.status == 404)
        t.get(label + ": afterwards", path_of(d), keep=["metadata.finalizers", "spec.names.kind"])
    t.delete("collection", DEFINITIONS + "?labelSelector=scenario%3Ddeleting-{id}", keep=["kind", "items.metadata.name"])
    until(t, DEFINITIONS + "?labelSelector=scenario%3Ddeleting-{id}", lambda r: not r.json["items"])
    t.get("none left", DEFINITIONS + "?labelSelector=scenario%3Ddeleting-{id}", keep=["kind", "items"])


@custom_scenario("custom-watches-end")
def watches_end(t):
    """Watches of objects and of definitions as a definition is deleted."""
    t.make_namespace()
    d = definition("watcheds", kind="Watched")
    serve(t, d)
    path = at("watcheds")
    # One object: those of a definition that goes are deleted in no order.
    rv = t.send("POST", path, custom("Watched", "a", {"n": "a"})).rv
    t.watch("objects", f"{path}?watch=1&resourceVersion={rv}", want=2, seconds=8, keep=["kind", "metadata.name", "spec"],
            do=lambda: t.delete("deleted", path_of(d), keep=["kind"]))
    until(t, path_of(d), lambda r: r.status == 404)
    until(t, path, lambda r: r.status == 404)
    t.watch("a watch afterwards", path + "?watch=1&timeoutSeconds=1")
    serve(t, d)
    t.watch("a watch anew from the old version", f"{path}?watch=1&timeoutSeconds=1&resourceVersion={rv}", keep=["kind", "metadata.name"])


def writes_base():
    return definition("writes", version(schema=schema(size=whole()), additionalPrinterColumns=[{"name": "Size", "type": "integer", "jsonPath": ".spec.size"}],
                                        subresources={"status": {}}), kind="Write")


@custom_scenario("custom-definition-writes")
def definition_writes(t):
    """Updates, patches and applies of a definition, its status, and its generation."""
    t.make_namespace()
    t.one_uid = True
    d = writes_base()
    serve(t, d, "create")
    path = path_of(d)
    now = t.get("now", path)
    t.put("no change", path, now.json, keep=["metadata.generation", "metadata.resourceVersion"])
    t.put("without a version", path, d)
    t.put("stale version", path, {**now.json, "metadata": {**now.json["metadata"], "resourceVersion": "1"}})
    t.put("status by the main resource", path, {**now.json, "status": {"storedVersions": ["v1"], "conditions": [], "acceptedNames": {"plural": "x", "kind": "X"}}},
          keep=["status", "metadata.generation"])
    for label, where, value in (
            ("scope", "spec.scope", "Cluster"), ("group", "spec.group", "other.example.com"), ("plural", "spec.names.plural", "others"),
            ("kind", "spec.names.kind", "Other"), ("singular", "spec.names.singular", "other"), ("list kind", "spec.names.listKind", "OtherList"),
            ("no version", "spec.versions", []), ("no storage", "spec.versions.0.storage", False), ("not served", "spec.versions.0.served", False),
            ("other version", "spec.versions.0.name", "v2"), ("no schema", "spec.versions.0.schema", None), ("conversion", "spec.conversion", {"strategy": "None"}),
            ("webhook without its data", "spec.conversion", {"strategy": "Webhook"}), ("unknown strategy", "spec.conversion", {"strategy": "Magic"}),
            ("preserveUnknownFields", "spec.preserveUnknownFields", True), ("labels", "metadata.labels", {"x": "!"}), ("name", "metadata.name", "others.{id}.example.com")):
        body = set_at({**d, "metadata": {"name": d["metadata"]["name"], "resourceVersion": now.rv}}, where, value)
        body["metadata"].pop("resourceVersion")
        fresh = t.send("GET", path)
        body["metadata"]["resourceVersion"] = fresh.rv
        t.put("changed " + label, dry(path), body, keep=["spec", "metadata.generation", "status.storedVersions"])
    t.ask("merge patch", "PATCH", path, {"spec": {"names": {"shortNames": ["w"]}}}, headers=MERGE, keep=["spec.names", "metadata.generation"])
    until(t, path, lambda r: r.json["status"]["acceptedNames"].get("shortNames") == ["w"])
    t.ask("merge patch of the status", "PATCH", path, {"status": {"storedVersions": ["v9"]}}, headers=MERGE, keep=["status.storedVersions", "metadata.generation"])
    t.ask("JSON patch", "PATCH", path, [{"op": "add", "path": "/spec/names/categories", "value": ["all"]}], headers=JSONPATCH, keep=["spec.names", "metadata.generation"])
    until(t, path, lambda r: r.json["status"]["acceptedNames"].get("categories") == ["all"])
    t.ask("JSON patch, bad", "PATCH", path, [{"op": "replace", "path": "/spec/scope", "value": "Elsewhere"}], headers=JSONPATCH)
    t.ask("strategic patch", "PATCH", path, {"spec": {"names": {"shortNames": ["ww"]}}}, headers=STRATEGIC, keep=["spec.names", "metadata.generation"])
    until(t, path, lambda r: r.json["status"]["acceptedNames"].get("shortNames") == ["ww"])
    t.ask("strategic patch of versions", "PATCH", path + "?dryRun=All", {"spec": {"versions": [{"name": "v2"}]}}, headers=STRATEGIC)
    t.ask("apply", "PATCH", path + "?fieldManager=app", json.dumps({"apiVersion": d["apiVersion"], "kind": d["kind"], "metadata": {
        "name": t.fill(d["metadata"]["name"]), "labels": {"applied": "yes"}}}), headers=APPLY, keep=["metadata.labels", "metadata.managedFields"])
    t.ask("apply a conflict", "PATCH", path + "?fieldManager=app", json.dumps({"apiVersion": d["apiVersion"], "kind": d["kind"], "spec": {"scope": "Cluster"}}), headers=APPLY)
    whole_ = copy(t.fill(d))
    whole_["metadata"] = {"name": whole_["metadata"]["name"]}
    t.ask("apply versions by another", "PATCH", path + "?fieldManager=other&force=true", json.dumps(whole_), headers=APPLY, keep=["metadata.managedFields", "metadata.generation"])
    fresh = t.send("GET", path).json
    t.put("status: other stored versions", dry(path + "/status"), {**fresh, "status": {**fresh["status"], "storedVersions": ["v1", "v2"]}})
    t.put("status: no stored versions", dry(path + "/status"), {**fresh, "status": {**fresh["status"], "storedVersions": []}})
    t.put("status: without the stored one", dry(path + "/status"), {**fresh, "status": {**fresh["status"], "storedVersions": ["v2"]}})
    t.put("status: spec is kept", dry(path + "/status"), set_at(fresh, "spec.names.shortNames", ["zz"]), keep=["spec.names", "metadata.generation"])
    t.put("status: a condition", path + "/status", {**fresh, "status": {**fresh["status"], "conditions": fresh["status"]["conditions"] + [
        {"type": "Mine", "status": "True", "reason": "R", "message": "m", "lastTransitionTime": "2020-01-01T00:00:00Z"}]}}, keep=["status.conditions"])
    t.put("status: a bad condition", dry(path + "/status"), {**fresh, "status": {**fresh["status"], "conditions": [{"type": "Mine"}]}})
    t.ask("status: patch", "PATCH", path + "/status", {"status": {"acceptedNames": {"shortNames": ["ww"]}}}, headers=MERGE, keep=["status.acceptedNames"])
    t.get("as a table", path, headers=TABLE)
    t.get("metadata only", path, headers=META)
    t.get("by name", DEFINITIONS + "?fieldSelector=metadata.name%3D" + d["metadata"]["name"], keep=["kind", "items.metadata.name"])
    t.get("by another field", DEFINITIONS + "?fieldSelector=spec.group%3Dx")


@custom_scenario("custom-definition-bodies")
def definition_bodies(t):
    """Bodies of definitions that cannot be read, unknown fields, and YAML."""
    t.all_warnings = True
    d = t.fill(writes_base())
    unknown = set_at(set_at(set_at(d, "spec.nope", 1), "spec.versions.0.schema.openAPIV3Schema.properties.spec.bogus", True), "metadata.nope", 1)
    for mode in ("", "Ignore", "Warn", "Strict"):
        t.post(f"unknown fields, {mode or 'default'}", dry(DEFINITIONS + ("?fieldValidation=" + mode if mode else "")), unknown, keep=["spec"])
    twice = json.dumps(d).replace('"scope": "Namespaced"', '"scope": "Cluster", "scope": "Namespaced"')
    for mode in ("", "Strict"):
        t.post(f"a field twice, {mode or 'default'}", dry(DEFINITIONS + ("?fieldValidation=" + mode if mode else "")), twice, keep=["spec.scope"])
    text_ = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: yamls.%s.example.com}
spec:
  group: %s.example.com
  scope: Namespaced
  names: {plural: yamls, kind: Yaml}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, additionalProperties: {type: integer}}
          on: {type: boolean}
""" % (t.id, t.id)
    t.post("YAML", dry(DEFINITIONS), text_, headers=YAML)
    for label, where, value in (
            ("versions is an object", "spec.versions", {}), ("names is a list", "spec.names", []), ("scope is a number", "spec.scope", 5),
            ("served is a string", "spec.versions.0.served", "true"), ("maximum is a string", "spec.versions.0.schema.openAPIV3Schema.maximum", "5"),
            ("minLength is a float", "spec.versions.0.schema.openAPIV3Schema.minLength", 1.5), ("required is a string", "spec.versions.0.schema.openAPIV3Schema.required", "spec"),
            ("items is a list", "spec.versions.0.schema.openAPIV3Schema.properties.spec.items", [{"type": "object"}]),
            ("items is a string", "spec.versions.0.schema.openAPIV3Schema.properties.spec.items", "x"),
            ("additionalProperties is a string", "spec.versions.0.schema.openAPIV3Schema.properties.spec.additionalProperties", "x"),
            ("additionalProperties is true", "spec.versions.0.schema.openAPIV3Schema.properties.spec", {"type": "object", "additionalProperties": True}),
            ("additionalProperties is false", "spec.versions.0.schema.openAPIV3Schema.properties.spec", {"type": "object", "additionalProperties": False}),
            ("dependencies", "spec.versions.0.schema.openAPIV3Schema.properties.spec.dependencies", {"a": ["b"]}),
            ("definitions", "spec.versions.0.schema.openAPIV3Schema.definitions", {"a": {"type": "string"}}),
            ("a property is null", "spec.versions.0.schema.openAPIV3Schema.properties", {"spec": None}),
            ("openAPIV3Schema is a list", "spec.versions.0.schema.openAPIV3Schema", []),
            ("columns is an object", "spec.versions.0.additionalPrinterColumns", {}),
            ("priority is a string", "spec.versions.0.additionalPrinterColumns.0.priority", "1"), ("metadata is a list", "metadata", []), ("spec is null", "spec", {}),
            ("no spec", "spec", None), ("kind", "kind", "Other"), ("apiVersion v1beta1", "apiVersion", "apiextensions.k8s.io/v1beta1")):
        t.post(label, dry(DEFINITIONS), set_at(d, where, value), keep=["spec.versions"])
    t.post("v1beta1", "/apis/apiextensions.k8s.io/v1beta1/customresourcedefinitions", d)
    t.post("empty", DEFINITIONS, "")
    t.post("a list", DEFINITIONS, "[]")
    t.post("generateName", dry(DEFINITIONS), {**d, "metadata": {"generateName": "Bad_"}}, keep=["kind"])


S = "spec.versions.0.schema.openAPIV3Schema"
P = S + ".properties.spec.properties"

FAULTS = (
    ("no group", "spec.group", ""), ("bad group", "spec.group", "Bad_Group"), ("group without a dot", "spec.group", "nodots"), ("no plural", "spec.names.plural", ""),
    ("upper case plural", "spec.names.plural", "Writes"), ("no kind", "spec.names.kind", ""), ("lower case kind", "spec.names.kind", "write"),
    ("kind with a space", "spec.names.kind", "A B"), ("list kind is the kind", "spec.names.listKind", "Write"), ("upper case singular", "spec.names.singular", "Write"),
    ("bad short name", "spec.names.shortNames", ["OK?"]), ("bad category", "spec.names.categories", ["A b"]), ("no scope", "spec.scope", ""), ("bad scope", "spec.scope", "Galaxy"),
    ("no versions", "spec.versions", []), ("bad version", "spec.versions.0.name", "V1!"), ("two storage", "spec.versions.1", version("v2")),
    ("a version twice", "spec.versions.1", version("v1", storage=False)), ("no storage", "spec.versions.0.storage", False), ("no schema", "spec.versions.0.schema", {}),
    ("schema of no type", S, {"properties": {"spec": {"type": "object"}}}), ("schema of a string", S, {"type": "string"}), ("nullable root", S + ".nullable", True),
    ("no type inside", P + ".a", {"description": "x"}), ("unknown type", P + ".a", {"type": "text"}), ("array without items", P + ".a", {"type": "array"}),
    ("items forbidden outside arrays", P + ".a", {"type": "object", "items": {"type": "string"}}), ("$ref", P + ".a", {"$ref": "#/definitions/x"}),
    ("$ref beside", P + ".a", {"type": "object", "$ref": "#/definitions/x"}), ("uniqueItems", P + ".a", {"type": "array", "items": {"type": "string"}, "uniqueItems": True}),
    ("properties and additionalProperties", P + ".a", {"type": "object", "properties": {"x": {"type": "string"}}, "additionalProperties": {"type": "string"}}),
    ("additionalProperties at the root", S, {"type": "object", "additionalProperties": {"type": "string"}}),
    ("patternProperties", P + ".a", {"type": "object", "patternProperties": {"a": {"type": "string"}}}), ("id", P + ".a", {"type": "string", "id": "x"}),
    ("bad pattern", P + ".a", {"type": "string", "pattern": "("}), ("lookahead", P + ".a", {"type": "string", "pattern": "a(?=b)"}), ("backreference", P + ".a", {"type": "string", "pattern": "(a)\\1"}),
    ("unknown format", P + ".a", {"type": "string", "format": "zip"}), ("type in a oneOf", P + ".a", {"type": "object", "oneOf": [{"type": "object"}]}),
    ("description in a not", P + ".a", {"type": "string", "not": {"description": "x", "pattern": "a"}}), ("default in an allOf", P + ".a", {"type": "string", "allOf": [{"default": "x"}]}),
    ("additionalProperties in an anyOf", P + ".a", {"type": "object", "anyOf": [{"additionalProperties": {"pattern": "x"}}]}),
    ("property only in a oneOf", P + ".a", {"type": "object", "oneOf": [{"properties": {"x": {"pattern": "a"}}}]}),
    ("items only in an anyOf", P + ".a", {"type": "object", "anyOf": [{"items": {"pattern": "a"}}]}),
    ("required of what is not specified", P + ".a", {"type": "object", "required": ["b"]}),
    ("default of a wrong type", P + ".a", {"type": "string", "default": 5}), ("default against a pattern", P + ".a", {"type": "string", "pattern": "^a", "default": "b"}),
    ("default with an unknown field", P + ".a", {"type": "object", "properties": {"x": {"type": "string"}}, "default": {"y": 1}}),
    ("default is null", P + ".a", {"type": "string", "default": None, "nullable": True}), ("default at the root", S + ".default", {}),
    ("default in metadata", S + ".properties.metadata", {"type": "object", "properties": {"name": {"type": "string", "default": "x"}}}),
    ("metadata with more than names", S + ".properties.metadata", {"type": "object", "properties": {"labels": {"type": "object"}}}),
    ("metadata with a pattern for names", S + ".properties.metadata", {"type": "object", "properties": {"name": {"type": "string", "pattern": "^a"}}}),
    ("apiVersion is a number", S + ".properties.apiVersion", {"type": "integer"}), ("kind is an object", S + ".properties.kind", {"type": "object"}),
    ("metadata is a string", S + ".properties.metadata", {"type": "string"}), ("int-or-string with a type", P + ".a", {"type": "string", "x-kubernetes-int-or-string": True}),
    ("int-or-string", P + ".a", {"x-kubernetes-int-or-string": True}), ("int-or-string, anyOf", P + ".a", {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]}),
    ("int-or-string, allOf", P + ".a", {"x-kubernetes-int-or-string": True, "allOf": [{"anyOf": [{"type": "integer"}, {"type": "string"}]}, {"pattern": "a"}]}),
    ("int-or-string, wrong anyOf", P + ".a", {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "string"}, {"type": "integer"}]}),
    ("int-or-string is false", P + ".a", {"type": "string", "x-kubernetes-int-or-string": False}),
    ("preserve on a string", P + ".a", {"type": "string", "x-kubernetes-preserve-unknown-fields": True}),
    ("preserve is false", P + ".a", {"type": "object", "x-kubernetes-preserve-unknown-fields": False}), ("preserve without a type", P + ".a", {"x-kubernetes-preserve-unknown-fields": True}),
    ("embedded without anything", P + ".a", {"type": "object", "x-kubernetes-embedded-resource": True}),
    ("embedded", P + ".a", {"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True}),
    ("embedded string", P + ".a", {"type": "string", "x-kubernetes-embedded-resource": True}), ("list type of an object", P + ".a", {"type": "object", "x-kubernetes-list-type": "atomic"}),
    ("unknown list type", P + ".a", lst({"type": "string"}, **{"x-kubernetes-list-type": "bag"})), ("map list of strings", P + ".a", lst({"type": "string"}, **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["x"]})),
    ("map list without keys", P + ".a", lst(obj(x=text()), **{"x-kubernetes-list-type": "map"})), ("keys of a set", P + ".a", lst({"type": "string"}, **{"x-kubernetes-list-type": "set", "x-kubernetes-list-map-keys": ["x"]})),
    ("key that is no property", P + ".a", lst({**obj(x=text()), "required": ["x"]}, **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["y"]})),
    ("key that is an object", P + ".a", lst({**obj(x=obj()), "required": ["x"]}, **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["x"]})),
    ("key twice", P + ".a", lst({**obj(x=text()), "required": ["x"]}, **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["x", "x"]})),
    ("key neither required nor with a default", P + ".a", lst(obj(x=text()), **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["x"]})),
    ("key nullable", P + ".a", lst({**obj(x=text(nullable=True)), "required": ["x"]}, **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["x"]})),
    ("set of objects", P + ".a", lst(obj(x=text()), **{"x-kubernetes-list-type": "set"})), ("set of atomic objects", P + ".a", lst({**obj(x=text()), "x-kubernetes-map-type": "atomic"}, **{"x-kubernetes-list-type": "set"})),
    ("set of nullables", P + ".a", lst(text(nullable=True), **{"x-kubernetes-list-type": "set"})), ("map type of a string", P + ".a", {"type": "string", "x-kubernetes-map-type": "atomic"}),
    ("unknown map type", P + ".a", {"type": "object", "x-kubernetes-map-type": "set"}),
    ("columns without a path", "spec.versions.0.additionalPrinterColumns", [{"name": "A", "type": "string"}]), ("column of an unknown type", "spec.versions.0.additionalPrinterColumns", [{"name": "A", "type": "object", "jsonPath": ".a"}]),
    ("column of an unknown format", "spec.versions.0.additionalPrinterColumns", [{"name": "A", "type": "string", "format": "x", "jsonPath": ".a"}]),
    ("column without a name", "spec.versions.0.additionalPrinterColumns", [{"name": "", "type": "string", "jsonPath": ".a"}]), ("columns twice", "spec.versions.0.additionalPrinterColumns", [{"name": "A", "type": "string", "jsonPath": ".a"}] * 2),
    ("column with a broken path", "spec.versions.0.additionalPrinterColumns", [{"name": "A", "type": "string", "jsonPath": ".a["}]),
    ("column with a negative priority", "spec.versions.0.additionalPrinterColumns", [{"name": "A", "type": "string", "jsonPath": ".a", "priority": -1}]),
    ("column with braces", "spec.versions.0.additionalPrinterColumns", [{"name": "A", "type": "string", "jsonPath": "{.a}"}]),
    ("column without a dot", "spec.versions.0.additionalPrinterColumns", [{"name": "A", "type": "string", "jsonPath": "a"}]),
    ("column of a condition", "spec.versions.0.additionalPrinterColumns", [{"name": "A", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status"}]),
    ("scale without paths", "spec.versions.0.subresources.scale", {"specReplicasPath": "", "statusReplicasPath": ""}),
    ("scale with odd paths", "spec.versions.0.subresources.scale", {"specReplicasPath": "spec.replicas", "statusReplicasPath": ".spec.x"}),
    ("scale with lists", "spec.versions.0.subresources.scale", {"specReplicasPath": ".spec.a[0]", "statusReplicasPath": ".status.b[0]", "labelSelectorPath": ".foo.bar"}),
    ("scale", "spec.versions.0.subresources.scale", {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".spec.sel"}),
    ("selectable", "spec.versions.0.selectableFields", [{"jsonPath": ".spec.size"}]), ("selectable twice", "spec.versions.0.selectableFields", [{"jsonPath": ".spec.size"}] * 2),
    ("selectable that is not there", "spec.versions.0.selectableFields", [{"jsonPath": ".spec.none"}]), ("selectable metadata", "spec.versions.0.selectableFields", [{"jsonPath": ".metadata.name"}]),
    ("selectable object", "spec.versions.0.selectableFields", [{"jsonPath": ".spec"}]), ("selectable list", "spec.versions.0.selectableFields", [{"jsonPath": ".spec.size[0]"}]),
    ("selectable empty", "spec.versions.0.selectableFields", [{"jsonPath": ""}]), ("nine selectables", "spec.versions.0.selectableFields", [{"jsonPath": ".spec.s%d" % i} for i in range(9)]),
    ("deprecation warning of what is not deprecated", "spec.versions.0.deprecationWarning", "old"), ("long deprecation warning", "spec.versions.0", {**version(), "deprecated": True, "deprecationWarning": "x" * 257}),
    ("empty deprecation warning", "spec.versions.0", {**version(), "deprecated": True, "deprecationWarning": ""}), ("deprecation warning of two lines", "spec.versions.0", {**version(), "deprecated": True, "deprecationWarning": "a\nb"}),
    ("name is not plural and group", "metadata.name", "other.example.com"), ("webhook", "spec.conversion", {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {"url": "https://example.com/convert"}}}),
    ("webhook by http", "spec.conversion", {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {"url": "http://example.com/convert"}}}),
    ("webhook with both", "spec.conversion", {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {"url": "https://a/", "service": {"namespace": "n", "name": "s"}}}}),
    ("webhook by a service", "spec.conversion", {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1", "v1beta1"], "clientConfig": {"service": {"namespace": "n", "name": "s", "path": "/a"}, "caBundle": "eA=="}}}),
    ("webhook of an unknown review", "spec.conversion", {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v7"], "clientConfig": {"url": "https://a/"}}}),
    ("webhook without reviews", "spec.conversion", {"strategy": "Webhook", "webhook": {"conversionReviewVersions": [], "clientConfig": {"url": "https://a/"}}}),
    ("webhook of strategy None", "spec.conversion", {"strategy": "None", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {"url": "https://a/"}}}),
    ("negative limits", P + ".a", {"type": "string", "minLength": -1, "maxLength": -2}), ("limits crossed", P + ".a", {"type": "string", "minLength": 5, "maxLength": 2}),
    ("multipleOf 0", P + ".a", {"type": "number", "multipleOf": 0}), ("enum without values", P + ".a", {"type": "string", "enum": []}), ("enum of a wrong type", P + ".a", {"type": "string", "enum": [1, "a"]}),
    ("exclusiveMinimum without minimum", P + ".a", {"type": "number", "exclusiveMinimum": True}), ("enum twice", P + ".a", {"type": "string", "enum": ["a", "a"]}),
)


@custom_scenario("custom-definition-faults")
def definition_faults(t):
    """A hundred definitions, most of which are refused."""
    t.reuse = t.one_uid = True
    d = t.fill(writes_base())
    for label, where, value in FAULTS:
        t.post(label, dry(DEFINITIONS), set_at(d, where, value), keep=["status", "spec.conversion", "spec.names"])


PAPERS = "papers.judge.test"  # no id in it: the names of operations and schemas are made of the group
OURS = "test.judge.papers"


@custom_scenario("custom-openapi")
def openapi(t):
    """The documents of OpenAPI, as definitions come, change and go."""
    t.make_namespace()
    d = definition("papers", version(schema={**schema(size=whole(minimum=1, maximum=5, description="how large"), either={"x-kubernetes-int-or-string": True},
                                                      keyed=lst({**obj(k=text(default="a")), "required": ["k"]}, **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"]}),
                                                      free=ANY, nothing=text(nullable=True), embedded={"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True}),
                                             "description": "Paper is a sheet.", "required": ["spec"]},
                                     subresources={"status": {}, "scale": {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"}}), kind="Paper", group=PAPERS)
    gone(t, d)  # what an earlier run has left
    where = f"/openapi/v3/apis/{PAPERS}/v1"
    t.get("v3 before", where)
    serve(t, d)
    until(t, where, lambda r: any("papers" in p for p in r.json["paths"]))
    until(t, "/openapi/v3", lambda r: t.fill(f"apis/{PAPERS}/v1") in r.json["paths"])
    v3(t, "v3", where)
    r = t.send("GET", "/openapi/v3")
    link = r.json["paths"][t.fill(f"apis/{PAPERS}/v1")]["serverRelativeURL"]
    t.note("v3: the link has a hash", link.split("?hash=")[0])
    r = t.send("GET", link)
    t.note("v3: by the link", [r.status, r.headers.get("cache-control"), bool(r.headers.get("etag"))])
    v2(t, "v2", True)
    gone(t, d)
    until(t, "/openapi/v3", lambda r: t.fill(f"apis/{PAPERS}/v1") not in r.json["paths"])
    until(t, where, lambda r: r.status == 404 or not any("papers" in p for p in r.json["paths"]))
    r = t.send("GET", where)
    t.note("v3 afterwards", r.status)
    v2(t, "v2 afterwards", False)


def parameter(p):
    """Its name, which kube-apiserver shares among paths under one with a hash."""
    return p.get("name") or p["$ref"].rpartition("/")[2].partition("-")[0]


def ops(item):
    """What is worth comparing of the operations of a path."""
    out = {}
    for verb, op in item.items():
        if isinstance(op, dict):
            out[verb] = {"operationId": op.get("operationId"), "action": op.get("x-kubernetes-action"), "kind": op.get("x-kubernetes-group-version-kind"), "tags": op.get("tags"),
                         "consumes": sorted(op.get("consumes") or (op.get("requestBody") or {}).get("content") or ()), "produces": sorted(op.get("produces") or ()),
                         "parameters": sorted(parameter(p) for p in op.get("parameters", ())),
                         "answers": {c: sorted((a.get("content") or {}).keys()) or a.get("schema") for c, a in op.get("responses", {}).items()}}
        elif verb == "parameters":
            out[verb] = sorted(parameter(p) for p in op)
    return out


def without_texts(doc):
    """Descriptions are ours or nobody's: what the types of Kubernetes are said to be is not compared."""
    if isinstance(doc, dict):
        return {k: without_texts(v) for k, v in doc.items() if not (k == "description" and isinstance(v, str))}
    return [without_texts(v) for v in doc] if isinstance(doc, list) else doc


def v3(t, label, where):
    doc = t.send("GET", where).json
    t.note(label + ": head", {k: doc.get(k) for k in ("openapi", "info")})
    t.note(label + ": paths", {p: ops(doc["paths"][p]) for p in sorted(doc["paths"])})
    schemas = doc["components"]["schemas"]
    t.note(label + ": schemas", sorted(schemas))
    for name in sorted(n for n in schemas if OURS in n):
        t.note(label + ": " + name.rsplit(".", 1)[1], without_texts(schemas[name]))
        t.note(label + ": description of " + name.rsplit(".", 1)[1], [schemas[name].get("description"), schemas[name].get("properties", {}).get("metadata", {}).get("description"),
                                                                   schemas[name].get("properties", {}).get("spec", {}).get("properties", {}).get("size", {}).get("description")])


def v2(t, label, there):
    end = time.monotonic() + 60
    while True:
        r = t.send("GET", "/openapi/v2", timeout=60)
        if r.status != 200:
            raise RuntimeError(f"/openapi/v2: {r.status} {r.raw[:300]}")
        doc = r.json
        paths = sorted(p for p in doc["paths"] if PAPERS in p and "/papers" in p)
        if bool(paths) == there or time.monotonic() > end:
            break
        time.sleep(0.5)
    t.note(label + ": paths", {p: ops(doc["paths"][p]) for p in paths})
    for name in sorted(n for n in doc["definitions"] if OURS in n):
        t.note(label + ": " + name.rsplit(".", 1)[1], without_texts(doc["definitions"][name]))
