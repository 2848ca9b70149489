"""Discovery, version and health."""
from harness import OTHERS, scenario

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
GROUPS = ("admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps",
          "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch", "certificates.k8s.io",
          "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "flowcontrol.apiserver.k8s.io",
          "networking.k8s.io", "node.k8s.io", "policy", "rbac.authorization.k8s.io", "resource.k8s.io",
          "scheduling.k8s.io", "storage.k8s.io")


@scenario("discovery")
def discovery(t):
    """The per-group documents."""
    t.built_in = True
    t.get("/api", "/api", keep=["kind", "versions"])
    t.get("/apis", "/apis")
    t.get("/api/v1", "/api/v1")
    t.get("/apis/", "/apis/", keep=["kind"])
    t.get("/api/v1/", "/api/v1/", keep=["kind"])
    groups = [g for g in t.send("GET", "/apis").json["groups"] if not OTHERS.search(g["name"])]
    t.note("groups", sorted(g["name"] for g in groups))
    for g in GROUPS:
        t.get("/apis/" + g, "/apis/" + g)
    for g in groups:
        for v in g["versions"]:
            t.get("/apis/" + v["groupVersion"], "/apis/" + v["groupVersion"])


@scenario("discovery-aggregated")
def aggregated(t):
    """The aggregated documents, and their ETag."""
    t.built_in = True
    for path in ("/api", "/apis"):
        r = t.get(path, path, headers={"Accept": AGGREGATED})
        etag = r.headers.get("etag")
        t.note(path + " has an ETag", bool(etag))
        t.note(path + " varies", r.headers.get("vary"))
        for _ in range(20):  # other scenarios may have changed it
            again = t.send("GET", path, headers={"Accept": AGGREGATED, "If-None-Match": etag or ""})
            if again.status != 200:
                break
            etag = again.headers.get("etag")
        t.note(path + " not modified", [again.status, len(again.raw)])
        t.get(path + " with a fallback", path, headers={"Accept": AGGREGATED + ",application/json"}, keep=["kind"])
        t.get(path + " of an unknown version", path, keep=["kind"],
              headers={"Accept": "application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList"})
        t.get(path + " v2beta1", path, keep=["kind"],
              headers={"Accept": AGGREGATED.replace("v=v2;", "v=v2beta1;") + ",application/json"})


@scenario("version-and-health")
def health(t):
    """/version and the health endpoints."""
    t.get("/version", "/version", keep=["major", "minor"])
    for path in ("/healthz", "/livez", "/readyz", "/readyz/ping", "/livez/ping", "/readyz/nonsense"):
        t.get(path, path)
    for path in ("/healthz?verbose", "/livez?verbose", "/readyz?verbose", "/readyz?verbose=true", "/readyz?exclude=ping",
                 "/readyz?verbose&exclude=ping", "/readyz?exclude=nonsense"):
        r = t.send("GET", path)
        lines = r.raw.decode().splitlines()
        t.note(path, [r.status, r.headers.get("content-type"), lines[-1] if lines else "",
                      "[+]ping ok" in lines, [x for x in lines if "excluded" in x and "ping" in x]])
    t.send("GET", "/api/v1/namespaces?watch=1&timeoutSeconds=1")  # the series of watches begin with one
    r = t.send("GET", "/metrics")
    text = r.raw.decode()
    t.note("/metrics", [r.status, r.headers.get("content-type", "").split(";")[0]])
    for name in ("apiserver_request_total", "apiserver_request_duration_seconds", "apiserver_longrunning_requests",
                 "apiserver_watch_list_duration_seconds", "apiserver_watch_events_total",
                 "process_resident_memory_bytes", "apiserver_storage_objects", "apiserver_resource_objects"):
        t.note("metric " + name, f"\n# TYPE {name} " in text or text.startswith(f"# HELP {name} "))


@scenario("server-root")
def root(t):
    """The root document and other ends."""
    r = t.send("GET", "/")
    t.note("/", [r.status, r.headers.get("content-type"), "/api/v1" in (r.json or {}).get("paths", [])])
    t.get("/api/", "/api/", keep=["kind"])
    t.get("/openapi/v9", "/openapi/v9")
    t.get("/readyz/", "/readyz/")
