"""Watches and watch lists: the tables of parameters, selectors, and what ends a stream."""
import functools
import json
import time
from concurrent.futures import ThreadPoolExecutor

from harness import scenario

from cases._objects import CM, cm, fill

FUTURE = 1 << 40
LIVE = ["metadata.name", "metadata.resourceVersion", "metadata.annotations", "kind", "data"]


def versions(t, shown):
    """Each resourceVersionMatch, sendInitialEvents and allowWatchBookmarks with one resourceVersion."""
    t.make_namespace()
    made = fill(t, ("a", "b", "c"))
    t.send("PUT", CM + "/a", cm("a", {"n": "changed"}))
    t.send("DELETE", CM + "/b")
    now = t.send("POST", CM, cm("d")).rv
    t.send("GET", CM)  # a consistent list: from here on, "any" state may be this one and no older
    rv = {"unset": "", "0": "0", "old": made["c"].rv, "now": now}[shown]
    for match in ("", "NotOlderThan", "Exact", "Nonsense"):
        for initial in ("", "true", "false"):
            for bookmarks in ("", "true"):
                if bookmarks and match not in ("", "NotOlderThan"):
                    continue
                query = "&".join(f"{k}={v}" for k, v in (
                    ("resourceVersion", rv), ("resourceVersionMatch", match), ("sendInitialEvents", initial),
                    ("allowWatchBookmarks", bookmarks)) if v)
                t.watch(f"match {match or 'unset'}, initial {initial or 'unset'}, bookmarks {bookmarks or 'unset'}",
                        f"{CM}?watch=true&timeoutSeconds=1&{query}", seconds=5, keep=LIVE)


for _rv in ("unset", "0", "old", "now"):
    scenario("watch-version-" + _rv)(functools.wraps(versions)(functools.partial(versions, shown=_rv)))


@scenario("watch-options")
def options(t):
    """Validation of watch options."""
    t.make_namespace()
    t.send("POST", CM, cm("a"))
    for query in ("continue=abc&resourceVersionMatch=NotOlderThan&sendInitialEvents=true", "continue=abc",
                  "limit=1", "limit=abc", "resourceVersion=abc", "resourceVersion=-1",
                  "resourceVersion=abc&resourceVersionMatch=NotOlderThan&sendInitialEvents=true",
                  "sendInitialEvents=abc", "sendInitialEvents=abc&resourceVersionMatch=NotOlderThan",
                  "allowWatchBookmarks=abc", "labelSelector=%3D%3D", "fieldSelector=spec.nope%3D1",
                  "fieldSelector=nonsense"):
        t.watch(query, CM + "?watch=1&timeoutSeconds=1&" + query, seconds=4, keep=LIVE)
    for value in ("true", "1", "True", "t", "yes", "", "watch"):
        t.watch("watch=" + value, CM + "?watch=" + value + "&timeoutSeconds=1", seconds=4, keep=LIVE, want=1)
    t.watch("timeoutSeconds=abc", CM + "?watch=1&timeoutSeconds=abc", seconds=2, keep=LIVE, want=1)
    t.watch("timeoutSeconds=0", CM + "?watch=1&timeoutSeconds=0", seconds=2, keep=LIVE)
    t.watch("timeout is ignored", CM + "?watch=1&timeout=1s", seconds=3, keep=LIVE)


@scenario("watch-live")
def live(t):
    """Create, update and delete as a watcher sees them."""
    t.make_namespace()
    r = t.send("POST", CM, cm("first", {"n": "0"}))

    def do():
        made = t.post("create", CM, cm("a", {"n": "1"}, labels={"x": "y"}))
        t.put("update", CM + "/a", cm("a", {"n": "2"}, labels={"x": "y"}, resourceVersion=made.rv))
        t.put("no change", CM + "/a", cm("a", {"n": "2"}, labels={"x": "y"}))
        t.delete("delete", CM + "/a")
        t.post("create again", CM, cm("a", {"n": "3"}))

    events = t.watch("from a version", CM + "?watch=1&resourceVersion=" + r.rv, want=4, do=do)
    versions = [int(e["object"]["metadata"]["resourceVersion"]) for e in events]
    t.note("versions increase", versions == sorted(set(versions)))
    t.watch("the same again", CM + "?watch=1&resourceVersion=" + r.rv, want=4)
    t.watch("from the middle", CM + f"?watch=1&resourceVersion={versions[1]}", want=2)
    t.watch("from the end", CM + f"?watch=1&timeoutSeconds=1&resourceVersion={versions[-1]}")


