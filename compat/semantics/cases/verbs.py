"""Create, get, update, delete: the objects and the errors."""
from concurrent.futures import ThreadPoolExecutor

from harness import scenario

from cases._objects import CM, SECRETS, cm, fill, secret


@scenario("create")
def create(t):
    """POST of an object: what is stored and every refusal."""
    t.make_namespace()
    t.post("plain", CM, cm("a", {"k": "v"}, labels={"l": "1"}, annotations={"x": "y"}))
    t.post("exists", CM, cm("a"))
    t.post("no data", CM, cm("nodata"))
    t.post("namespace in the object", CM, cm("in-ns", namespace="{ns}"))
    t.post("other namespace in the object", CM, cm("x", namespace="other"))
    t.post("missing namespace", "/api/v1/namespaces/none-{id}/configmaps", cm("x"))
    t.post("resourceVersion set", CM, cm("x", resourceVersion="5"))
    t.post("uid set is replaced", CM, cm("uid-set", uid="11111111-2222-3333-4444-555555555555"))
    t.post("system fields are reset", CM, cm(
        "sys", creationTimestamp="2001-01-01T00:00:00Z", deletionTimestamp="2001-01-01T00:00:00Z",
        deletionGracePeriodSeconds=5, generation=7, selfLink="/x"))
    t.post("no name", CM, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}})
    t.post("no metadata", CM, {"apiVersion": "v1", "kind": "ConfigMap"})
    t.post("no kind and apiVersion", CM, {"metadata": {"name": "untyped"}, "data": {"k": "v"}})
    t.post("wrong kind", CM, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}})
    t.post("unknown kind", CM, {"apiVersion": "v1", "kind": "Nonsense", "metadata": {"name": "x"}})
    t.post("wrong apiVersion", CM, {"apiVersion": "apps/v1", "kind": "ConfigMap", "metadata": {"name": "x"}})
    t.post("unknown apiVersion", CM, {"apiVersion": "v9", "kind": "ConfigMap", "metadata": {"name": "x"}})
    t.post("name in the path", CM + "/a", cm("a"))
    t.post("secret", SECRETS, secret("s", {"a": "AAEC", "b": ""}))
    t.post("unicode and escapes", CM, cm("uni", {"k": "ünï ☃ \U0001f600 <>& \" \\ \n\t\u2028"}))
    t.get("unicode and escapes again", CM + "/uni")


@scenario("create-bodies")
def create_bodies(t):
    """Bodies that cannot be read, and media types."""
    t.make_namespace()
    t.post("broken JSON", CM, '{"apiVersion":"v1","kind":"ConfigMap",')
    t.post("empty body", CM, "")
    t.post("not an object", CM, '["a"]')
    t.post("a number", CM, '5')
    t.post("wrong type of a field", CM, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":5}}')
    t.post("wrong type in a map", CM, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":1}}')
    t.post("bad base64", SECRETS,
           '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"},"data":{"a":"%%"}}')
    t.post("trailing garbage", CM, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"trail"}} x')
    t.post("no content type", CM, cm("no-ct"), headers={"Content-Type": None})
    t.post("charset", CM, cm("charset"), headers={"Content-Type": "application/json; charset=utf-8"})
    t.post("text/plain", CM, cm("x"), headers={"Content-Type": "text/plain"})
    t.post("application/xml", CM, cm("x"), headers={"Content-Type": "application/xml"})
    t.post("nonsense content type", CM, cm("x"), headers={"Content-Type": ";;"})
    t.put("put text/plain", CM + "/no-ct", cm("no-ct"), headers={"Content-Type": "text/plain"})
    t.post("null data is dropped", CM, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"n1"},"data":null}')
    t.post("null labels are dropped", CM,
           '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"n2","labels":null},"data":{}}')


