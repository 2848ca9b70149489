"""Reads of custom resources: tables, selectors, media types, pages, watches."""
import datetime
import json

from harness import scenario

from cases._custom import (ANY, APPLY, DEFINITIONS, GROUP, JSONPATCH, MERGE, META, METALIST, TABLE, YAML, at, change, custom, definition, dry, lst, obj, put, schema,
                           serve, set_at, text, until, version, whole)

PROTOBUF = {"Accept": "application/vnd.kubernetes.protobuf"}


def custom_scenario(name):
    return scenario(name, packed=True, worded=True)


def days_ago(days):
    """A time so long ago (and an hour), as what is recorded of a date in a table is its age."""
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days, hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def column(name, path, type="string", **more):
    return {"name": name, "type": type, "jsonPath": path, **more}


COLUMNS = (
    column("Plain", ".spec.s"), column("Int", ".spec.i", "integer"), column("Num", ".spec.n", "number"), column("Bool", ".spec.b", "boolean"), column("Date", ".spec.d", "date"), column("Created", ".metadata.creationTimestamp", "date"), column("Wide", ".spec.s", priority=1, description="only wide", format="password"),
    column("Ready", ".status.conditions[?(@.type==\"Ready\")].status"), column("ReadyQ", ".status.conditions[?(@.type=='Ready')].reason"), column("NotReady", ".status.conditions[?(@.type!=\"Ready\")].type"), column("All", ".spec.l[*]"), column("First", ".spec.l[0]"), column("Last", ".spec.l[-1:]"), column("Slice", ".spec.l[0:2]"), column("Beyond", ".spec.l[9]"),
    column("Names", ".spec.o[*].name"), column("Bigger", ".spec.o[?(@.v>1)].name"), column("Has", ".spec.o[?(@.v)].name"), column("Deep", "..solo"), column("Escaped", ".metadata.labels.app\\.kubernetes\\.io/name"), column("Quoted", ".metadata.labels['app.kubernetes.io/name']"), column("Object", ".spec.m"), column("List", ".spec.l"), column("Star", ".spec.one.*"),
    column("IntS", ".spec.s", "integer"), column("NumS", ".spec.s", "number"), column("BoolS", ".spec.s", "boolean"), column("StrI", ".spec.i"), column("StrN", ".spec.n"), column("StrB", ".spec.b"), column("IntN", ".spec.n", "integer"), column("DateS", ".spec.s", "date"), column("DateI", ".spec.i", "date"), column("Null", ".spec.z"), column("Name2", ".metadata.name"), column("Age", ".metadata.creationTimestamp", "date"))


