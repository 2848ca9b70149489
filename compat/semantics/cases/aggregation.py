"""An extension API server behind the server that is judged (compat/aggregation/run starts it, or records with it).

EXTENSION_PORT is the port on loopback of compat/aggregation/extension, EXTENSION_CA the file with its certificate, which
is for the name of Service `extension` in namespace `extension-test`. It speaks HTTP/1.1 only, so that it can misbehave.
"""
import base64
import json
import os
import socket
import time

from harness import scenario

GROUP = "/apis/ext.example.com"
DO = GROUP + "/v1/do/"
SERVICES = "/api/v1/namespaces/extension-test/services"
APISERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"
TAGS = ("needs-extension",)


def port():
    return int(os.environ["EXTENSION_PORT"])


def bundle():
    with open(os.environ["EXTENSION_CA"], "rb") as f:
        return base64.b64encode(f.read()).decode()


def api_service(version="v1", name="extension", service_port=None, **more):
    spec = {"group": "ext.example.com", "version": version, "groupPriorityMinimum": 1000, "versionPriority": 15,
            "service": {"namespace": "extension-test", "name": name, "port": service_port or port()}, "caBundle": bundle(), **more}
    return {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
            "metadata": {"name": version + "." + spec["group"]}, "spec": {k: v for k, v in spec.items() if v is not None}}


def available(t, name, want="True", reason=None, seconds=20):
    """Waits until the condition has a status, and perhaps a reason; returns it without its time."""
    end = time.monotonic() + seconds
    while True:
        r = t.send("GET", f"{APISERVICES}/{name}")
        found = [c for c in ((r.json or {}).get("status") or {}).get("conditions") or [] if c["type"] == "Available"]
        there = found and found[0]["status"] == want and reason in (None, found[0]["reason"])
        if there or time.monotonic() > end:
            return [{k: v for k, v in c.items() if k != "lastTransitionTime"} for c in found]
        time.sleep(0.1)