@scenario("create-bodies-strictness", tags=("writes",))
def create_bodies_strictness(t):
    """fieldValidation: unknown and duplicate fields."""
    t.make_namespace()
    unknown = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s","nope":1},"dat":{"a":"b"}}'
    twice = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s"},"data":{"a":"b"},"data":{"a":"c"}}'
    t.post("unknown, default", CM, unknown % "u0")
    t.post("unknown, warn", CM + "?fieldValidation=Warn", unknown % "u1")
    t.post("unknown, ignore", CM + "?fieldValidation=Ignore", unknown % "u2")
    t.post("unknown, strict", CM + "?fieldValidation=Strict", unknown % "u3")
    t.post("twice, default", CM, twice % "d0")
    t.post("twice, strict", CM + "?fieldValidation=Strict", twice % "d3")
    t.post("bad value", CM + "?fieldValidation=Maybe", unknown % "u4")
    t.post("null elements", CM, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"ne"},"data":{"a":null}}')
    t.post("case of the name", CM, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"ce"},"Data":{"a":"b"}}')


@scenario("generate-name")
def generate_name(t):
    """generateName."""
    t.make_namespace()
    r = t.send("POST", CM, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "gen-"}})
    name = r.json["metadata"]["name"]
    t.note("status and shape", [r.status, name.startswith("gen-"), len(name), r.json["metadata"].get("generateName"),
                                set(name[4:]) <= set("bcdfghjklmnpqrstvwxz2456789")])
    r = t.send("POST", CM, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "g" * 70}})
    t.note("a long prefix is cut", [r.status, len(r.json["metadata"].get("name", ""))])
    t.post("name wins", CM, cm("named", generateName="gen-"))
    r = t.send("POST", CM, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "Bad_"}})
    t.note("bad prefix status", [r.status, r.json.get("reason"), [c["field"] for c in r.json["details"]["causes"]]])


@scenario("names")
def names(t):
    """Validation of object metadata."""
    t.make_namespace()
    for label, name in (("upper case", "Upper"), ("underscore", "a_b"), ("dots", "a.b.c"), ("leading dash", "-a"),
                        ("slash", "a/b"), ("percent", "a%b"), ("dot", "."), ("dot dot", ".."), ("253", "a" * 253),
                        ("254", "a" * 254)):
        t.post(label, CM, cm(name), keep=["metadata.name"])
    t.post("label key", CM, cm("x", labels={"-bad/k!": "v"}))
    t.post("label value", CM, cm("x", labels={"k": "not valid!"}))
    t.post("label value too long", CM, cm("x", labels={"k": "v" * 64}))
    t.post("annotation key", CM, cm("x", annotations={"bad key": "v"}))
    t.post("annotations too long", CM, cm("x", annotations={"k": "v" * (256 * 1024 + 1)}))
    t.post("finalizer name", CM, cm("x", finalizers=["no slash!"]))
    t.post("finalizer without a slash", CM, cm("x", finalizers=["unqualified"]))
    t.post("owner without a uid", CM, cm("x", ownerReferences=[{"apiVersion": "v1", "kind": "Pod", "name": "p"}]))
    t.post("owner", CM, cm("owned", ownerReferences=[
        {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "11111111-2222-3333-4444-555555555555"}]))
    t.post("two controllers", CM, cm("x", ownerReferences=[
        {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "11111111-2222-3333-4444-555555555555", "controller": True},
        {"apiVersion": "v1", "kind": "Pod", "name": "q", "uid": "11111111-2222-3333-4444-555555555556", "controller": True}]))
    t.post("data key", CM, cm("x", {"bad key": "v"}))
    t.post("several at once", CM, cm("Bad_Name", labels={"-": "!"}))


