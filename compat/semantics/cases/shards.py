"""Shards of a collection (KEP-5866). The records are of a kube-apiserver with the feature gate on.

Which objects lie in which shard of uids differs from run to run, so that is told by notes; a shard of namespaces is the same
in each run, because the namespace is `default`.
"""
from urllib.parse import quote

from harness import scenario

from cases._objects import cm

CM = "/api/v1/namespaces/default/configmaps"
ALL = "shardRange(object.metadata.uid, '0x0000000000000000', '0x10000000000000000')"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
PARTIAL = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
NAMES = ["kind", "metadata.resourceVersion", "metadata.shardInfo", "items.metadata.name"]
WATCH_LIST = "&watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"


def fnv(text):
    h = 0xCBF29CE484222325
    for b in text.encode():
        h = (h ^ b) * 0x100000001B3 % (1 << 64)
    return h


def shard(key, start, end):
    return f"shardRange(object.metadata.{key}, '0x{start:016x}', '0x{end:016x}')"


def split(key, n):
    bounds = [i * (1 << 64) // n for i in range(n + 1)]
    return [shard(key, bounds[i], bounds[i + 1]) for i in range(n)]


LOW, HIGH = split("namespace", 2)
INSIDE, OUTSIDE = (LOW, HIGH) if fnv("default") < 1 << 63 else (HIGH, LOW)


def query(t, selector, more=""):
    return f"{CM}?labelSelector=sem%3D{t.id}&shardSelector={quote(selector)}{more}"


def some(t, names):
    t.cleanup.append(f"{CM}?labelSelector=sem%3D{t.id}")
    return [t.send("POST", CM, cm(f"{n}-{{id}}", labels={"sem": t.id})) for n in names]


@scenario("shards")
def lists(t):
    """Lists of a shard: what they select, and that they say so."""
    some(t, "abcdefgh")
    t.get("all", query(t, ALL))
    for more in ("&resourceVersion=0", "&limit=500", "&limit=0"):
        t.get("all" + more, query(t, ALL, more), keep=NAMES)
    for name, selector in (("inside", INSIDE), ("outside", OUTSIDE), ("both", f"{INSIDE} || {OUTSIDE}"),
                           ("reversed", f"({OUTSIDE}||{INSIDE})"), ("twice", f" {INSIDE} || {INSIDE}\t")):
        t.get(name, query(t, selector), keep=NAMES)
    t.get("empty selector", query(t, ""), keep=NAMES)
    t.get("two selectors", query(t, INSIDE, "&shardSelector=" + quote(OUTSIDE)), keep=NAMES)
    t.get("with a field selector", query(t, ALL, f"&fieldSelector=metadata.name%3Db-{t.id}"), keep=NAMES)
    t.get("one object's path", f"{CM}/b-{t.id}?shardSelector={quote(OUTSIDE)}", keep=["metadata.name"])
    page = t.get("page", query(t, INSIDE, "&limit=3"), keep=NAMES + ["metadata.continue", "metadata.remainingItemCount"])
    t.get("next page", query(t, INSIDE, "&continue=" + page.token), keep=NAMES)
    t.get("next page of the other shard", query(t, OUTSIDE, "&continue=" + page.token), keep=NAMES)
    t.get("next page without a shard", f"{CM}?labelSelector=sem%3D{t.id}&continue={page.token}", keep=NAMES)
    t.get("metadata", query(t, ALL), headers={"Accept": PARTIAL})
    t.get("table", query(t, INSIDE), headers={"Accept": TABLE}, keep=["kind", "rows.object.metadata.name"])
    t.note("table of the other shard", len(t.send("GET", query(t, OUTSIDE), headers={"Accept": TABLE}).json["rows"]))
    r = t.send("GET", query(t, INSIDE), headers={"Accept": "application/yaml"})
    t.note("yaml tells the shard", INSIDE in " ".join(r.raw.decode().split()))
    r = t.send("GET", query(t, INSIDE), headers={"Accept": "application/vnd.kubernetes.protobuf"})
    t.note("protobuf tells the shard", INSIDE.encode() in r.raw)


@scenario("shards-split")
def partition(t):
    """The shards of a split are the collection, each object once, in lists and in watches."""
    uids = {r.uid for r in some(t, "abcdefghijkl")}
    for n in (1, 2, 3, 7):
        seen, told, right = [], [], []
        for i, selector in enumerate(split("uid", n)):
            r = t.send("GET", query(t, selector))
            told.append(r.json["metadata"].get("shardInfo") == {"selector": selector})
            for item in r.json["items"]:
                uid = item["metadata"]["uid"]
                seen.append(uid)
                right.append(i == fnv(uid) * n >> 64)
        t.note(f"{n} shards", {"each object once": sorted(seen) == sorted(uids), "in its shard": all(right),
                               "told": all(told)})
    initial = []
    for selector in split("uid", 3):
        initial += [e["object"]["metadata"]["uid"] for e in stream(t, query(t, selector, WATCH_LIST))]
    t.note("watch lists", sorted(initial) == sorted(uids))


def stream(t, path):
    """The initial events of a watch list, unrecorded."""
    events = t.watch("", path, seconds=3, want=None, bookmarks="end")
    t.steps.pop()
    return [e for e in events if e["type"] == "ADDED"]


@scenario("shards-watch")
def watches(t):
    """Watches of a shard: events of its objects, bookmarks for all."""
    rv = some(t, "ab")[1].rv

    def change():
        t.send("PUT", f"{CM}/a-{t.id}", cm("a-{id}", {"n": "1"}, labels={"sem": t.id}))
        t.send("POST", CM, cm("c-{id}", labels={"sem": t.id}))
        t.send("DELETE", f"{CM}/b-{t.id}")
        t.send("PUT", f"{CM}/a-{t.id}", cm("a-{id}", {"n": "2"}))

    t.watch("inside", query(t, INSIDE, f"&watch=1&resourceVersion={rv}"), want=4, do=change)
    t.watch("outside", query(t, OUTSIDE, f"&watch=1&resourceVersion={rv}"), seconds=1)
    t.watch("all", query(t, ALL, f"&watch=1&resourceVersion={rv}"), want=4)
    t.watch("watch list inside", query(t, INSIDE, WATCH_LIST), want=2)
    t.watch("watch list outside", query(t, OUTSIDE, WATCH_LIST), want=1)
    t.watch("by name", f"/api/v1/watch/namespaces/default/configmaps/c-{t.id}?shardSelector={quote(INSIDE)}", want=1,
            keep=["metadata.name"])
    t.watch("malformed", query(t, "all", "&watch=1"))
    for name in "abc":
        t.send("DELETE", f"{CM}/{name}-{t.id}")


@scenario("shards-malformed")
def malformed(t):
    """Selectors that are refused."""
    zero, half = "'0x0000000000000000'", "'0x8000000000000000'"
    for selector in (" ", "all", "shardRange", "true", "[1]", "shardRange()", f"shardRange(object.metadata.uid, {zero})",
                     f"shardRange(object.metadata.name, {zero}, {half})", f"has({zero})",
                     f"shardRange(object.metadata.uid, {half}, {zero})", f"shardRange(object.metadata.uid, {half}, {half})",
                     f"shardRange(object.metadata.uid, '0x0', {half})", f"shardRange(object.metadata.uid, '0', {half})",
                     f"shardRange(object.metadata.uid, {zero}, '0x8000000000000000',)",
                     f"shardRange(object.metadata.uid, {zero}, '0x800000000000000G')",
                     f"shardRange(object.metadata.uid, {zero}, '0x20000000000000000')",
                     f"shardRange(object.metadata.uid, 0, {half})", f"{ALL} && {ALL}", f"{ALL} ||", f"{ALL} {ALL}",
                     f"{INSIDE} || {ALL}", f"!{ALL}", f"({ALL}", f"{ALL})"):
        t.get("list " + selector, query(t, selector))
    t.get("after an invalid option", query(t, "all", "&resourceVersionMatch=Exact"))
    t.delete("deletecollection", query(t, "all"))


@scenario("shards-delete")
def delete(t):
    """The deletion of a shard of a collection."""
    some(t, "abc")
    t.delete("outside", query(t, OUTSIDE), keep=NAMES)
    t.get("still there", query(t, ALL), keep=["items.metadata.name"])
    t.delete("inside", query(t, INSIDE), keep=["kind", "metadata.shardInfo", "items.metadata.name"])
    t.get("gone", query(t, ALL), keep=["items.metadata.name"])
