"""Custom resources in several versions of one stored one."""
import json

from harness import scenario

from cases._custom import (AGGREGATED, ANY, APPLY, DEFINITIONS, GROUP, JSONPATCH, MERGE, META, TABLE, at, blank, change, conditions, custom, definition,
                           dry, gone, lst, obj, path_of, put, schema, serve, set_at, text, until, version, wait_served, whole)


def custom_scenario(name):
    return scenario(name, packed=True, worded=True)


V1 = schema(a=text(), shared=text(default="one"), only1=text(default="first"))
V2 = schema(a=text(maxLength=5), shared=text(default="two"), only2=whole(default=2))
V3 = schema(a=text(), free=ANY)


def three(storage="v1", unserved=(), **more):
    versions = [version(n, s, n == storage, subresources={"status": {}}) for n, s in (("v1", V1), ("v2", V2), ("v3alpha1", V3))]
    for v in versions:
        v["served"] = v["name"] not in unserved
    return definition("multis", *versions, kind="Multi", **more)


@custom_scenario("custom-versions")
def versions(t):
    """Reads and writes through each of three versions of strategy None."""
    t.make_namespace()
    t.all_warnings = t.ageless = True
    serve(t, three(), "definition", keep=["status", "metadata.generation"])
    t.get("group", f"/apis/{GROUP}")
    for v in ("v1", "v2", "v3alpha1"):
        t.get("resources of " + v, f"/apis/{GROUP}/{v}")
        made = t.post("create in " + v, at("multis", v), custom("Multi", v, {"a": "x", "only1": "p", "only2": 5, "free": {"q": 1}}, v))
        for w in ("v1", "v2", "v3alpha1"):
            t.get(f"{v} as {w}", at("multis", w) + "/" + v)
    for w in ("v1", "v2", "v3alpha1"):
        t.get("list in " + w, at("multis", w))
        t.get("metadata in " + w, at("multis", w) + "/v1", headers=META)
        t.get("table in " + w, at("multis", w) + "/v1", headers=TABLE)
        t.watch("watch in " + w, at("multis", w) + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", want=4)
    t.post("another version in the body", at("multis", "v1"), custom("Multi", "x", {}, "v2"))
    put(t, "update in v2", at("multis", "v2") + "/v1", custom("Multi", "v1", {"a": "y", "only2": 6}, "v2"))
    t.get("updated in v2, as v1", at("multis", "v1") + "/v1")
    put(t, "update in v2 with the body of v1", at("multis", "v2") + "/v1", custom("Multi", "v1", {"a": "y"}, "v1"))
    put(t, "too long in v1", at("multis", "v1") + "/v1", custom("Multi", "v1", {"a": "longer than 5"}, "v1"))
    t.get("too long, in v2", at("multis", "v2") + "/v1")
    t.ask("a label in v2", "PATCH", at("multis", "v2") + "/v1", {"metadata": {"labels": {"l": "m"}}}, headers=MERGE)
    t.ask("too long in v2", "PATCH", at("multis", "v2") + "/v1", {"spec": {"a": "longer than 5 again"}}, headers=MERGE)
    t.ask("JSON patch in v3", "PATCH", at("multis", "v3alpha1") + "/v1", [{"op": "test", "path": "/apiVersion", "value": t.fill(GROUP + "/v3alpha1")}, {"op": "add", "path": "/spec/free", "value": {"z": 1}}], headers=JSONPATCH)
    t.ask("patch to another version", "PATCH", at("multis", "v3alpha1") + "/v1", {"apiVersion": GROUP + "/v2"}, headers=MERGE)
    t.ask("patch of the status in v2", "PATCH", at("multis", "v2") + "/v1/status", {"status": {"s": 1}}, headers=MERGE)
    for v in ("v1", "v2", "v3alpha1"):
        t.ask("apply in " + v, "PATCH", at("multis", v) + "/applied?fieldManager=m" + v, t.fill(json.dumps(custom("Multi", "applied", {"a": "x"}, v))), headers=APPLY)
    t.ask("apply a conflict in v2", "PATCH", at("multis", "v2") + "/applied?fieldManager=other", t.fill(json.dumps(custom("Multi", "applied", {"a": "y"}, "v2"))), headers=APPLY)
    t.ask("apply by the same in another", "PATCH", at("multis", "v2") + "/applied?fieldManager=mv1", t.fill(json.dumps(custom("Multi", "applied", {"only2": 9}, "v2"))), headers=APPLY)
    t.get("applied", at("multis", "v1") + "/applied")
    t.delete("delete in v3", at("multis", "v3alpha1") + "/v2")
    t.delete("collection in v2", at("multis", "v2"), keep=["kind", "apiVersion", "items.apiVersion", "items.metadata.name"])


@custom_scenario("custom-versions-change")
def versions_change(t):
    """Versions come, go, are deprecated and become the stored one."""
    t.make_namespace()
    t.all_warnings = t.ageless = True
    one = definition("shifts", version("v1alpha1", schema(a=text(), old=text())), kind="Shift")
    serve(t, one)
    old, new = at("shifts", "v1alpha1"), at("shifts", "v1")
    t.post("create in the only one", old, custom("Shift", "a", {"a": "x", "old": "y"}, "v1alpha1"))
    rv = t.send("GET", old).rv
    two = definition("shifts", version("v1alpha1", schema(a=text(), old=text()), deprecated=True), version("v1", schema(a=text(), new=text(default="n")), False), kind="Shift")
    change(t, two, new, lambda r: r.status == 200, "a second version")
    wait_served(t, two)
    until(t, old, lambda r: r.warnings)
    t.get("definition", path_of(two), keep=["status.storedVersions", "spec.versions.name", "metadata.generation"])
    t.get("group", f"/apis/{GROUP}")
    until(t, "/apis", lambda r: any(g["metadata"]["name"] == t.fill(GROUP) and len(g["versions"]) == 2 for g in r.json["items"]), headers=AGGREGATED)
    r = t.send("GET", "/apis", headers=AGGREGATED)
    t.note("aggregated", [blank(g, "creationTimestamp") for g in r.json["items"] if g["metadata"]["name"] == t.fill(GROUP)])
    t.get("the old one in the new version", new + "/a")
    t.get("deprecated: get", old + "/a")
    t.get("deprecated: list", old)
    t.post("deprecated: create", old, custom("Shift", "b", {"a": "x"}, "v1alpha1"))
    put(t, "deprecated: missing", old + "/none", custom("Shift", "none", {}, "v1alpha1"))
    t.watch("deprecated: watch", old + "?watch=1&resourceVersion=" + rv, want=1, keep=["apiVersion", "metadata.name"])
    three_ = definition("shifts", version("v1alpha1", schema(a=text(), old=text()), False, deprecated=True, deprecationWarning="use v1, please"), version("v1", schema(a=text(), new=text(default="n")), True), kind="Shift")
    change(t, three_, old, lambda r: r.warnings and "please" in r.warnings[0], "the other is stored")
    until(t, path_of(three_), lambda r: len(r.json["status"]["storedVersions"]) == 2)
    t.get("both are stored", path_of(three_), keep=["status.storedVersions"])
    t.get("with a warning", old + "/a")
    t.get("stored in the old one, in v1", new + "/a")
    put(t, "rewritten", new + "/a", custom("Shift", "a", {"a": "z"}))
    t.get("rewritten, in v1alpha1", old + "/a")
    t.ask("the other is rewritten by a patch", "PATCH", new + "/b", {"metadata": {"labels": {"re": "written"}}}, headers=MERGE)
    now = t.send("GET", path_of(three_)).json
    fewer = {**now, "spec": {**now["spec"], "versions": [v for v in now["spec"]["versions"] if v["name"] == "v1"]}}
    t.put("the old one removed too early", path_of(three_), fewer)
    t.ask("stored versions", "PATCH", path_of(three_) + "/status", {"status": {"storedVersions": ["v1"]}}, headers=MERGE, keep=["status.storedVersions"])
    unserved = definition("shifts", {**version("v1alpha1", schema(a=text(), old=text()), False), "served": False}, version("v1", schema(a=text(), new=text(default="n")), True), kind="Shift")
    change(t, unserved, old, lambda r: r.status == 404, "the old one is not served")
    until(t, f"/apis/{GROUP}", lambda r: len(r.json["versions"]) == 1)
    t.get("not served", old + "/a")
    t.get("not served: resources", f"/apis/{GROUP}/v1alpha1")
    t.get("not served: group", f"/apis/{GROUP}")
    t.ask("not served: a patch", "PATCH", new + "/a", {"metadata": {"labels": {"a": "b"}}}, headers=MERGE)
    only = definition("shifts", version("v1", schema(a=text(), new=text(default="n"))), kind="Shift")
    now = t.send("GET", path_of(only)).json
    t.put("the old one removed", path_of(only), {**now, "spec": only["spec"]}, keep=["spec.versions.name", "status.storedVersions"])
    until(t, path_of(only), lambda r: r.json["status"]["storedVersions"] == ["v1"])
    t.get("list in the end", new)


@custom_scenario("custom-versions-watch")
def versions_watch(t):
    """A watch in one version of what is written in another, and a definition that changes under a watch."""
    t.make_namespace()
    t.ageless = True
    serve(t, three(storage="v2"), "definition", keep=["status.storedVersions"])
    rv = t.send("GET", at("multis", "v1")).rv

    def do():
        t.post("create", at("multis", "v2"), custom("Multi", "a", {"a": "x"}, "v2"))
        put(t, "update", at("multis", "v1") + "/a", custom("Multi", "a", {"a": "y", "only1": "z"}, "v1"))
        t.ask("patch", "PATCH", at("multis", "v3alpha1") + "/a", {"spec": {"free": {"f": 1}}}, headers=MERGE)
        t.delete("delete", at("multis", "v2") + "/a")

    t.watch("live in v1", at("multis", "v1") + "?watch=1&resourceVersion=" + rv, want=4, do=do)
    for v in ("v1", "v2", "v3alpha1"):
        t.watch("replayed in " + v, at("multis", v) + "?watch=1&resourceVersion=" + rv, want=4)
    t.watch("metadata in v1", at("multis", "v1") + "?watch=1&resourceVersion=" + rv, want=4, headers=META)
    t.watch("tables in v3", at("multis", "v3alpha1") + "?watch=1&resourceVersion=" + rv, want=4, headers=TABLE)


@custom_scenario("custom-versions-order")
def order(t):
    """The order of versions in discovery, and the preferred one."""
    names = ("v1", "v2", "v10", "v1beta1", "v1beta2", "v2alpha1", "v11alpha2", "foo1", "foo10", "v1a")
    d = definition("orders", *[version(n, ANY, n == "v1beta1") for n in names], kind="Order")
    serve(t, d, "definition", keep=["spec.versions.name", "status.storedVersions"])
    until(t, f"/apis/{GROUP}", lambda r: len(r.json["versions"]) == len(names))
    t.get("group", f"/apis/{GROUP}")
    until(t, "/apis", lambda r: any(g["metadata"]["name"] == t.fill(GROUP) and len(g["versions"]) == len(names) for g in r.json["items"]), headers=AGGREGATED)
    r = t.send("GET", "/apis", headers=AGGREGATED)
    t.note("aggregated", [[v["version"] for v in g["versions"]] for g in r.json["items"] if g["metadata"]["name"] == t.fill(GROUP)])
    until(t, "/apis", lambda r: any(g["name"] == t.fill(GROUP) and len(g["versions"]) == len(names) for g in r.json["groups"]))
    r = t.send("GET", "/apis")
    t.note("all groups", [g for g in r.json["groups"] if g["name"] == t.fill(GROUP)])
    two = definition("seconds", version("v1beta1"), kind="Second")
    serve(t, two)
    r = t.send("GET", f"/apis/{GROUP}/v1beta1")
    t.note("two in one version", sorted(r.json["resources"], key=lambda x: x["name"]))
    t.get("one in the other", f"/apis/{GROUP}/v1")