@scenario("get")
def get(t):
    """GET of one object."""
    t.make_namespace()
    r = t.post("create", CM, cm("a", {"k": "v"}))
    t.get("get", CM + "/a")
    t.get("missing", CM + "/none")
    t.get("missing namespace", "/api/v1/namespaces/none-{id}/configmaps/a")
    t.get("rv 0", CM + "/a?resourceVersion=0")
    t.get("rv own", CM + "/a?resourceVersion=" + r.rv)
    t.get("rv bad", CM + "/a?resourceVersion=abc")
    t.get("rv 0 missing", CM + "/none?resourceVersion=0")
    r = t.send("GET", CM + "/a?pretty=true")
    t.note("pretty", b'\n  "kind"' in r.raw)
    r = t.send("GET", CM + "/a")
    t.note("not pretty", r.raw.count(b"\n"))
    t.get("unknown parameter", CM + "/a?nonsense=1")
    t.get("trailing slash", CM + "/a/")
    t.get("subresource that is none", CM + "/a/status")
    t.get("name with a percent escape", CM + "/%61")
    t.get("name with an escaped slash", CM + "/a%2Fb")
    t.get("upper case name", CM + "/A")


@scenario("update")
def update(t):
    """PUT: optimistic concurrency, no-op, refusals."""
    t.make_namespace()
    first = t.post("create", CM, cm("a", {"k": "1"}))
    r = t.put("with its version", CM + "/a", cm("a", {"k": "2"}, resourceVersion=first.rv))
    t.put("stale version", CM + "/a", cm("a", {"k": "3"}, resourceVersion=first.rv))
    u = t.put("without a version", CM + "/a", cm("a", {"k": "4"}))
    same = t.put("no change", CM + "/a", cm("a", {"k": "4"}))
    t.note("no change keeps the version", u.rv == same.rv)
    same = t.put("no change, whole object", CM + "/a", u.json)
    t.note("no change of the whole object keeps the version", u.rv == same.rv)
    t.put("labels", CM + "/a", cm("a", {"k": "4"}, labels={"x": "y"}))
    t.put("missing", CM + "/none", cm("none", {"k": "1"}))
    t.put("missing with a version", CM + "/none", cm("none", {"k": "1"}, resourceVersion=r.rv))
    t.put("other name", CM + "/a", cm("b", {"k": "1"}))
    t.put("no name", CM + "/a", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}, "data": {"k": "5"}})
    t.put("other namespace", CM + "/a", cm("a", {"k": "1"}, namespace="other"))
    t.put("right uid", CM + "/a", cm("a", {"k": "6"}, uid=first.uid))
    t.put("other uid", CM + "/a", cm("a", {"k": "7"}, uid="11111111-2222-3333-4444-555555555555"))
    t.put("version not a number", CM + "/a", cm("a", {"k": "8"}, resourceVersion="abc"))
    t.put("version 0", CM + "/a", cm("a", {"k": "9"}, resourceVersion="0"))
    t.put("times cannot be set", CM + "/a", cm("a", {"k": "10"}, creationTimestamp="2001-01-01T00:00:00Z",
                                               deletionTimestamp="2001-01-01T00:00:00Z"))
    t.put("wrong kind", CM + "/a", {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}})
    t.put("broken JSON", CM + "/a", "{")
    t.put("empty body", CM + "/a", "")
    t.put("invalid label", CM + "/a", cm("a", labels={"k": "!"}))
    t.put("collection", CM, cm("a"))
    t.get("in the end", CM + "/a")


@scenario("update-race")
def update_race(t):
    """Writers with the same version: exactly one wins."""
    t.make_namespace()
    r = t.send("POST", CM, cm("a", {"k": "0"}))
    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(
            lambda i: t.send("PUT", CM + "/a", cm("a", {"k": f"w{i}"}, resourceVersion=r.rv)).status, range(8)))
    t.note("statuses", codes)
    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(lambda i: t.send("POST", CM, cm("b", {"k": f"{i}"})).status, range(8)))
    t.note("create race", codes)
    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(lambda i: t.send("DELETE", CM + "/b").status, range(8)))
    t.note("delete race", codes)