def setup(t):
    """What all scenarios share. Nothing is kept of what was there: an extension of an earlier run had another port."""
    t.send("POST", "/api/v1/namespaces", {"metadata": {"name": "extension-test"}})
    for n in range(1, 10):
        t.send("DELETE", f"{APISERVICES}/v{n}.ext.example.com")
    t.send("DELETE", SERVICES + "/extension")
    until(t, GROUP + "/v1", 404)
    t.send("POST", SERVICES, {"metadata": {"name": "extension"}, "spec": {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": port()}]}})
    t.send("POST", APISERVICES, api_service())
    available(t, "v1.ext.example.com")
    until(t, GROUP + "/v1", 200)


def until(t, path, status, seconds=20):
    end = time.monotonic() + seconds
    while t.send("GET", path).status != status and time.monotonic() < end:
        time.sleep(0.1)


def say(text):
    """A text without what differs from run to run."""
    return text.replace(str(port()), "<port>")


@scenario("aggregation-requests", tags=TAGS, packed=True, worded=True)
def requests(t):
    """What comes of a request to an extension, and of its answer."""
    setup(t)
    t.get("list", GROUP + "/v1/things")
    t.get("list of a namespace", GROUP + "/v1/namespaces/x/things")
    t.get("get", GROUP + "/v1/namespaces/x/things/a")
    t.get("none", GROUP + "/v1/namespaces/x/things/c")
    t.get("no such resource", GROUP + "/v1/others")
    t.get("table", GROUP + "/v1/things", headers={"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"})
    t.watch("watch", GROUP + "/v1/things?watch=1", want=2)
    t.watch("watch that ends", GROUP + "/v1/things?watch=1&timeoutSeconds=0")
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        t.ask("echo: " + method, method, DO + "echo", None if method == "GET" else {"method": method})
    t.ask("echo: HEAD", "HEAD", DO + "echo")
    t.ask("echo: OPTIONS", "OPTIONS", DO + "echo")
    t.get("echo: query", DO + "echo?a=1&a=2&b=%2F%20x&c&watch=0")
    t.get("echo: path", DO + "echo/a%2Fb/c%20d/e/")
    t.ask("echo: no JSON", "POST", DO + "echo", b"\x00\x01not JSON", headers={"Content-Type": "application/x-odd"})
    t.get("echo: header fields", DO + "echo", headers={
        "X-Remote-User": "root", "X-Remote-Group": "system:masters", "X-Remote-Extra-A": "b", "X-Remote-Uid": "0", "Cookie": "a=b", "Connection": "X-Hop, close",
        "X-Hop": "1", "Keep-Alive": "5", "Proxy-Authorization": "x", "TE": "trailers", "Trailer": "X-T", "X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "h", "Via": "v", "Forwarded": "for=x", "Audit-ID": "mine", "Accept": "a/b", "Accept-Encoding": "gzip", "If-None-Match": "x",
        "Range": "bytes=0-1", "Origin": "https://x", "X-Own": "1"})
    t.get("echo: as another", DO + "echo", headers={"Impersonate-User": "mary", "Impersonate-Group": "system:masters", "Impersonate-Uid": "u-1",
                                                   "Impersonate-Extra-Scopes": "a", "Impersonate-Extra-Example.com%2Fkey": "b"})
    t.get("as one who may not", DO + "echo", headers={"Impersonate-User": "mary"})
    t.get("a wrong token", DO + "echo", headers={"Authorization": "Bearer wrong"})
    for code in (200, 202, 204, 205, 304, 400, 404, 410, 418, 429, 500, 502, 503, 599):
        t.get(f"code {code}", DO + f"code-{code}")
    for code in (400, 404, 409, 429, 500, 503):
        t.get(f"Status {code}", DO + f"status-{code}")
    t.get("text", DO + "text-200")
    t.get("text 500", DO + "text-500")
    for code in (301, 302, 307):
        r = t.get(f"redirect {code}", DO + f"redirect-{code}")
        t.note(f"redirect {code}: body", r.raw.decode())
    t.get("redirect elsewhere", DO + "elsewhere-302")
    r = t.get("header fields", DO + "headers")
    odd = ("date", "audit-id", "content-length")
    t.note("header fields: all", {k: v for k, v in sorted(r.headers.items()) if k not in odd and not k.startswith("x-kubernetes-pf")})
    t.note("header fields: the extension's Audit-Id", r.headers.get("audit-id", "").count("of-the-extension"))
    r = t.get("gzip", DO + "gzip", headers={"Accept-Encoding": "gzip"})
    t.note("gzip: as it is", r.headers.get("content-encoding"))
    t.get("trailer", DO + "trailer")
    r = t.send("GET", DO + "big-20")
    t.note("20 MB", [r.status, len(r.raw)])
    r = t.send("GET", DO + "sized-100000")
    t.note("sized", [r.status, len(r.raw), r.headers.get("content-length")])
    r = t.send("POST", DO + "echo", b"x" * 2_000_000)
    t.note("2 MB sent", [r.status, r.json and r.json["length"]])


@scenario("aggregation-faults", tags=TAGS, packed=True)
def faults(t):
    """An extension that breaks off, talks nonsense, or is not there."""
    setup(t)
    for what in ("gone", "raw-0", "raw-1", "raw-6", "raw-9"):
        t.get(what, DO + what)
    for what in ("raw-2", "raw-4", "raw-5", "raw-7"):
        try:
            r = t.send("GET", DO + what)
            t.note(what, [r.status, r.raw.decode()])
        except OSError as e:
            t.note(what, type(e).__name__)
    for what in ("cut", "short", "raw-3"):
        try:
            r = t.send("GET", DO + what)
            t.note(what, [r.status, r.raw.decode()])
        except Exception as e:  # the kind of failure is what is judged
            t.note(what, "the answer breaks off")
    before = t.send("GET", DO + "open").json["open"]
    try:
        t.send("GET", DO + "begin", timeout=1)
    except OSError:
        pass
    try:
        t.send("GET", DO + "hang", timeout=1)
    except OSError:
        pass
    end = time.monotonic() + 10
    while t.send("GET", DO + "open").json["open"] > before and time.monotonic() < end:
        time.sleep(0.05)
    t.note("who leaves is told", t.send("GET", DO + "open").json["open"] - before)


@scenario("aggregation-upgrade", tags=TAGS)
def upgrades(t):
    """A connection that is switched to another protocol."""
    setup(t)

    def talk(label, path, headers, payload):
        c = t.server.connect(10)
        c.connect()
        lines = [f"GET {path} HTTP/1.1", f"Host: {c.host}"] + [f"{k}: {v}" for k, v in t.server.headers(headers).items()]
        c.sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        got = b""
        while b"\r\n\r\n" not in got:
            more = c.sock.recv(4096)
            if not more:
                break
            got += more
        head, _, rest = got.partition(b"\r\n\r\n")
        first, *fields = head.decode().split("\r\n")
        shown = {k.lower(): v.strip() for k, _, v in (f.partition(":") for f in fields)}
        step = {"first": first, "upgrade": shown.get("upgrade"), "connection": shown.get("connection"), "user": shown.get("x-user")}
        if first.split()[1] == "101":
            for piece in payload:
                c.sock.sendall(piece)
            wanted = sum(map(len, payload))
            while len(rest) < wanted:
                more = c.sock.recv(65536)
                if not more:
                    break
                rest += more
            step["echoed"] = rest == b"".join(payload).upper()
        t.note(label, step)
        c.close()

    up = {"Connection": "Upgrade", "Upgrade": "odd/1"}
    talk("raw", DO + "upgrade", up, [b"hello"])
    talk("WebSocket", DO + "upgrade", {"Connection": "keep-alive, Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}, [b"frame"])
    talk("SPDY", DO + "upgrade", {"Connection": "Upgrade", "Upgrade": "SPDY/3.1"}, [b"spdy"])
    talk("much", DO + "upgrade", up, [b"abc" * 10000] * 100)
    talk("refused", DO + "status-400", up, [])
    talk("not taken", DO + "text-200", up, [])
    talk("none", DO + "upgrade", {}, [])
    end = time.monotonic() + 10
    while t.send("GET", DO + "open").json["open"] > 0 and time.monotonic() < end:
        time.sleep(0.05)
    t.note("all are closed", t.send("GET", DO + "open").json["open"])


@scenario("aggregation-documents", tags=TAGS, packed=True)
def documents(t):
    """Discovery and OpenAPI with the extension's part."""
    setup(t)
    end = time.monotonic() + 30
    while "com.example.ext.v1.Thing" not in t.send("GET", "/openapi/v2").json["definitions"] and time.monotonic() < end:
        time.sleep(0.2)
    until(t, "/openapi/v3/apis/ext.example.com/v1", 200)
    t.get("group", GROUP)
    t.get("group, with a slash", GROUP + "/")
    t.get("version", GROUP + "/v1")
    t.get("version, with a slash", GROUP + "/v1/")
    t.get("another version", GROUP + "/v7")
    r = t.send("GET", "/apis")
    t.note("in the list of groups", [g for g in r.json["groups"] if g["name"] == "ext.example.com"])
    t.note("the order of groups", [g["name"] for g in r.json["groups"] if not g["name"].endswith("judge.test")])
    r = t.send("GET", "/apis", headers={"Accept": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"})
    t.note("in aggregated discovery", [g for g in r.json["items"] if g["metadata"]["name"] == "ext.example.com"])
    t.note("the order of aggregated groups", [g["metadata"]["name"] for g in r.json["items"]])
    r = t.send("GET", "/openapi/v3")
    t.note("in the index of OpenAPI v3", {k: v["serverRelativeURL"].partition("?")[0] for k, v in r.json["paths"].items() if "ext.example.com" in k})
    t.get("OpenAPI v3", "/openapi/v3/apis/ext.example.com/v1")
    t.get("OpenAPI v3, the same", "/openapi/v3/apis/ext.example.com/v1", headers={"If-None-Match": '"ABC"'})
    r = t.send("GET", "/openapi/v2")
    t.note("OpenAPI v2: paths", {k: v for k, v in r.json["paths"].items() if "ext.example.com" in k})
    t.note("OpenAPI v2: definitions", {k: v for k, v in r.json["definitions"].items() if "example.ext" in k})
    r = t.send("GET", "/")
    t.note("at the root", [p for p in r.json["paths"] if "ext.example.com" in p])


@scenario("aggregation-services", tags=TAGS, packed=True)
def services(t):
    """APIServices that come, cannot be reached, change and go."""
    setup(t)
    made = []

    def judged(label, version, want, body, paths=("",)):
        name = version + "." + body["spec"]["group"]
        made.append(name)
        r = t.send("POST", APISERVICES, body)
        t.note(label + ": created", r.status)
        shown = available(t, name, want)
        for c in shown:
            c["message"] = say(c["message"])
        t.note(label + ": available", shown)
        for path in paths:
            r = t.send("GET", f"/apis/{body['spec']['group']}/{version}{path}")
            t.note(label + ": answer " + path, [r.status, say(r.raw.decode())[:400]])

    base = {"type": "ClusterIP", "ports": [{"name": "https", "port": port()}]}
    t.send("POST", SERVICES, {"metadata": {"name": "empty"}, "spec": base})
    t.send("POST", SERVICES, {"metadata": {"name": "headless"}, "spec": {**base, "clusterIP": "None"}})
    judged("no Service", "v2", "False", api_service("v2", "none"), ("", "/things"))
    judged("no such port", "v3", "False", api_service("v3", "empty", 1))
    judged("no endpoints", "v4", "False", api_service("v4", "empty"))
    judged("headless", "v5", "False", api_service("v5", "headless"))
    judged("a wrong CA", "v6", "False", api_service("v6", caBundle=base64.b64encode(OTHER_CA.encode()).decode()))
    judged("not verified", "v7", "False", api_service("v7", caBundle=None, insecureSkipTLSVerify=True))
    t.send("POST", SERVICES, {"metadata": {"name": "closed"}, "spec": {"type": "ExternalName", "externalName": "localhost"}})
    judged("nothing listens", "v8", "False", api_service("v8", "closed", 1))
    r = t.send("GET", APISERVICES + "/v2.ext.example.com", headers={"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"})
    t.note("table", r.json["rows"][0]["cells"][:3])
    r = t.send("PATCH", APISERVICES + "/v2.ext.example.com", {"spec": {"service": {"name": "extension"}, "version": "v2"}}, headers={"Content-Type": "application/merge-patch+json"})
    t.note("a Service that answers, but not this version", [{**c, "message": say(c["message"])} for c in available(t, "v2.ext.example.com", "False", "FailedDiscoveryCheck")])
    t.put("renamed", APISERVICES + "/v2.ext.example.com", api_service("v9"))
    r = t.send("GET", "/apis/ext.example.com")
    t.note("the versions of the group", [v["version"] for v in r.json["versions"]])
    for name in made:
        t.send("DELETE", f"{APISERVICES}/{name}")
    until(t, "/apis/ext.example.com/v2/things", 404)
    t.get("after its deletion", "/apis/ext.example.com/v2/things")
    for name in ("empty", "headless", "closed"):
        t.send("DELETE", f"{SERVICES}/{name}")


@scenario("aggregation-local", tags=TAGS, packed=True)
def local(t):
    """APIServices of what the server serves itself."""
    r = t.send("GET", APISERVICES)
    t.note("all", [[i["metadata"]["name"], i["metadata"].get("labels"), i["spec"], [{k: v for k, v in c.items() if k != "lastTransitionTime"} for c in i["status"]["conditions"]]]
                   for i in r.json["items"] if not i["metadata"]["name"].endswith(("example.com", "judge.test"))])
    group = t.fill("l{id}.judge.test")
    definition = {"metadata": {"name": "papers." + group}, "spec": {"group": group, "scope": "Namespaced", "names": {"plural": "papers", "kind": "Paper"}, "versions": [
        {"name": n, "served": True, "storage": n == "v1", "schema": {"openAPIV3Schema": {"type": "object"}}} for n in ("v1", "v1beta1")]}}
    t.send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
    for version in ("v1", "v1beta1"):
        until(t, f"{APISERVICES}/{version}.{group}", 200)
        t.get("of a definition: " + version, f"{APISERVICES}/{version}.{group}", keep=["metadata.labels", "metadata.annotations", "spec", "status.conditions.reason"])
    t.delete("deleted", f"{APISERVICES}/v1.{group}", keep=["status"])
    time.sleep(1)
    until(t, f"{APISERVICES}/v1.{group}", 200, 5)
    t.get("there again", f"{APISERVICES}/v1.{group}", keep=["spec"])
    t.send("PATCH", f"{APISERVICES}/v1.{group}", {"spec": {"versionPriority": 7}}, headers={"Content-Type": "application/merge-patch+json"})
    time.sleep(1)
    t.get("changed", f"{APISERVICES}/v1.{group}", keep=["spec"])
    t.send("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/papers." + group)
    until(t, f"{APISERVICES}/v1.{group}", 404)
    t.get("gone with the definition", f"{APISERVICES}/v1.{group}")


OTHER_CA = """-----BEGIN CERTIFICATE-----
MIIBhzCCAS2gAwIBAgIUE1mbhdfaoZCjZuNQQtYGBqI7Q28wCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOZnJvbnQtcHJveHktY2EwHhcNMjYxMTMwMTA0NzIwWhcNMzYx
MTI3MTA0NzIwWjAZMRcwFQYDVQQDDA5mcm9udC1wcm94eS1jYTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABBcN1QHBFq+LMUfoCwvhN405Bl6lJKlrhKQ/1VFcItWS
4V6VXYjzHRUFXj8R+gsLZ02LamwY7fTOPykqm0MrEA+jUzBRMB0GA1UdDgQWBBT2
qyc57kuU3MUjB90WuG0SsQLQ8DAfBgNVHSMEGDAWgBT2qyc57kuU3MUjB90WuG0S
sQLQ8DAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQDzHPsDBG85
vfZqkD3QVFOq4I5SIZZEK7ZoZv6ecHWgHgIgHUDsgmmM5bsA87aTSot9mfYST6MK
yy3CYCynDARZOL8=
-----END CERTIFICATE-----
"""
