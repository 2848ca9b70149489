"""status and scale of custom resources, generation, patches, apply, and the options of writes."""
import json

from harness import scenario

from cases._custom import (ANY, APPLY, DEFINITIONS, GROUP, JSONPATCH, MERGE, STRATEGIC, YAML, TABLE, at, copy, custom, definition, dry, lst, obj, put, schema, serve,
                           text, until, version, whole)

SCALE = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.selector"}
SCALED = obj(spec=obj(replicas=whole(), x=text()), status=obj(replicas=whole(), selector=text(), phase=text()))


def custom_scenario(name):
    return scenario(name, packed=True, worded=True)


def scale(name, replicas, **meta):
    return {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": name, "namespace": "{ns}", **meta}, "spec": {"replicas": replicas}}


@custom_scenario("custom-status")
def status(t):
    """The status subresource, and the generation."""
    t.make_namespace()
    serve(t, definition("stateds", version(schema=SCALED, subresources={"status": {}}), kind="Stated"))
    path = at("stateds")
    t.get("resources", f"/apis/{GROUP}/v1")
    made = t.post("create with a status", path, custom("Stated", "a", {"x": "1"}, status={"phase": "p"}))
    put(t, "update with a status", path + "/a", custom("Stated", "a", {"x": "2"}, status={"phase": "p"}))
    put(t, "update of metadata", path + "/a", custom("Stated", "a", {"x": "2"}, meta={"labels": {"a": "b"}}))
    put(t, "status with a spec", path + "/a/status", custom("Stated", "a", {"x": "3"}, status={"phase": "q"}))
    put(t, "status with labels", path + "/a/status", custom("Stated", "a", {"x": "3"}, status={"phase": "r"}, meta={"labels": {"c": "d"}, "annotations": {"e": "f"}, "finalizers": ["a/b"]}))
    t.get("get the status", path + "/a/status")
    put(t, "spec without a status", path + "/a", custom("Stated", "a", {"x": "4"}))
    put(t, "stale status", path + "/a/status", custom("Stated", "a", status={"phase": "s"}, meta={"resourceVersion": made.rv}))
    put(t, "status of a wrong type", path + "/a/status", custom("Stated", "a", status={"phase": 5}))
    put(t, "status is a string", path + "/a/status", custom("Stated", "a", status="x"))
    put(t, "status without status", path + "/a/status", custom("Stated", "a", {"x": "9"}))
    put(t, "status of none", path + "/none/status", custom("Stated", "none", status={"phase": "s"}))
    put(t, "status of another name", path + "/a/status", custom("Stated", "b", status={"phase": "s"}))
    t.ask("merge patch", "PATCH", path + "/a/status", {"status": {"phase": "t"}, "spec": {"x": "no"}}, headers=MERGE)
    t.ask("JSON patch", "PATCH", path + "/a/status", [{"op": "replace", "path": "/status/phase", "value": "u"}], headers=JSONPATCH)
    t.ask("JSON patch of nothing", "PATCH", path + "/a/status", [{"op": "replace", "path": "/status/none", "value": "u"}], headers=JSONPATCH)
    t.ask("strategic patch", "PATCH", path + "/a/status", {"status": {"phase": "v"}}, headers=STRATEGIC)
    t.ask("apply", "PATCH", path + "/a/status?fieldManager=m", t.fill(json.dumps(custom("Stated", "a", {"x": "no"}, status={"phase": "w"}))), headers=APPLY)
    t.ask("apply, forced", "PATCH", path + "/a/status?fieldManager=m&force=true", t.fill(json.dumps(custom("Stated", "a", {"x": "no"}, status={"phase": "w"}))), headers=APPLY)
    t.ask("apply to the main resource", "PATCH", path + "/a?fieldManager=n", t.fill(json.dumps(custom("Stated", "a", {"replicas": 5}, status={"phase": "no"}))), headers=APPLY)
    t.ask("apply a status of none", "PATCH", path + "/none/status?fieldManager=m", t.fill(json.dumps(custom("Stated", "none", status={"phase": "w"}))), headers=APPLY)
    t.ask("merge patch of a status of none", "PATCH", path + "/none/status", {"status": {}}, headers=MERGE)
    t.post("post", path + "/a/status", custom("Stated", "a", status={}))
    t.delete("delete", path + "/a/status")
    t.get("scale that is none", path + "/a/scale")
    t.get("as a table", path + "/a/status", headers=TABLE, keep=["columnDefinitions.name"])
    put(t, "no change", path + "/a/status", t.send("GET", path + "/a").json)
    bare = definition("bares", version(schema=SCALED), kind="Bare")
    serve(t, bare)
    t.post("without the subresource: create", at("bares"), custom("Bare", "a", {"x": "1"}, status={"phase": "p"}))
    put(t, "without the subresource: update", at("bares") + "/a", custom("Bare", "a", {"x": "1"}, status={"phase": "q"}))
    put(t, "without the subresource: labels", at("bares") + "/a", custom("Bare", "a", {"x": "1"}, status={"phase": "q"}, meta={"labels": {"a": "b"}}))
    put(t, "without the subresource: no change", at("bares") + "/a", t.send("GET", at("bares") + "/a").json)
    t.get("without the subresource: get", at("bares") + "/a/status")


@custom_scenario("custom-scale")
def scales(t):
    """The scale subresource."""
    t.make_namespace()
    serve(t, definition("scaleds", version(schema=SCALED, subresources={"status": {}, "scale": SCALE}), kind="Scaled"))
    path = at("scaleds")
    t.get("resources", f"/apis/{GROUP}/v1")
    t.post("create", path, custom("Scaled", "a", {"replicas": 3}))
    t.post("create without replicas", path, custom("Scaled", "bare", {}))
    t.get("get", path + "/a/scale")
    t.get("get without replicas", path + "/bare/scale")
    t.send("PATCH", path + "/a/status", {"status": {"replicas": 2, "selector": "a=b"}}, headers=MERGE)
    now = t.get("get with a status", path + "/a/scale")
    t.put("put", path + "/a/scale", scale("a", 5))
    t.put("put, stale", path + "/a/scale", scale("a", 6, resourceVersion=now.rv))
    t.put("put, by the uid", path + "/a/scale", scale("a", 6, uid=now.uid))
    t.put("put, another uid", path + "/a/scale", scale("a", 6, uid="11111111-2222-3333-4444-555555555555"))
    t.put("put, another name", path + "/a/scale", scale("b", 6))
    t.put("put, negative", path + "/a/scale", scale("a", -1))
    t.put("put, a string", path + "/a/scale", scale("a", "5"))
    t.put("put, a float", path + "/a/scale", scale("a", 1.5))
    t.put("put, no spec", path + "/a/scale", {k: v for k, v in scale("a", 1).items() if k != "spec"})
    t.put("put, no kind", path + "/a/scale", {k: v for k, v in scale("a", 7).items() if k not in ("kind", "apiVersion")})
    t.put("put, the object", path + "/a/scale", custom("Scaled", "a", {"replicas": 1}))
    t.put("put, another version of Scale", path + "/a/scale", {**scale("a", 8), "apiVersion": "extensions/v1beta1"})
    t.put("put, labels", path + "/a/scale", scale("a", 9, labels={"x": "y"}))
    t.put("put, none", path + "/none/scale", scale("none", 5))
    t.put("put, unknown field", path + "/a/scale?fieldValidation=Strict", {**scale("a", 5), "nope": 1})
    t.put("put, replicas were not there", path + "/bare/scale", scale("bare", 4))
    t.get("object", path + "/a")
    t.get("bare object", path + "/bare")
    t.ask("merge patch", "PATCH", path + "/a/scale", {"spec": {"replicas": 11}}, headers=MERGE)
    t.ask("JSON patch", "PATCH", path + "/a/scale", [{"op": "replace", "path": "/spec/replicas", "value": 12}], headers=JSONPATCH)
    t.ask("strategic patch", "PATCH", path + "/a/scale", {"spec": {"replicas": 13}}, headers=STRATEGIC)
    t.ask("apply", "PATCH", path + "/a/scale?fieldManager=m&dryRun=All", t.fill(json.dumps(scale("a", 14))), headers=APPLY)
    t.ask("apply, forced", "PATCH", path + "/a/scale?fieldManager=m&force=true&dryRun=All", t.fill(json.dumps(scale("a", 14))), headers=APPLY)
    t.ask("dry run", "PATCH", path + "/a/scale?dryRun=All", {"spec": {"replicas": 99}}, headers=MERGE)
    t.post("post", path + "/a/scale", scale("a", 5))
    t.delete("delete", path + "/a/scale")
    t.get("none", path + "/none/scale")
    t.get("object in the end", path + "/a")
    deep = {"specReplicasPath": ".spec.deep.count", "statusReplicasPath": ".status.deep.count"}
    serve(t, definition("deeps", version(schema=obj(spec=obj(deep=obj(count=whole(maximum=5))), status=ANY), subresources={"scale": deep}), kind="Deep"))
    t.post("deep: create", at("deeps"), custom("Deep", "a", {"deep": {"count": 2}}, status={"deep": {"count": 1}}))
    t.post("deep: create empty", at("deeps"), custom("Deep", "b"))
    t.get("deep: get", at("deeps") + "/a/scale")
    t.put("deep: put", at("deeps") + "/a/scale", scale("a", 3))
    t.put("deep: too many", at("deeps") + "/a/scale", scale("a", 9))
    t.put("deep: put to the empty", at("deeps") + "/b/scale", scale("b", 3))
    t.get("deep: the empty", at("deeps") + "/b")
    serve(t, definition("odds", version(schema=ANY, subresources={"scale": SCALE}), kind="Odd"))
    for i, (label, spec, stat) in enumerate((("replicas are a string", {"replicas": "3"}, {}), ("replicas are a float", {"replicas": 1.5}, {}), ("replicas are too many", {"replicas": 3000000000}, {}), ("replicas are negative", {"replicas": -2}, {}),
                                             ("status is a string", {"replicas": 1}, {"replicas": "x"}), ("selector is a number", {"replicas": 1}, {"selector": 5}), ("selector is none", {"replicas": 1}, {"selector": "!!"}), ("spec is a list", [], {}))):
        t.post(f"odd: {label}: create", at("odds"), custom("Odd", f"o{i}", spec, status=stat), keep=["kind"])
        t.get(f"odd: {label}", at("odds") + f"/o{i}/scale")
    t.put("odd: put", at("odds") + "/o0/scale", scale("o0", 3))


@custom_scenario("custom-patches")
def patches(t):
    """The three patches, and that which is refused."""
    t.make_namespace()
    serve(t, definition("patcheds", version(schema=schema(a=text(), n=whole(), l=lst(text()), m={"type": "object", "additionalProperties": text(nullable=True)}, o=obj(x=text(default="d"))), subresources={"status": {}}), kind="Patched"))
    path = at("patcheds")
    made = t.send("POST", path, custom("Patched", "a", {"a": "x", "n": 1, "l": ["a", "b"], "m": {"k": "v", "q": None}, "o": {}}, meta={"labels": {"l": "1"}}))
    one = path + "/a"
    for label, body in (("plain", {"spec": {"a": "y"}}), ("remove", {"spec": {"n": None}}), ("list", {"spec": {"l": ["c"]}}), ("null in a map", {"spec": {"m": {"k": None}}}), ("nothing", {}), ("labels", {"metadata": {"labels": {"l": None, "m": "2"}}}), ("name", {"metadata": {"name": "b"}}),
                        ("namespace", {"metadata": {"namespace": "other"}}), ("uid", {"metadata": {"uid": "11111111-2222-3333-4444-555555555555"}}), ("stale", {"metadata": {"resourceVersion": made.rv}}), ("version not a number", {"metadata": {"resourceVersion": "x"}}), ("kind", {"kind": "Other"}),
                        ("apiVersion", {"apiVersion": "v1"}), ("kind is null", {"kind": None}), ("wrong type", {"spec": {"n": "x"}}), ("spec is null", {"spec": None}), ("spec is a list", {"spec": []}), ("unknown", {"spec": {"z": 1}}), ("creationTimestamp", {"metadata": {"creationTimestamp": "2020-01-01T00:00:00Z"}}),
                        ("deletionTimestamp", {"metadata": {"deletionTimestamp": "2020-01-01T00:00:00Z"}}), ("generation", {"metadata": {"generation": 50}}), ("managedFields", {"metadata": {"managedFields": [{}]}}), ("metadata is null", {"metadata": None}), ("a list", []), ("a string", '"x"'), ("broken", "{"), ("empty", ""),
                        ("null", "null")):
        t.ask("merge: " + label, "PATCH", one, body, headers=MERGE)
    for label, body in (("add", [{"op": "add", "path": "/spec/a", "value": "z"}]), ("test holds", [{"op": "test", "path": "/spec/a", "value": "z"}]), ("test fails", [{"op": "test", "path": "/spec/a", "value": "q"}]), ("remove", [{"op": "remove", "path": "/spec/a"}]), ("remove again", [{"op": "remove", "path": "/spec/a"}]),
                        ("replace nothing", [{"op": "replace", "path": "/spec/a", "value": 1}]), ("move", [{"op": "add", "path": "/spec/m", "value": {"k": "v"}}, {"op": "move", "from": "/spec/m/k", "path": "/spec/m/j"}]), ("copy", [{"op": "copy", "from": "/spec/m/j", "path": "/spec/a"}]),
                        ("append", [{"op": "add", "path": "/spec/l", "value": []}, {"op": "add", "path": "/spec/l/-", "value": "e"}]), ("out of range", [{"op": "add", "path": "/spec/l/9", "value": "e"}]), ("unknown op", [{"op": "frob", "path": "/spec"}]), ("no path", [{"op": "add", "value": 1}]),
                        ("bad pointer", [{"op": "add", "path": "spec", "value": 1}]), ("whole", [{"op": "replace", "path": "", "value": {}}]), ("kind", [{"op": "replace", "path": "/kind", "value": "X"}]), ("wrong type", [{"op": "add", "path": "/spec/n", "value": "x"}]), ("not a list", {"op": "add"}), ("empty list", []),
                        ("uid", [{"op": "replace", "path": "/metadata/uid", "value": "x"}]), ("version", [{"op": "replace", "path": "/metadata/resourceVersion", "value": made.rv}])):
        t.ask("JSON: " + label, "PATCH", one, body, headers=JSONPATCH)
    for label, headers in (("strategic", STRATEGIC), ("application/json", {}), ("text/plain", {"Content-Type": "text/plain"}), ("no content type", {"Content-Type": None}), ("nonsense", {"Content-Type": ";;"}), ("apply by CBOR", {"Content-Type": "application/apply-patch+cbor"})):
        t.ask("type: " + label, "PATCH", one, {"spec": {"a": "s"}}, headers=headers)
    t.ask("missing", "PATCH", path + "/none", {"spec": {}}, headers=MERGE)
    t.ask("missing, strategic", "PATCH", path + "/none", {"spec": {}}, headers=STRATEGIC)
    t.ask("collection", "PATCH", path, {"spec": {}}, headers=MERGE)
    t.ask("dry run", "PATCH", one + "?dryRun=All", {"spec": {"a": "dry"}}, headers=MERGE)
    t.ask("force without apply", "PATCH", one + "?force=true", {"spec": {"a": "f"}}, headers=MERGE)
    t.get("in the end", one)


APPLIED = schema(
    a=text(), n=whole(), plain=lst(text()), atomic=lst(obj(x=text()), **{"x-kubernetes-list-type": "atomic"}), set=lst(text(), **{"x-kubernetes-list-type": "set"}),
    map=lst({**obj(name=text(), proto=text(default="TCP"), port=whole()), "required": ["name"]}, **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name", "proto"]}), granular=obj(x=text(), y=text()),
    whole={**obj(x=text(), y=text()), "x-kubernetes-map-type": "atomic"}, labels={"type": "object", "additionalProperties": text()}, atomicLabels={"type": "object", "additionalProperties": text(), "x-kubernetes-map-type": "atomic"}, free=ANY, either={"x-kubernetes-int-or-string": True}, filled=text(default="d"),
    embedded={"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True}, nullable=text(nullable=True))


@custom_scenario("custom-apply")
def apply_(t):
    """Server-side apply by the schema's types of lists and maps."""
    t.make_namespace()
    serve(t, definition("applieds", version(schema=APPLIED, subresources={"status": {}}), kind="Applied"))
    path = at("applieds")

    def ap(label, manager, spec, query="", name="a", **more):
        return t.ask(label, "PATCH", f"{path}/{name}?fieldManager={manager}{query}", t.fill(json.dumps(custom("Applied", name, spec, **more))), headers=APPLY)

    ap("create", "one", {"a": "x", "set": ["a", "b"], "map": [{"name": "m", "port": 1}, {"name": "m", "proto": "UDP", "port": 2}], "granular": {"x": "1"}, "whole": {"x": "1"}, "labels": {"k": "v"}, "atomicLabels": {"k": "v"}, "free": {"deep": {"x": [1, {"y": 2}]}}, "plain": ["p"], "atomic": [{"x": "1"}],
                         "either": 5, "embedded": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"x": 1}}, "nullable": None})
    ap("the same again", "one", {"a": "x", "set": ["a", "b"], "map": [{"name": "m", "port": 1}, {"name": "m", "proto": "UDP", "port": 2}], "granular": {"x": "1"}, "whole": {"x": "1"}, "labels": {"k": "v"}, "atomicLabels": {"k": "v"}, "free": {"deep": {"x": [1, {"y": 2}]}}, "plain": ["p"], "atomic": [{"x": "1"}],
                                 "either": 5, "embedded": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"x": 1}}, "nullable": None})
    ap("another adds", "two", {"set": ["b", "c"], "map": [{"name": "n", "port": 3}], "granular": {"y": "2"}, "labels": {"l": "w"}, "free": {"other": 1}})
    for label, spec in (("value", {"a": "y"}), ("a key of a map", {"map": [{"name": "m", "port": 9}]}), ("an atomic map", {"atomicLabels": {"z": "z"}}), ("an atomic object", {"whole": {"y": "2"}}), ("a plain list", {"plain": ["q"]}), ("an atomic list", {"atomic": [{"x": "2"}]}), ("within free", {"free": {"deep": {"x": 5}}}),
                        ("an embedded object", {"embedded": {"apiVersion": "v1", "kind": "Pod", "spec": {"x": 2}}}), ("either", {"either": "5"}), ("a default", {"filled": "e"}), ("several", {"a": "z", "either": 6, "plain": []})):
        ap("conflict: " + label, "two", spec)
    ap("forced", "two", {"a": "y", "plain": ["q"]}, "&force=true")
    ap("one gives up", "one", {"set": ["a"], "map": [{"name": "m", "port": 1}]})
    ap("two gives up", "two", {"set": ["c"]})
    ap("the same value is shared", "three", {"set": ["c"], "map": [{"name": "m", "port": 1}]})
    t.ask("an update by a merge patch", "PATCH", path + "/a?fieldManager=four", {"spec": {"a": "m", "set": ["z"], "labels": {"k": "w"}}}, headers=MERGE)
    t.ask("a JSON patch", "PATCH", path + "/a?fieldManager=five", [{"op": "add", "path": "/spec/map", "value": [{"name": "j"}]}], headers=JSONPATCH)
    t.ask("a status", "PATCH", path + "/a/status?fieldManager=six", t.fill(json.dumps(custom("Applied", "a", status={"s": {"t": 1}}))), headers=APPLY)
    now = t.send("GET", path + "/a").json
    put(t, "an update", path + "/a?fieldManager=seven", {**now, "spec": {**now["spec"], "n": 7, "free": {"z": [1]}}})
    t.put("an update without managed fields", path + "/a?fieldManager=eight", {**now, "metadata": {**now["metadata"], "managedFields": [{}], "resourceVersion": t.send("GET", path + "/a").rv}, "spec": {"n": 8}})
    ap("after that", "one", {"a": "x"})
    for label, spec in (("a set twice", {"set": ["a", "a"]}), ("a map twice", {"map": [{"name": "a"}, {"name": "a"}]}), ("a map twice, by the default", {"map": [{"name": "a"}, {"name": "a", "proto": "TCP"}]}), ("a map without its key", {"map": [{"port": 1}]}), ("a wrong type", {"n": "x"}), ("a list for a string", {"a": []}),
                        ("an object for a list", {"set": {"a": 1}}), ("unknown", {"z": 1}), ("null in a set", {"set": [None]}), ("null for a list", {"set": None}), ("a number in a set of strings", {"set": [1]}), ("spec is a list", [])):
        ap("bad: " + label, "bad", spec, "&dryRun=All")
    base = custom("Applied", "a", {"a": "x"})
    for label, body, query in (("no manager", base, ""), ("no kind", {k: v for k, v in base.items() if k != "kind"}, "?fieldManager=m"), ("no apiVersion", {k: v for k, v in base.items() if k != "apiVersion"}, "?fieldManager=m"), ("other version", {**base, "apiVersion": GROUP + "/v9"}, "?fieldManager=m"),
                               ("other kind", {**base, "kind": "Other"}, "?fieldManager=m"), ("other name", {**base, "metadata": {"name": "b"}}, "?fieldManager=m"), ("no metadata", {k: v for k, v in base.items() if k != "metadata"}, "?fieldManager=m"), ("managedFields", {**base, "metadata": {"name": "a", "managedFields": [{}]}}, "?fieldManager=m"),
                               ("stale", {**base, "metadata": {"name": "a", "resourceVersion": "1"}}, "?fieldManager=m"), ("other uid", {**base, "metadata": {"name": "a", "uid": "11111111-2222-3333-4444-555555555555"}}, "?fieldManager=m"), ("uid for a new one", {**base, "metadata": {"name": "new", "uid": "11111111-2222-3333-4444-555555555555"}}, "?fieldManager=m")):
        t.ask("bad: " + label, "PATCH", path + ("/new" if "new one" in label else "/a") + (query and query + "&dryRun=All"), t.fill(json.dumps(body)), headers=APPLY)
    t.ask("bad: not YAML", "PATCH", path + "/a?fieldManager=m", "a: [", headers=APPLY)
    t.ask("bad: a list", "PATCH", path + "/a?fieldManager=m", "[]", headers=APPLY)
    t.ask("bad: empty", "PATCH", path + "/a?fieldManager=m", "", headers=APPLY)
    t.ask("YAML", "PATCH", path + "/y?fieldManager=m", t.fill("apiVersion: {id}.example.com/v1\nkind: Applied\nmetadata: {name: y}\nspec:\n  set: [a, b]\n  free: {on: yes}\n"), headers=APPLY)
    ap("dry run", "dry", {"a": "dry"}, "&force=true&dryRun=All")
    # Owners that are there: the collector of garbage deletes what has none.
    owners = [t.send("POST", path, custom("Applied", n)).json["metadata"] for n in ("p", "q")]
    for label, manager, owner, more in (("owner references", "owner", owners[0], {"finalizers": ["a/b"], "labels": {"l": "m"}}),
                                        ("another owner", "owner2", owners[1], {"finalizers": ["c/d"]})):
        reference = {"apiVersion": "{id}.example.com/v1", "kind": "Applied", "name": owner["name"], "uid": owner["uid"]}
        ap(label, manager, {}, name="o", meta={"ownerReferences": [reference], **more})
    t.ask("let go", "PATCH", path + "/o", {"metadata": {"finalizers": None}}, headers=MERGE, keep=["metadata.name"])
    serve(t, definition("frees", version(), kind="Free"))
    t.ask("without a schema", "PATCH", at("frees") + "/f?fieldManager=m", t.fill(json.dumps(custom("Free", "f", {"l": [{"a": 1}], "m": {"x": 1}}, other={"y": [1]}))), headers=APPLY)
    t.ask("without a schema, another", "PATCH", at("frees") + "/f?fieldManager=n", t.fill(json.dumps(custom("Free", "f", {"l": [{"a": 1}, 2], "m": {"y": 1}}))), headers=APPLY)