@scenario("delete")
def delete(t):
    """DELETE of one object."""
    t.make_namespace()
    made = fill(t, [f"d{i}" for i in range(16)])
    t.delete("plain", CM + "/d0")
    t.get("gone", CM + "/d0")
    t.delete("again", CM + "/d0")
    t.delete("options v1", CM + "/d1", {"apiVersion": "v1", "kind": "DeleteOptions"})
    t.delete("options meta.k8s.io", CM + "/d2", {"apiVersion": "meta.k8s.io/v1", "kind": "DeleteOptions"})
    t.delete("empty options", CM + "/d3", {})
    t.delete("uid precondition fails", CM + "/d4",
             {"preconditions": {"uid": "11111111-2222-3333-4444-555555555555"}})
    t.delete("uid precondition holds", CM + "/d4", {"preconditions": {"uid": made["d4"].uid}})
    t.delete("rv precondition fails", CM + "/d5", {"preconditions": {"resourceVersion": "1"}})
    t.delete("rv precondition holds", CM + "/d5", {"preconditions": {"resourceVersion": made["d5"].rv}})
    t.delete("broken body", CM + "/d6", "{")
    t.delete("wrong kind of body", CM + "/d6", cm("d6"))
    t.delete("bad policy", CM + "/d6", {"propagationPolicy": "Sometimes"})
    t.delete("policy and orphanDependents", CM + "/d6", {"propagationPolicy": "Orphan", "orphanDependents": True})
    t.delete("background", CM + "/d7", {"propagationPolicy": "Background"})
    t.delete("background in the query", CM + "/d8?propagationPolicy=Background")
    t.delete("grace in the query", CM + "/d9?gracePeriodSeconds=0")
    t.delete("grace bad in the query", CM + "/d10?gracePeriodSeconds=abc")
    t.delete("grace negative", CM + "/d10", {"gracePeriodSeconds": -1})
    t.delete("text body", CM + "/d11", "{}", headers={"Content-Type": "text/plain"})
    t.delete("dry run", CM + "/d12", {"dryRun": ["All"]})
    t.get("dry run left it", CM + "/d12")
    t.delete("bad dry run", CM + "/d12", {"dryRun": ["Some"]})
    t.delete("missing namespace", "/api/v1/namespaces/none-{id}/configmaps/a")
    t.get("what is left", CM, keep=["items.metadata.name"])


@scenario("delete-orphan", tags=("writes",))
def delete_orphan(t):
    """Deletion with dependents: the garbage collector's finalizers."""
    t.make_namespace()
    fill(t, ("a", "b"))
    t.delete("foreground", CM + "/a", {"propagationPolicy": "Foreground"})
    t.delete("orphan", CM + "/b", {"propagationPolicy": "Orphan"})
    t.get("left", CM, keep=["items.metadata.name", "items.metadata.finalizers"])


@scenario("finalizers")
def finalizers(t):
    """Deletion of an object with finalizers."""
    t.make_namespace()
    a = t.post("create", CM, cm("a", {"k": "v"}, finalizers=["example.com/one", "example.com/two"]))
    t.delete("delete", CM + "/a")
    r = t.get("get", CM + "/a")
    t.delete("delete again", CM + "/a")
    t.note("deleting again changes nothing", t.send("GET", CM + "/a").rv == r.rv)
    t.put("data may change", CM + "/a", cm("a", {"k": "w"}, finalizers=["example.com/one", "example.com/two"]))
    t.put("a finalizer cannot be added", CM + "/a",
          cm("a", {"k": "w"}, finalizers=["example.com/one", "example.com/two", "example.com/three"]))
    t.post("the name is taken", CM, cm("a"))
    t.put("one removed", CM + "/a", cm("a", {"k": "w"}, finalizers=["example.com/two"]))
    t.put("last removed", CM + "/a", cm("a", {"k": "w"}))
    t.get("gone", CM + "/a")
    t.post("same name again", CM, cm("a"))
    t.note("with another uid", t.send("GET", CM + "/a").uid != a.uid)


@scenario("finalizers-watch")
def finalizers_watch(t):
    """The events of a deletion with finalizers."""
    t.make_namespace()
    r = t.send("POST", CM, cm("a", {"k": "v"}, finalizers=["example.com/one"]))

    def do():
        t.delete("delete", CM + "/a")
        t.put("remove", CM + "/a", cm("a", {"k": "v"}))

    t.watch("events", CM + "?watch=1&resourceVersion=" + r.rv, want=2, do=do)