@scenario("watch-list")
def watch_list(t):
    """Initial events, the bookmark, live events: one stream."""
    t.make_namespace()
    fill(t, ("b", "a", "c"))

    def do():
        t.send("PUT", CM + "/a", cm("a", {"n": "new"}))
        t.send("DELETE", CM + "/b")
        t.send("POST", CM, cm("d"))

    path = CM + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    t.watch("state, bookmark, changes", path, want=7, do=do)
    t.watch("nothing admitted", path + "&labelSelector=none%3D1", want=1)
    t.make_namespace(t.ns + "-e")
    t.watch("empty namespace", path.replace("{ns}", t.ns + "-e"), want=1)
    t.watch("missing namespace", path.replace("{ns}", "none-" + t.id), want=1)
    t.watch("cluster-scoped kind", "/api/v1/nodes?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
            "&allowWatchBookmarks=true&labelSelector=none%3D{id}", want=1)
    t.watch("apps group", "/apis/apps/v1/namespaces/{ns}/deployments?watch=1&sendInitialEvents=true"
            "&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", want=1)


@scenario("watch-list-fresh")
def fresh(t):
    """A watch list shows each write that was acknowledged before it."""
    t.make_namespace()
    path = CM + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    for i in range(5):
        rv = t.send("POST", CM, cm(f"f{i}")).rv
        events = t.watch(f"after write {i}", path, want=i + 2, keep=["metadata.name", "metadata.annotations"])
        t.note(f"bookmark {i} is not older", int(events[-1]["object"]["metadata"]["resourceVersion"]) >= int(rv))


@scenario("watch-labels")
def labels(t):
    """A label selector: entering is ADDED, leaving is DELETED with the version of the event."""
    t.make_namespace()
    r = t.send("POST", CM, cm("out", {"n": "0"}))

    def do():
        for label, body in (("out to in", cm("out", {"n": "1"}, labels={"x": "1"})),
                            ("in to in", cm("out", {"n": "2"}, labels={"x": "1", "y": "2"})),
                            ("in to out", cm("out", {"n": "3"}, labels={"x": "2"})),
                            ("out to out", cm("out", {"n": "4"})),
                            ("in again", cm("out", {"n": "5"}, labels={"x": "1"}))):
            t.put(label, CM + "/out", body, keep=["metadata.resourceVersion"])
        t.delete("deleted while in", CM + "/out", keep=["status"])
        t.post("created out", CM, cm("other", {"n": "6"}), keep=["metadata.resourceVersion"])
        t.delete("deleted while out", CM + "/other", keep=["status"])
        t.post("created in", CM, cm("third", {"n": "7"}, labels={"x": "1"}), keep=["metadata.resourceVersion"])

    t.watch("x=1", CM + "?watch=1&labelSelector=x%3D1&resourceVersion=" + r.rv, want=6, do=do)
    t.watch("x=1 replayed", CM + "?watch=1&labelSelector=x%3D1&resourceVersion=" + r.rv, want=6)
    t.watch("!x replayed", CM + "?watch=1&labelSelector=%21x&timeoutSeconds=1&resourceVersion=" + r.rv)
    t.watch("no selector replayed", CM + "?watch=1&timeoutSeconds=1&resourceVersion=" + r.rv)


@scenario("watch-fields")
def fields(t):
    """Field selectors and names in a watch."""
    t.make_namespace()
    made = fill(t, ("a", "b"))

    def change():
        t.send("PUT", CM + "/a", cm("a", {"n": "1"}))
        t.send("PUT", CM + "/b", cm("b", {"n": "1"}))
        t.send("DELETE", CM + "/a")
        t.send("DELETE", CM + "/b")

    rv = made["b"].rv
    t.watch("one name", CM + "?watch=1&timeoutSeconds=2&fieldSelector=metadata.name%3Da&resourceVersion=" + rv, do=change,
            keep=LIVE, want=2)
    t.watch("not that name", CM + "?watch=1&timeoutSeconds=1&fieldSelector=metadata.name!%3Da&resourceVersion=" + rv,
            keep=LIVE)
    t.watch("cluster-wide by namespace",
            "/api/v1/configmaps?watch=1&timeoutSeconds=1&fieldSelector=metadata.namespace%3D{ns}&resourceVersion=" + rv,
            keep=LIVE)
    t.watch("name in the path", CM + "/a?watch=1&timeoutSeconds=1&resourceVersion=" + rv, keep=LIVE)
    t.watch("name in the path, same selector",
            CM + "/a?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Da&resourceVersion=" + rv, keep=LIVE)
    t.watch("name in the path, other selector",
            CM + "/a?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Db&resourceVersion=" + rv, keep=LIVE)
    t.watch("missing name in the path", CM + "/none?watch=1&timeoutSeconds=1", keep=LIVE)
    t.watch("old watch path", "/api/v1/watch/namespaces/{ns}/configmaps?timeoutSeconds=1&resourceVersion=" + rv, keep=LIVE)
    t.watch("old watch path, one object",
            "/api/v1/watch/namespaces/{ns}/configmaps/a?timeoutSeconds=1&resourceVersion=" + rv, keep=LIVE)
    t.watch("old watch path, cluster-scoped", "/api/v1/watch/namespaces/{ns}?timeoutSeconds=1",
            keep=["metadata.name", "kind"])
    t.watch("old watch path, watch=false",
            "/api/v1/watch/namespaces/{ns}/configmaps?watch=false&timeoutSeconds=1&resourceVersion=" + rv, keep=LIVE)