@custom_scenario("custom-tables")
def tables(t):
    """Printer columns: types, formats, paths and what is not there."""
    t.make_namespace()
    t.ageless = True
    serve(t, definition("tableds", version(additionalPrinterColumns=list(COLUMNS)), kind="Tabled"))
    path = at("tableds")
    full = {"s": "text", "i": 5, "n": 1.5, "b": True, "d": days_ago(6 * 365 + 335), "l": ["a", "b", "c"], "o": [{"name": "x", "v": 1}, {"name": "y", "v": 2}, {"name": "z"}], "m": {"k": "v", "j": 2}, "one": {"k": ["v", 1]}, "inner": {"solo": {"x": 1}}, "z": None}
    cond = {"conditions": [{"type": "Synced", "status": "False", "reason": "S"}, {"type": "Ready", "status": "True", "reason": "R"}]}
    t.send("POST", path, custom("Tabled", "full", full, status=cond, meta={"labels": {"app.kubernetes.io/name": "nm"}}))
    t.send("POST", path, custom("Tabled", "empty"))
    t.send("POST", path, custom("Tabled", "odd", {"s": 5, "i": "x", "n": "1.5", "b": "true", "d": "yesterday", "l": "abc", "o": {"name": "q"}, "m": [1, {"k": None}]}, status={"conditions": {}}))
    t.send("POST", path, custom("Tabled", "types", {"s": ["a"], "i": 2.0, "n": 3, "b": False, "d": 5, "l": [1, 2.5, True, None, {"a": "b"}], "o": [], "m": {}}, status={"conditions": [{"type": "Ready"}, {"type": "Ready", "status": "x"}]}))
    t.send("POST", path, custom("Tabled", "big", {"i": 9007199254740993, "n": 1e21, "s": "x" * 300, "l": list(range(30)), "d": days_ago(126 * 365 + 200)}))
    t.get("list", path, headers=TABLE)
    for n in ("full", "empty", "odd", "types", "big"):
        t.get("one: " + n, path + "/" + n, headers=TABLE)
    t.get("no object", path + "?includeObject=None", headers=TABLE)
    t.get("whole object", path + "/full?includeObject=Object", headers=TABLE)
    t.get("unknown includeObject", path + "?includeObject=Some", headers=TABLE)
    t.get("v1beta1", path, headers={"Accept": "application/json;as=Table;v=v1beta1;g=meta.k8s.io"})
    t.get("fallback", path + "/empty", headers={"Accept": "application/json;as=Table;v=v9;g=meta.k8s.io,application/json"})
    t.get("in YAML", path + "/empty", headers={"Accept": "application/yaml;as=Table;v=v1;g=meta.k8s.io"})
    t.get("pages", path + "?limit=1", headers=TABLE, keep=["rows.object.metadata.name", "metadata.remainingItemCount"])
    t.watch("watch", path + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dfull", headers=TABLE, want=2)
    t.get("of a missing one", path + "/none", headers=TABLE)
    t.post("of a create", dry(path), custom("Tabled", "new", {"s": "n"}), headers={**TABLE}, keep=["kind", "rows.cells"])
    serve(t, definition("plainlies", version(), kind="Plainly"))
    t.send("POST", at("plainlies"), custom("Plainly", "a"))
    t.get("without columns", at("plainlies"), headers=TABLE)
    serve(t, definition("aged", version(additionalPrinterColumns=[column("X", ".spec.x")]), kind="Aged"))
    t.send("POST", at("aged"), custom("Aged", "a", {"x": "y"}))
    t.get("columns without an age", at("aged"), headers=TABLE)


@custom_scenario("custom-media")
def media(t):
    """Media types of answers."""
    t.make_namespace()
    serve(t, definition("medias", version(), kind="Media"))
    path = at("medias")
    t.send("POST", path, custom("Media", "a", {"x": [1, 2.5, "ü", None, True, {"n": {}}]}, meta={"labels": {"a": "b"}, "annotations": {"c": "d"}}))
    for accept in ("application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "application/vnd.kubernetes.protobuf,application/json", "text/html", "*/*", "application/*", "application/json;pretty=1", "application/json;stream=watch",
                   "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "application/json;as=PartialObjectMetadata;v=v1beta1;g=meta.k8s.io", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "application/yaml;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
                   "application/json;as=Nonsense;v=v1;g=meta.k8s.io", "application/json;as=Table;v=v9;g=meta.k8s.io", "application/xml,application/json;q=0.5", ""):
        t.get("object as " + (accept or "nothing"), path + "/a", headers={"Accept": accept})
        t.get("list as " + (accept or "nothing"), path, headers={"Accept": accept})
    t.get("no Accept", path + "/a", headers={"Accept": None})
    for accept in ("application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io"):
        for where in ("/a", ""):
            r = t.send("GET", path + where, headers={"Accept": accept})
            t.note(f"{where or 'list'} as {accept}", [r.status, r.headers.get("content-type"), r.raw[:4].hex() if r.status == 200 else r.json])
    t.watch("watch as protobuf", path + "?watch=1&timeoutSeconds=1", headers=PROTOBUF, seconds=2)
    t.watch("watch as YAML", path + "?watch=1&timeoutSeconds=1", headers={"Accept": "application/yaml"}, seconds=2)
    t.watch("watch of metadata", path + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", headers=META, want=2)
    r = t.send("POST", dry(path), custom("Media", "b", {"x": 1}), headers={"Accept": "application/yaml"})
    t.note("create answered in YAML", [r.status, r.headers.get("content-type"), r.raw.decode().splitlines()[:3]])
    t.post("create answered by metadata", dry(path), custom("Media", "b", {"x": 1}), headers=META)
    t.post("create answered in protobuf", dry(path), custom("Media", "b", {"x": 1}), headers=PROTOBUF)
    t.post("create in YAML", dry(path), t.fill("apiVersion: {id}.example.com/v1\nkind: Media\nmetadata:\n  name: b\nspec:\n  n: 012\n  f: 1.0\n  t: 2020-01-01T00:00:00Z\n  s: |\n    two\n    lines\n"), headers=YAML)
    t.delete("delete answered in YAML", dry(path + "/a"), headers={"Accept": "application/yaml"})
    t.delete("delete answered in protobuf", dry(path + "/a"), headers=PROTOBUF)
    r = t.send("GET", path + "/a?pretty=true")
    t.note("pretty", b'\n  "kind": "Media"' in r.raw)
    r = t.send("GET", path + "/a", headers={"Accept-Encoding": "gzip"})
    t.note("small and gzip", r.headers.get("content-encoding"))


SELECTABLE = schema(color=text(), size=whole(), on={"type": "boolean"}, deep=obj(er=text()), when=text(format="date-time"), mode=text(enum=["a", "b"], default="a"), other=text())
FIELDS = [{"jsonPath": p} for p in (".spec.color", ".spec.size", ".spec.on", ".spec.deep.er", ".spec.mode", ".spec.when")]


@custom_scenario("custom-selectors")
def selectors(t):
    """Label selectors and selectable fields in lists, watches and collections."""
    t.make_namespace()
    serve(t, definition("pickeds", version(schema=SELECTABLE, selectableFields=FIELDS), kind="Picked"), "definition", keep=["spec.versions.selectableFields"])
    path = at("pickeds")
    for n, spec in (("a", {"color": "red", "size": 1, "on": True}), ("b", {"color": "blue", "size": 2, "on": False, "deep": {"er": "x"}}), ("c", {"color": "red", "size": 10, "mode": "b"}), ("d", {"when": "2020-01-01T00:00:00Z", "color": ""}), ("e", None)):
        t.send("POST", path, custom("Picked", n, spec, meta={"labels": {"n": n, "even": str(n in "bd").lower()}}))
    keep = ["kind", "items.metadata.name"]
    for s in ("spec.color=red", "spec.color!=red", "spec.color==red,spec.size=1", "spec.size=10", "spec.size=1", "spec.on=true", "spec.on!=true", "spec.deep.er=x", "spec.deep.er=", "spec.mode=b", "spec.mode=a", "spec.when=2020-01-01T00:00:00Z", "metadata.name=a", "metadata.name!=a", "metadata.namespace={ns}", "metadata.name=a,spec.color=red",
              "metadata.namespace=other", "spec.other=x", "spec.color", "status.x=1", "metadata.labels.n=a", ".spec.color=red", "spec.color=a\\,b", "metadata.uid=x", "kind=Picked"):
        t.get("field " + s, path + "?fieldSelector=" + s.replace("=", "%3D").replace("!", "%21").replace(",", "%2C").replace("\\", "%5C"), keep=keep)
    for s in ("n=a", "n!=a", "n in (a,b)", "n notin (a,b)", "even", "!even", "even=true,n=b", "n>5", "=a", "n in ()", "n=a b"):
        t.get("label " + s, path + "?labelSelector=" + s.replace("=", "%3D").replace("!", "%21").replace(",", "%2C").replace(" ", "%20").replace(">", "%3E"), keep=keep)
    t.get("both", path + "?labelSelector=even%3Dtrue&fieldSelector=spec.color%3Dblue", keep=keep)
    t.get("all namespaces", f"/apis/{GROUP}/v1/pickeds?fieldSelector=spec.color%3Dred", keep=keep)
    t.get("a page", path + "?limit=1&fieldSelector=spec.color%3Dred", keep=keep + ["metadata.remainingItemCount"])
    rv = t.send("GET", path).rv

    def do():
        t.ask("becomes red", "PATCH", path + "/b", {"spec": {"color": "red"}}, headers=MERGE, keep=["spec"])
        t.ask("stays red", "PATCH", path + "/b", {"spec": {"size": 7}}, headers=MERGE, keep=["spec"])
        t.ask("is not red any more", "PATCH", path + "/a", {"spec": {"color": "green"}}, headers=MERGE, keep=["spec"])
        t.delete("green deleted", path + "/a", keep=["status"])
        t.delete("red deleted", path + "/c", keep=["status"])

    live = ["metadata.name", "spec", "metadata.resourceVersion"]
    t.watch("watch", path + f"?watch=1&fieldSelector=spec.color%3Dred&resourceVersion={rv}", want=4, do=do, keep=live)
    t.watch("watch of others", path + f"?watch=1&timeoutSeconds=1&fieldSelector=spec.color%21%3Dred&resourceVersion={rv}", keep=live)
    t.watch("watch list", path + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&fieldSelector=spec.color%3Dred", want=2, keep=live)
    t.watch("watch by an unknown field", path + "?watch=1&timeoutSeconds=1&fieldSelector=spec.other%3Dred")
    t.watch("watch by a name", path + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&fieldSelector=metadata.name%3Db", want=2, keep=live)
    t.delete("collection by an unknown field", path + "?fieldSelector=spec.other%3Dred")
    t.delete("collection", path + "?fieldSelector=spec.color%3Dred", keep=keep)
    t.get("what is left", path, keep=keep)
    two = definition("twos", version(schema=schema(a=text()), selectableFields=[{"jsonPath": ".spec.a"}]), version("v2", schema(b=text()), False, selectableFields=[{"jsonPath": ".spec.b"}]), kind="Two")
    serve(t, two)
    t.send("POST", at("twos"), custom("Two", "x", {"a": "1"}))
    t.send("POST", at("twos", "v2"), custom("Two", "y", {"b": "1"}, "v2"))
    for v in ("v1", "v2"):
        for f in ("a", "b"):
            t.get(f"{f} in {v}", at("twos", v) + f"?fieldSelector=spec.{f}%3D1", keep=keep)
    odd = definition("oddlings", version(schema=schema(x=text())), kind="Oddling")
    serve(t, odd)
    t.send("POST", at("oddlings"), custom("Oddling", "a", {"x": "1"}))
    t.get("not selectable yet", at("oddlings") + "?fieldSelector=spec.x%3D1")
    change(t, definition("oddlings", version(schema=schema(x=text()), selectableFields=[{"jsonPath": ".spec.x"}]), kind="Oddling"), at("oddlings") + "?fieldSelector=spec.x%3D1", lambda r: r.status == 200)
    t.get("selectable now", at("oddlings") + "?fieldSelector=spec.x%3D1", keep=keep)


@custom_scenario("custom-reads")
def reads(t):
    """Lists in pages and at versions, and watches."""
    t.make_namespace()
    serve(t, definition("reads", version(schema=schema(n=whole())), kind="Read"))
    path = at("reads")
    t.get("empty", path)
    made = [t.send("POST", path, custom("Read", n, {"n": i})) for i, n in enumerate("abcde")]
    t.get("list", path)
    r = t.get("page 1", path + "?limit=2")
    r = t.get("page 2", path + "?limit=2&continue=" + r.token)
    t.get("page 3", path + "?limit=2&continue=" + r.token)
    t.get("a bad token", path + "?limit=2&continue=abc")
    t.get("a bad limit", path + "?limit=x")
    for q in ("resourceVersion=0", "resourceVersion=" + made[2].rv, "resourceVersion=" + made[2].rv + "&resourceVersionMatch=Exact", "resourceVersion=" + made[2].rv + "&resourceVersionMatch=NotOlderThan", "resourceVersion=x", "resourceVersionMatch=Exact", "resourceVersion=0&resourceVersionMatch=Exact"):
        t.get("list at " + t.fill(q).replace(made[2].rv, "c"), path + "?" + q, keep=["items.metadata.name"])
    t.get("get at 0", path + "/a?resourceVersion=0", keep=["spec"])
    t.get("of all namespaces", f"/apis/{GROUP}/v1/reads?limit=1", keep=["items.metadata.name", "metadata.remainingItemCount"])

    def do():
        put(t, "update", path + "/a", custom("Read", "a", {"n": 10}))
        put(t, "no change", path + "/a", custom("Read", "a", {"n": 10}))
        t.delete("delete", path + "/b")
        t.post("create", path, custom("Read", "f", {"n": 6}))

    t.watch("watch", path + "?watch=1&resourceVersion=" + made[-1].rv, want=3, do=do)
    t.watch("watch again", path + "?watch=1&resourceVersion=" + made[-1].rv, want=3)
    t.watch("watch from 0", path + "?watch=1&resourceVersion=0&timeoutSeconds=1", keep=["metadata.name"], seconds=3)
    t.watch("watch without a version", path + "?watch=1&timeoutSeconds=1", keep=["metadata.name"], seconds=3)
    t.watch("watch list", path + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", want=6)
    t.get("watch of one", path + "/a?watch=1&timeoutSeconds=1")
    t.watch("watch by the old path", f"/apis/{GROUP}/v1/watch/namespaces/{{ns}}/reads?timeoutSeconds=1", seconds=3, keep=["metadata.name"])
    t.watch("watch too old", path + "?watch=1&resourceVersion=1&timeoutSeconds=1", seconds=3, keep=["metadata.name"])
    t.get("HEAD", path)
    for m in ("HEAD", "OPTIONS", "TRACE"):
        r = t.send(m, path)
        t.note(m, [r.status, r.headers.get("content-type"), r.headers.get("allow")])