@scenario("delete-collection")
def delete_collection(t):
    """DELETE of a collection."""
    t.make_namespace()
    fill(t, ("a", "b"), labels={"g": "1"})
    fill(t, ("c", "d"), labels={"g": "2"})
    fill(t, ("e", "f"))
    t.delete("by label", CM + "?labelSelector=g%3D1")
    t.delete("by field", CM + "?fieldSelector=metadata.name%3Dc")
    t.delete("bad selector", CM + "?labelSelector=%3D%3D")
    t.delete("dry run", CM, {"dryRun": ["All"]})
    t.get("left", CM, keep=["items.metadata.name"])
    t.delete("broken body", CM, "{")
    t.delete("limit", CM + "?limit=1", keep=["kind", "items.metadata.name"])
    t.get("left after limit", CM, keep=["items.metadata.name"])
    t.send("POST", CM, cm("fin", finalizers=["example.com/x"]))
    t.delete("all", CM)
    t.get("a finalizer stays", CM, keep=["items.metadata.name", "items.metadata.deletionGracePeriodSeconds"])
    t.send("PUT", CM + "/fin", cm("fin"))
    t.delete("nothing left", CM)
    t.delete("cluster-wide is not allowed", "/api/v1/configmaps")


@scenario("dry-run")
def dry_run(t):
    """dryRun=All."""
    t.make_namespace()
    t.post("create", CM + "?dryRun=All", cm("a", {"k": "v"}), keep=["metadata.name", "data", "kind"])
    t.get("not there", CM + "/a")
    r = t.send("POST", CM, cm("a", {"k": "v"}))
    t.put("update", CM + "/a?dryRun=All", cm("a", {"k": "w"}), keep=["metadata.name", "data"])
    t.note("unchanged", [t.send("GET", CM + "/a").json["data"], t.send("GET", CM + "/a").rv == r.rv])
    t.delete("delete", CM + "/a?dryRun=All")
    t.get("still there", CM + "/a", keep=["metadata.name"])
    t.post("bad", CM + "?dryRun=Some", cm("b"))
    t.post("exists", CM + "?dryRun=All", cm("a"))


@scenario("methods")
def methods(t):
    """Methods a path does not have."""
    t.make_namespace()
    fill(t, ("a",))
    for method, path in (("PUT", CM), ("PATCH", CM), ("POST", CM + "/a"), ("OPTIONS", CM), ("TRACE", CM),
                         ("POST", "/api/v1/configmaps"), ("DELETE", "/api/v1/namespaces"),
                         ("PUT", "/api/v1/namespaces"), ("POST", "/api/v1"), ("DELETE", "/version"),
                         ("POST", "/healthz"), ("FROB", CM)):
        t.ask(f"{method} {path.replace('{ns}', 'NS')}", method, path,
              body={} if method in ("POST", "PUT", "PATCH") else None)
    r = t.send("HEAD", CM + "/a")
    t.note("HEAD", [r.status, r.headers.get("content-type"), len(r.raw)])
    t.ask("patch with an unknown type", "PATCH", CM + "/a", "{}", headers={"Content-Type": "application/json"})


@scenario("paths")
def paths(t):
    """Paths that are nothing."""
    t.make_namespace()
    for path in ("/api/v1/nonsense", "/api/v1/namespaces/{ns}/nonsense", "/api/v1/namespaces/{ns}/nonsense/x",
                 "/apis/nonsense.example.com/v1", "/apis/nonsense.example.com/v1/things", "/apis/apps/v9",
                 "/apis/apps/v9/deployments", "/apis/apps/v1/nonsense", "/api/v2", "/api/v2/pods", "/nonsense",
                 "/api/v1/namespaces/{ns}/nodes", "/api/v1/namespaces/{ns}/namespaces", "/apis/v1/pods",
                 "/api/v1/configmaps/a", "/api/v1/pods/a/log", "/api/v1/namespaces/{ns}/pods/none/nonsense",
                 "/api/v1/namespaces/{ns}/configmaps/a/b/c", "/api/v1//configmaps", "//api/v1/configmaps"):
        t.get(path, path)
    t.delete("delete nothing", "/api/v1/namespaces/{ns}/nonsense/x")
    t.post("post nothing", "/api/v1/namespaces/{ns}/nonsense", cm("x"))