@scenario("watch-future")
def watch_future(t):
    """Versions that are not yet."""
    t.make_namespace()
    t.send("POST", CM, cm("a"))
    t.watch("watch list", f"{CM}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
            f"&allowWatchBookmarks=true&resourceVersion={FUTURE}", seconds=8)
    t.watch("no initial events", f"{CM}?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan"
            f"&resourceVersion={FUTURE}", seconds=8)
    t.watch("exact", f"{CM}?watch=1&timeoutSeconds=5&resourceVersion={FUTURE}", seconds=8)


@scenario("watch-ends")
def ends(t):
    """timeoutSeconds ends the stream cleanly; the deadline bookmark."""
    t.make_namespace()
    r = t.send("POST", CM, cm("a"))
    t.watch("idle", CM + "?watch=1&timeoutSeconds=1&resourceVersion=" + r.rv, seconds=6)
    events = t.watch("bookmarks before the deadline",
                     CM + "?watch=1&timeoutSeconds=4&allowWatchBookmarks=true&resourceVersion=" + r.rv, seconds=9,
                     bookmarks="none")
    t.note("no other events", len(events))
    begin = time.monotonic()
    t.watch("three seconds", CM + "?watch=1&timeoutSeconds=3&resourceVersion=" + r.rv, seconds=9)
    t.note("took about three seconds", 2.5 < time.monotonic() - begin < 5)


@scenario("watch-bookmark-shape")
def bookmark_shape(t):
    """An ordinary bookmark: kind, apiVersion and resourceVersion, nothing else."""
    t.make_namespace()
    r = t.send("POST", CM, cm("a", {"k": "v"}, labels={"x": "y"}))
    seen = []
    server, path = t.server, t.fill(CM + "?watch=1&timeoutSeconds=5&allowWatchBookmarks=true&resourceVersion=" + r.rv)
    answer = server.send("GET", path, timeout=15)
    for line in answer.raw.splitlines():
        event = json.loads(line)
        if event["type"] == "BOOKMARK":
            seen.append(event["object"])
    t.note("came", len(seen) >= 1)
    shape = dict(seen[-1]) if seen else {}
    rv = shape.get("metadata", {}).pop("resourceVersion", "0")
    t.note("shape", shape)
    t.note("not older than the start", int(rv) >= int(r.rv))


@scenario("watch-two")
def two(t):
    """Several watchers of the same objects see the same."""
    t.make_namespace()
    r = t.send("POST", CM, cm("a"))
    path = t.fill(CM + "?watch=1&timeoutSeconds=2&resourceVersion=" + r.rv)
    with ThreadPoolExecutor(12) as pool:
        answers = [pool.submit(t.server.send, "GET", path) for _ in range(8)]
        for i in range(20):
            t.send("POST", CM, cm(f"n{i}", {"k": "v" * i}))
        bodies = {a.result().raw for a in answers}
    t.note("all equal byte for byte", len(bodies))
    t.note("events", len(bodies.pop().splitlines()))


@scenario("watch-resume")
def resume(t):
    """A stream cut after each event and resumed from its version gives every event once."""
    t.make_namespace()
    rv = t.send("POST", CM, cm("a", {"n": "0"})).rv
    start = rv
    for i in range(1, 6):
        t.send("PUT", CM + "/a", cm("a", {"n": str(i)}))
    seen = []
    for _ in range(5):
        events = t.watch("one", CM + "?watch=1&resourceVersion=" + rv, want=1, keep=["data"])
        if not events:
            break
        seen.append(events[0]["object"]["data"]["n"])
        rv = events[0]["object"]["metadata"]["resourceVersion"]
    t.note("order", seen)
    t.note("moved on", int(rv) > int(start))


@scenario("watch-list-gate-off", tags=("needs-gate-off",))
def gate_off(t):
    """With WatchList=false the parameter is refused and nothing is defaulted."""
    t.make_namespace()
    fill(t, ("a",))
    t.send("GET", CM)
    for query in ("sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
                  "sendInitialEvents=true", "sendInitialEvents=false&resourceVersionMatch=NotOlderThan",
                  "resourceVersionMatch=NotOlderThan", "resourceVersionMatch=Exact", "",
                  "allowWatchBookmarks=true", "resourceVersion=0&allowWatchBookmarks=true"):
        t.watch("watch " + (query or "plain"), CM + "?watch=1&timeoutSeconds=1&" + query, seconds=4, keep=LIVE)
    t.get("list", CM + "?sendInitialEvents=true&resourceVersionMatch=NotOlderThan")
