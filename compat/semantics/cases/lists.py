"""Lists: resourceVersion and resourceVersionMatch, paging, selectors."""
from harness import scenario
from urllib.parse import quote

from cases._objects import CM, PODS, SECRETS, cm, fill, pod, secret

NAMES = ["kind", "metadata.resourceVersion", "items.metadata.name", "items.metadata.resourceVersion"]
FUTURE = 1 << 40


@scenario("list")
def plain(t):
    """The shape of a list."""
    t.make_namespace()
    t.get("empty", CM)
    fill(t, ("b", "a", "c"), labels={"x": "y"})
    t.get("three", CM)
    t.get("missing namespace", "/api/v1/namespaces/none-{id}/configmaps")
    t.get("cluster-wide, by namespace", "/api/v1/configmaps?fieldSelector=metadata.namespace%3D{ns}", keep=NAMES)
    r = t.send("GET", CM + "?pretty=true")
    t.note("pretty", b'\n  "kind"' in r.raw)
    t.get("unknown parameter", CM + "?nonsense=1", keep=NAMES)
    t.get("watch=false", CM + "?watch=false", keep=NAMES)
    t.get("watch=0", CM + "?watch=0", keep=NAMES)
    t.get("bookmarks asked of a list", CM + "?allowWatchBookmarks=true", keep=NAMES)
    t.get("timeoutSeconds", CM + "?timeoutSeconds=5", keep=NAMES)
    t.get("timeoutSeconds bad", CM + "?timeoutSeconds=abc", keep=NAMES)
    t.get("timeout", CM + "?timeout=5s", keep=NAMES)
    t.get("timeout bad", CM + "?timeout=abc", keep=NAMES)
    t.get("limit bad", CM + "?limit=abc", keep=NAMES)
    t.get("empty cluster-scoped selector", "/api/v1/nodes?labelSelector=none%3D{id}", keep=NAMES)


@scenario("list-order")
def order(t):
    """Key order: bytes of namespace, then of name."""
    t.make_namespace()
    for other in ("{ns}-b", "{ns}0", "{ns}.".replace(".", "-")[:-1] + "-a"):
        t.make_namespace(t.fill(other))
        t.send("POST", f"/api/v1/namespaces/{t.fill(other)}/configmaps", cm("z", labels={"sem": "{id}"}))
    fill(t, ("b", "a-b", "a", "a.b", "a0", "ab"), labels={"sem": t.id})
    t.get("one namespace", CM, keep=["items.metadata.name"])
    t.get("cluster", "/api/v1/configmaps?labelSelector=sem%3D{id}",
          keep=["items.metadata.namespace", "items.metadata.name"])
    t.watch("initial events", "/api/v1/configmaps?watch=1&labelSelector=sem%3D{id}&sendInitialEvents=true"
            "&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", want=10,
            keep=["metadata.namespace", "metadata.name", "metadata.annotations"])


@scenario("list-versions")
def versions(t):
    """The table of resourceVersion, resourceVersionMatch and limit, row by row."""
    t.make_namespace()
    made = fill(t, ("a", "b", "c"))
    old = made["c"].rv
    t.send("PUT", CM + "/a", cm("a", {"n": "changed"}))
    t.send("DELETE", CM + "/b")
    t.send("POST", CM, cm("d"))
    now = t.send("POST", CM, cm("e")).rv
    for rv in ("", "0", old, now):
        shown = {"": "unset", "0": "0", old: "old", now: "now"}[rv]
        for match in ("", "Exact", "NotOlderThan", "Nonsense"):
            for limit in ("", "2"):
                query = "&".join(f"{k}={v}" for k, v in (
                    ("resourceVersion", rv), ("resourceVersionMatch", match), ("limit", limit)) if v)
                t.get(f"rv {shown}, match {match or 'unset'}, limit {limit or 'unset'}", f"{CM}?{query}",
                      keep=NAMES + ["metadata.continue", "metadata.remainingItemCount", "items.data"])
    t.get("limit 0", CM + "?limit=0", keep=NAMES)
    t.get("rv not a number", CM + "?resourceVersion=abc")
    t.get("rv negative", CM + "?resourceVersion=-1")
    t.get("rv too long", CM + "?resourceVersion=99999999999999999999999")
    t.get("rv not a number, exact", CM + "?resourceVersion=abc&resourceVersionMatch=Exact")
    t.get("exact before the first", f"{CM}?resourceVersion={int(made['a'].rv) - 1}&resourceVersionMatch=Exact",
          keep=["items.metadata.name"])
    t.get("between", f"{CM}?resourceVersion={made['b'].rv}&resourceVersionMatch=Exact", keep=NAMES)