@scenario("accept")
def accept(t):
    """Content negotiation in JSON."""
    t.make_namespace()
    fill(t, ("a",))
    keep = ["kind", "items.metadata.name", "metadata.name"]
    for accept_header in (None, "*/*", "application/*", "application/json", "application/json;charset=utf-8",
                          "application/json;q=0.1, text/html", "text/html, */*;q=0.1", "application/xml", "text/html",
                          "nonsense", "application/json;as=Nonsense;g=meta.k8s.io;v=v1",
                          "application/json;as=Nonsense;g=meta.k8s.io;v=v1, application/json"):
        t.get(f"list {accept_header}", CM, headers={"Accept": accept_header}, keep=keep)
        t.get(f"get {accept_header}", CM + "/a", headers={"Accept": accept_header}, keep=keep)
    t.get("error in an unknown type", CM + "/none", headers={"Accept": "application/xml"})
    t.post("create in an unknown type", CM, cm("x"), headers={"Accept": "application/xml"})
    t.get("not created", CM + "/x")
    t.watch("watch in an unknown type", CM + "?watch=1&timeoutSeconds=1", headers={"Accept": "text/html"})
    t.watch("watch in yaml", CM + "?watch=1&timeoutSeconds=1", headers={"Accept": "application/yaml"})
    t.watch("watch of all types", CM + "?watch=1&timeoutSeconds=1", headers={"Accept": "*/*"}, bookmarks="none",
            keep=["metadata.name"])


@scenario("authentication")
def authentication(t):
    """Bad credentials."""
    bad = {"Authorization": "Bearer not-a-token"}
    t.get("bad token", "/api/v1/namespaces", headers=bad)
    t.post("bad token post", "/api/v1/namespaces", {}, headers=bad)
    t.watch("bad token watch", "/api/v1/namespaces?watch=1", headers=bad)


@scenario("sizes")
def sizes(t):
    """Limits of sizes."""
    t.make_namespace()
    keep = ["metadata.name"]
    t.post("1 MiB of data", CM, cm("big", {"k": "x" * (1024 * 1024 - 100)}), keep=keep)
    t.post("more than 1 MiB of data", CM, cm("x", {"k": "x" * (1024 * 1024 + 1)}), keep=keep)
    t.post("more than 3 MiB of body", CM, cm("x", {"k": "x" * (3 * 1024 * 1024 + 100)}), keep=keep)
    t.get("still alive", CM + "/big", keep=keep)
    t.get("many labels", CM + "?labelSelector=" + "%2C".join(f"l{i}%3Dv" for i in range(200)), keep=["items"])


@scenario("gzip")
def gzip_lists(t):
    """Compression of large answers."""
    t.make_namespace()
    for i in range(4):
        t.send("POST", CM, cm(f"big{i}", {"k": f"line {i}\n" * 6000}))
    on = {"Accept-Encoding": "gzip"}
    for label, path in (("large list", CM), ("small list", CM + "?limit=1&fieldSelector=metadata.name%3Dnone"),
                        ("get", CM + "/big0"), ("one item", CM + "?fieldSelector=metadata.name%3Dbig0")):
        plain, packed = t.send("GET", path), t.send("GET", path, headers=on)
        t.note(label, {"plain": [plain.headers.get("content-encoding"), plain.headers.get("vary")],
                       "gzip": [packed.headers.get("content-encoding"), packed.headers.get("vary")],
                       "same items": plain.json.get("items") == packed.json.get("items")})