@custom_scenario("custom-options")
def options(t):
    """Deletion, finalizers, dry runs, generated names, collections."""
    t.make_namespace()
    serve(t, definition("opts", version(), kind="Opt"))
    path = at("opts")
    for n in "abcdefgh":  # the collector of garbage must not be quicker than the next step
        stays = {"finalizers": ["example.com/stays"]} if n == "c" else {}
        t.send("POST", path, custom("Opt", n, {"n": n}, meta={"labels": {"n": n}, **stays}))
    r = t.send("POST", path, {**custom("Opt", "x"), "metadata": {"generateName": "gen-"}})
    t.note("generated", [r.status, r.json["metadata"]["name"][:4], len(r.json["metadata"]["name"])])
    t.delete("generated: gone", path + "/" + r.json["metadata"]["name"], keep=["status"])
    t.post("dry run: create", dry(path), custom("Opt", "dry"))
    t.get("dry run: not there", path + "/dry")
    put(t, "dry run: update", dry(path + "/a"), custom("Opt", "a", {"n": "z"}))
    t.delete("dry run: delete", dry(path + "/a"))
    t.delete("delete", path + "/a")
    t.delete("again", path + "/a")
    t.delete("wrong uid", path + "/b", {"preconditions": {"uid": "11111111-2222-3333-4444-555555555555"}})
    t.delete("wrong version", path + "/b", {"preconditions": {"resourceVersion": "1"}})
    t.delete("grace", path + "/b?gracePeriodSeconds=30")
    t.delete("foreground", path + "/c?propagationPolicy=Foreground")
    t.get("foreground: there", path + "/c", keep=["kind", "metadata.name", "metadata.deletionTimestamp"])
    t.delete("orphan", path + "/d?propagationPolicy=Orphan")
    t.delete("background", path + "/e?propagationPolicy=Background")
    t.delete("options of a wrong kind", path + "/f", {"apiVersion": "v1", "kind": "Pod"})
    t.delete("options of the group", path + "/f", {"apiVersion": GROUP + "/v1", "kind": "DeleteOptions"})
    t.delete("options in YAML", path + "/g", "apiVersion: v1\nkind: DeleteOptions\n", headers=YAML)
    owner = t.send("POST", "/api/v1/namespaces/{ns}/configmaps", {"metadata": {"name": "p"}}).json["metadata"]["uid"]
    t.post("owned", path, custom("Opt", "owned", meta={"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "p", "uid": owner, "blockOwnerDeletion": True, "controller": True}]}))
    for n in ("c", "d"):  # past the harness: the answer's version may be that of the removal or not
        t.server.send("PATCH", t.fill(path + "/" + n), {"metadata": {"finalizers": None}}, MERGE)
    t.delete("collection by a label", path + "?labelSelector=n%3Dh")
    t.delete("collection by a field", path + "?fieldSelector=metadata.name%3Downed", keep=["kind", "items.metadata.name"])
    t.delete("collection by an unknown field", path + "?fieldSelector=spec.n%3Dx")
    t.delete("collection, dry run", dry(path), keep=["kind", "items.metadata.name"])
    t.delete("collection", path, keep=["kind", "items.metadata.name"])
    t.get("empty", path, keep=["kind", "items"])
    t.post("with a finalizer", path, custom("Opt", "held", meta={"finalizers": ["a/b"]}))
    t.delete("held", path + "/held")
    put(t, "held: a spec", path + "/held", custom("Opt", "held", {"x": 1}, meta={"finalizers": ["a/b"]}))
    put(t, "held: another finalizer", path + "/held", custom("Opt", "held", {"x": 1}, meta={"finalizers": ["a/b", "c/d"]}))
    t.ask("held: let go", "PATCH", path + "/held", {"metadata": {"finalizers": None}}, headers=MERGE)
    t.get("held: gone", path + "/held")