@scenario("list-future")
def future(t):
    """A resourceVersion that is not yet: 504 after three seconds."""
    t.make_namespace()
    fill(t, ("a",))
    t.get("unset match", f"{CM}?resourceVersion={FUTURE}")
    t.get("not older than", f"{CM}?resourceVersion={FUTURE}&resourceVersionMatch=NotOlderThan")
    t.get("exact", f"{CM}?resourceVersion={FUTURE}&resourceVersionMatch=Exact")
    t.get("limit", f"{CM}?resourceVersion={FUTURE}&limit=1")
    t.get("get", f"{CM}/a?resourceVersion={FUTURE}")


@scenario("list-options")
def options(t):
    """Validation of list options: 422 with causes."""
    t.make_namespace()
    for query in ("sendInitialEvents=true", "sendInitialEvents=false", "sendInitialEvents=true&resourceVersion=1",
                  "sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
                  "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=0",
                  "resourceVersionMatch=Exact", "resourceVersionMatch=NotOlderThan", "resourceVersionMatch=Nonsense",
                  "resourceVersionMatch=Exact&resourceVersion=0", "resourceVersionMatch=Nonsense&resourceVersion=0",
                  "resourceVersionMatch=exact&resourceVersion=1", "continue=abc&resourceVersionMatch=Exact",
                  "continue=abc&resourceVersionMatch=NotOlderThan&resourceVersion=1",
                  "continue=abc&resourceVersion=1", "continue=abc", "continue=abc&resourceVersion=0",
                  "continue=%25", "limit=-1", "sendInitialEvents=abc", "allowWatchBookmarks=abc"):
        t.get(query, CM + "?" + query)


@scenario("paging")
def paging(t):
    """limit, continue and remainingItemCount."""
    t.make_namespace()
    fill(t, [f"p{i}" for i in range(7)], labels={"g": "1"})
    keep = NAMES + ["metadata.continue", "metadata.remainingItemCount"]
    r = t.get("page 1", CM + "?limit=3", keep=keep)
    first = r.rv
    # what happens between the pages must not show
    t.send("DELETE", CM + "/p4")
    t.send("PUT", CM + "/p5", cm("p5", {"n": "changed"}))
    t.send("POST", CM, cm("p45"))
    r2 = t.get("page 2", CM + "?limit=3&continue=" + quote(r.token), keep=keep + ["items.data"])
    r3 = t.get("page 3", CM + "?limit=3&continue=" + quote(r2.token), keep=keep + ["items.data"])
    t.note("one version", [x.rv == first for x in (r, r2, r3)])
    t.get("page 2 again", CM + "?limit=3&continue=" + quote(r.token), keep=keep)
    t.get("page 2 with another limit", CM + "?limit=1&continue=" + quote(r.token), keep=keep)
    t.get("rest without a limit", CM + "?continue=" + quote(r.token), keep=keep)
    t.get("rv with continue", CM + "?limit=3&resourceVersion=" + first + "&continue=" + quote(r.token))
    t.get("rv 0 with continue", CM + "?limit=3&resourceVersion=0&continue=" + quote(r.token), keep=keep)
    t.get("match with continue", CM + "?limit=3&resourceVersionMatch=Exact&continue=" + quote(r.token))
    t.get("exactly all", CM + "?limit=7", keep=keep)
    t.get("more than all", CM + "?limit=100", keep=keep)
    t.get("one less than all", CM + "?limit=6", keep=keep)
    r = t.get("selector", CM + "?limit=2&labelSelector=g%3D1", keep=keep)
    t.get("selector, page 2", CM + "?limit=2&labelSelector=g%3D1&continue=" + quote(r.token), keep=keep)
    r = t.get("field selector", CM + "?limit=1&fieldSelector=metadata.name!%3Dp0", keep=keep)
    t.get("field selector, page 2", CM + "?limit=1&fieldSelector=metadata.name!%3Dp0&continue=" + quote(r.token),
          keep=keep)
    r = t.get("selector that admits the last only", CM + "?limit=1&fieldSelector=metadata.name%3Dp6", keep=keep)
    r = t.get("exact version", CM + "?limit=3&resourceVersionMatch=Exact&resourceVersion=" + first, keep=keep)
    t.get("exact version, page 2", CM + "?limit=3&continue=" + quote(r.token), keep=keep)
    r = t.get("not older than", CM + "?limit=3&resourceVersionMatch=NotOlderThan&resourceVersion=" + first, keep=keep)
    t.get("not older than, page 2", CM + "?limit=3&continue=" + quote(r.token), keep=keep)
    r = t.get("token of another namespace", CM + "?limit=1", keep=keep)
    t.get("used elsewhere", "/api/v1/namespaces/default/configmaps?limit=1&labelSelector=none%3D{id}&continue="
          + quote(r.token), keep=["kind", "reason", "items.metadata.name"])


@scenario("paging-cluster")
def paging_cluster(t):
    """Pages across namespaces."""
    t.make_namespace()
    other = t.fill("{ns}-2")
    t.make_namespace(other)
    fill(t, ("a", "b"), labels={"sem": t.id})
    for n in ("c", "d"):
        t.send("POST", f"/api/v1/namespaces/{other}/configmaps", cm(n, labels={"sem": "{id}"}))
    got, token, pages = [], "", 0
    while pages < 20:
        r = t.send("GET", "/api/v1/configmaps?limit=1&labelSelector=sem%3D{id}" + ("&continue=" + quote(token) if token else ""))
        pages += 1
        got += [[i["metadata"]["namespace"], i["metadata"]["name"]] for i in r.json["items"]]
        token = r.token
        if not token:
            break
    t.note("items", got)


@scenario("label-selectors")
def label_selectors(t):
    """Every operator of label selectors, and bad ones."""
    t.make_namespace()
    for name, labels in (("none", None), ("x1", {"x": "1"}), ("x2", {"x": "2"}), ("x10", {"x": "10"}),
                         ("xe", {"x": ""}), ("y", {"y": "1"}), ("xy", {"x": "1", "y": "2"}),
                         ("q", {"example.com/q": "v.w_x-y"})):
        meta = {"labels": labels} if labels else {}
        t.send("POST", CM, cm(name, **meta))
    for s in ("", "x=1", "x==1", "x!=1", "x in (1,2)", "x in (1)", "x notin (1,2)", "x", "!x", "x>1", "x<10", "x>1,x<11",
              "x=1,y=2", "x=1,!y", "x=", "x in (,1)", "x in ()", "example.com/q=v.w_x-y", "example.com/q", " x = 1 , y ",
              "x in (2, 1),x notin (2)", "x=1,x=2", "x!=", "!example.com/q,!x",
              "x=1=2", "x in 1", "x in (1", "x>a", "=1", "x,,y", ",x", "x,", "x y", "(x)", "-x=1", "x=-1", "x=a b",
              "x=" + "a" * 64, "a/b/c=1", "!", "!x=1", "x===1", "x in", "notin", "in", "in in (in)", "x=>1"):
        t.get("labels " + s, CM + "?labelSelector=" + quote(s), keep=["items.metadata.name"])


@scenario("field-selectors")
def field_selectors(t):
    """Field selectors on the fields of all kinds, and bad ones."""
    t.make_namespace()
    fill(t, ("a", "b"))
    for s in ("", "metadata.name=a", "metadata.name==a", "metadata.name!=a", "metadata.namespace={ns}",
              "metadata.namespace=other", "metadata.namespace!={ns}", "metadata.name=a,metadata.namespace={ns}",
              "metadata.name=a,metadata.name=b", "metadata.name=", "metadata.name!=", "metadata.name=none",
              "metadata.name = a", "spec.x=1", "metadata.labels.x=1", "data.n=a", "metadata.name", "!metadata.name",
              "metadata.name in (a)", "metadata.name>a", "=a", "metadata.name=a,", "metadata.uid=x", "nonsense=1",
              "metadata.name=a\\=b", "metadata.name=a=b"):
        t.get("fields " + s, CM + "?fieldSelector=" + quote(t.fill(s)), keep=["items.metadata.name"])
    t.get("get ignores it", CM + "/a?fieldSelector=metadata.name%3Db", keep=["metadata.name"])


@scenario("field-selectors-kinds")
def field_selectors_kinds(t):
    """Field selectors that belong to one kind."""
    t.make_namespace()
    t.send("POST", SECRETS, secret("o"))
    t.send("POST", SECRETS, secret("e", type="example.com/e"))
    t.send("POST", PODS, pod("p1"))
    t.send("POST", PODS, pod("p2", node="n1"))
    names = ["items.metadata.name"]
    for s in ("type=Opaque", "type!=Opaque", "type=example.com/e,metadata.name=e", "type=none"):
        t.get("secrets " + s, SECRETS + "?fieldSelector=" + quote(s), keep=names)
    for s in ("spec.nodeName=n1", "spec.nodeName=", "spec.nodeName!=n1", "status.phase=Pending", "status.phase!=Pending",
              "spec.restartPolicy=Always", "spec.schedulerName=default-scheduler", "spec.serviceAccountName=",
              "spec.hostNetwork=false", "status.podIP=", "status.podIPs=", "status.nominatedNodeName=",
              "spec.nodeName=n1,status.phase!=Succeeded,status.phase!=Failed", "spec.containers=x", "status.hostIP=x"):
        t.get("pods " + s, PODS + "?fieldSelector=" + quote(s), keep=names)
    for s in ("status.phase=Active", "status.phase=Terminating"):
        t.get("namespaces " + s, "/api/v1/namespaces?fieldSelector=" + quote(t.fill(s + ",metadata.name={ns}")), keep=names)
    for path, s in (("/api/v1/nodes", "spec.unschedulable=false"), ("/api/v1/events", "involvedObject.kind=Nope{id}"),
                    ("/api/v1/events", "reason=nope{id},type=Normal,source=x,involvedObject.uid=y"),
                    ("/apis/events.k8s.io/v1/events", "regarding.kind=Nope{id}"),
                    ("/apis/events.k8s.io/v1/events", "reportingController=Nope{id}"),
                    ("/apis/batch/v1/jobs", "status.successful=0,metadata.name=none{id}"),
                    ("/apis/apps/v1/replicasets", "status.replicas=0,metadata.name=none{id}"),
                    ("/apis/apps/v1/deployments", "status.replicas=0"),
                    ("/api/v1/replicationcontrollers", "status.replicas=0"),
                    ("/api/v1/services", "spec.clusterIP=none{id}"), ("/api/v1/services", "spec.type=none{id}"),
                    ("/apis/certificates.k8s.io/v1/certificatesigningrequests", "spec.signerName=x{id}")):
        t.get(f"{path} {s}", path + "?fieldSelector=" + quote(t.fill(s)), keep=["kind"] + names)
