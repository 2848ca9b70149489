"""Runs scenarios against one server and turns what it answered into comparable, normalised records.

A scenario is a function that sends requests in its own namespace. Each request is a step; a step records the
request line, status, the headers clients act on, and the body. At the end of the scenario everything that
rightly differs between two servers or two runs is replaced by symbols:

  resourceVersion   r1, r2, …  its rank among the versions that the scenario wrote or saw in events; the version of
                    a list or a bookmark becomes the highest of these that it is not below
  uid               uid1, uid2, … by first appearance
  times             <time>
  continue tokens   <continue>
  the namespace     <ns>

The entries of managedFields are sorted by manager, as their order depends on the second in which they were written.
"""
import gzip
import http.client
import json
import re
import socket
import ssl
import threading
import time
import uuid

SCENARIOS = {}
PACKED = set()
WORDED = set()
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
HEADERS = ("content-type", "retry-after", "warning", "content-encoding", "vary", "allow", "location")
BUSY = re.compile(rb"storage is \(re\)initializing|please try again later")  # the first is told after a definition has changed
OTHERS = re.compile(r"\.example\.com$|\.judge\.test$|^a[0-9a-f]{8}\.k8s\.io$")  # groups of other scenarios' definitions
END = "k8s.io/initial-events-end"


def scenario(name, tags=("serve",), packed=False, worded=False):
    """Registers a scenario. Tags: `serve` is the core; others name what a server may not have yet.

    `packed`: its golden record is compressed. `worded`: texts of messages are compared, too.
    """

    def register(f):
        if name in SCENARIOS:
            raise ValueError("two scenarios named " + name)
        SCENARIOS[name] = (f, frozenset(tags))
        if packed:
            PACKED.add(name)
        if worded:
            WORDED.add(name)
        return f

    return register


class Response:
    """One answer: status, headers (lower-case names), body bytes, and the body as JSON or None."""

    def __init__(self, status, headers, body, warnings=()):
        self.status, self.headers, self.raw, self.warnings = status, headers, body, warnings
        try:
            self.json = json.loads(body) if body else None
        except (ValueError, RecursionError):
            self.json = None

    @property
    def rv(self):
        return self.json["metadata"]["resourceVersion"]

    @property
    def uid(self):
        return self.json["metadata"]["uid"]

    @property
    def token(self):
        return self.json["metadata"].get("continue", "")


class Server:
    """A connection factory for one kubeconfig."""

    def __init__(self, kubeconfig):
        self.config = kubeconfig
        self.context = kubeconfig.ssl_context() if kubeconfig.tls else None
        self.anonymous = kubeconfig.ssl_context(with_client_certificate=False) if kubeconfig.tls else None
        self.local = threading.local()

    def connect(self, timeout, headers=None):
        """A connection; without the client certificate if the headers bring credentials of their own."""
        c = self.config
        if c.tls:
            context = self.anonymous if "Authorization" in (headers or {}) else self.context
            return http.client.HTTPSConnection(c.host, c.port, timeout=timeout, context=context)
        return http.client.HTTPConnection(c.host, c.port, timeout=timeout)

    def headers(self, extra):
        headers = {"Accept": "application/json"}
        if self.config.token:
            headers["Authorization"] = "Bearer " + self.config.token
        for k, v in (extra or {}).items():
            headers.pop(k, None)
            if v is not None:
                headers[k] = v
        return headers

    def send(self, method, path, body=None, headers=None, timeout=30, kept=None):
        """Sends one request over a connection of its own, or over the one that is kept."""
        data = body
        extra = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            data = json.dumps(body, separators=(",", ":") if kept else None).encode()  # as kube-apiserver writes raw parts
        if data is not None and "Content-Type" not in extra:
            extra["Content-Type"] = "application/json"
        if isinstance(data, str):
            data = data.encode()
        if extra.get("Content-Type", "") is None:
            del extra["Content-Type"]
        connection = kept or self.connect(timeout, headers)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for k, v in self.headers(extra).items():
                connection.putheader(k, v)
            if data is not None or method in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", str(len(data or b"")))
            connection.endheaders()
            if data:
                try:
                    connection.send(data)
                except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                    pass  # refused early: the answer may be there already
            r = connection.getresponse()
            raw = r.read()
            got = {k.lower(): v for k, v in r.getheaders()}
            if got.get("content-encoding") == "gzip":
                raw = gzip.decompress(raw)
            return Response(r.status, got, raw, [v for k, v in r.getheaders() if k.lower() == "warning"])
        except BaseException:
            connection.close()
            raise
        finally:
            if not kept:
                connection.close()


class Run:
    """One scenario on one server: what the scenario functions call `t`."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.id = uuid.uuid4().hex[:8]
        self.ns = f"sem-{self.id}"
        self.aliases = {self.ns: "<ns>", self.id: "<id>"}
        self.steps = []
        self.cleanup = []
        self.versions = set()
        # what a scenario may ask for: one connection for all requests, each cause of a refusal once, one symbol for the uids
        # of all objects that are not stored (nor do their versions count), bodies without these dotted paths, all warnings of
        # an answer instead of the last one, the causes of a refusal in an order of their own, no ages in tables, and only the
        # groups of built-in types in discovery
        self.reuse, self.distinct, self.one_uid, self.without = False, False, False, ()
        self.all_warnings, self.sort_causes, self.ageless, self.built_in = False, False, False, False
        self.connection = None

    # -- asking ---------------------------------------------------------------------------------------------
    def send(self, method, path, body=None, headers=None, timeout=30):
        """Sends without recording: preparation that is not itself judged."""
        return self._send(method, self.fill(path), self.fill(body), headers, timeout)

    def _send(self, method, path, body, headers, timeout):
        if self.reuse and not self.connection:
            self.connection = self.server.connect(timeout)
        r = self.server.send(method, path, body, headers, timeout, self.connection)
        end = time.monotonic() + 10
        while r.status == 429 and BUSY.search(r.raw) and time.monotonic() < end:
            time.sleep(0.1)
            r = self.server.send(method, path, body, headers, timeout, self.connection)
        if not (self.one_uid and "dryRun=All" in path):
            self._harvest(method, r)
        return r

    def _harvest(self, method, r):
        if method in ("POST", "PUT", "PATCH") and r.status < 300 and isinstance(r.json, dict):
            rv = r.json.get("metadata", {}).get("resourceVersion", "")
            if rv.isdigit():
                self.versions.add(int(rv))

    def fill(self, value):
        if isinstance(value, str):
            return value.replace("{ns}", self.ns).replace("{id}", self.id)
        if isinstance(value, dict):
            return {self.fill(k): self.fill(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.fill(v) for v in value]
        return value

    def ask(self, label, method, path, body=None, headers=None, keep=None, timeout=30):
        """Sends one request and records the answer. `keep`: only these dotted paths of the body are recorded."""
        path, body = self.fill(path), self.fill(body)
        r = self._send(method, path, body, headers, timeout)
        if r.json is not None:
            recorded = pick(r.json, keep) if keep and r.status < 400 else r.json
            recorded = self.trim(recorded)
        else:
            recorded = r.raw.decode("utf-8", "replace")[:400]
        headers = {k: v for k, v in r.headers.items() if k in HEADERS}
        if self.all_warnings:  # before a refusal kube-apiserver may have told some of them or none
            headers.pop("warning", None)
            if r.warnings and r.status < 400:
                headers["warning"] = sorted(r.warnings)
        self.steps.append(
            {"step": label, "request": f"{method} {path}", "status": r.status, "headers": headers, "body": recorded})
        return r

    def trim(self, body):
        """What is recorded of a body. Messages may have whole objects in them, of which the beginning is enough."""
        if not isinstance(body, dict):
            return body
        if self.built_in:
            body = {k: [g for g in v if not OTHERS.search(g.get("name") or g["metadata"].get("name", ""))] if k in ("groups", "items") else v
                    for k, v in body.items()}
        details = body.get("details") if body.get("kind") == "Status" else None
        if self.distinct and "message" in body:
            body = {**body, "message": body["message"][:400]}
        if self.distinct and details and details.get("causes"):
            causes = {json.dumps(c, sort_keys=True): c for c in details["causes"]}
            body = {**body, "details": {**details, "causes": [{**c, "message": c["message"][:200]} for c in causes.values()]}}
        for path in self.without if body.get("kind") != "Status" else ():
            first, _, rest = path.partition(".")
            if rest and isinstance(body.get(first), dict):
                body = {**body, first: {k: v for k, v in body[first].items() if k != rest}}
            elif not rest:
                body = {k: v for k, v in body.items() if k != first}
        return body

    def get(self, label, path, **more):
        return self.ask(label, "GET", path, **more)

    def post(self, label, path, body, **more):
        return self.ask(label, "POST", path, body, **more)

    def put(self, label, path, body, **more):
        return self.ask(label, "PUT", path, body, **more)

    def delete(self, label, path, body=None, **more):
        return self.ask(label, "DELETE", path, body, **more)

    def note(self, label, value):
        """Records a computed fact, for instance an equality, as a step of its own."""
        self.steps.append({"step": label, "note": value})

    def make_namespace(self, name=None):
        name = name or self.ns
        r = self.send("POST", "/api/v1/namespaces",
                      {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        if r.status != 201:
            raise RuntimeError(f"namespace {name}: {r.status} {r.raw[:300]}")
        self.cleanup.append("/api/v1/namespaces/" + name)

    def watch(self, label, path, want=None, seconds=4, do=None, headers=None, bookmarks="end", keep=None):
        """Opens a watch, calls `do` once the headers are there, and records the events.

        Ends at `want` events, at the server's end, or after `seconds`. `bookmarks`: "end" keeps only those that
        end the initial events, "all" keeps all, "none" keeps none; the others come when the server likes.
        """
        path = self.fill(path)
        begin = time.monotonic()
        place = len(self.steps)
        connection = self.server.connect(seconds + 8, headers)
        events, end = [], "open"
        try:
            connection.putrequest("GET", path, skip_accept_encoding=True)
            for k, v in self.server.headers(headers).items():
                connection.putheader(k, v)
            connection.endheaders()
            r = connection.getresponse()
            got = {k.lower(): v for k, v in r.getheaders()}
            step = {"step": label, "request": f"GET {path}", "status": r.status,
                    "headers": {k: v for k, v in got.items() if k in HEADERS}}
            if r.status != 200:
                raw = r.read()
                try:
                    step["body"] = json.loads(raw)
                except ValueError:
                    step["body"] = raw.decode("utf-8", "replace")[:400]
                self.steps.insert(place, step)
                if do:
                    do()
                return []
            if do:
                do()
            deadline = time.monotonic() + seconds
            while want is None or len(events) < want:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                if connection.sock:
                    connection.sock.settimeout(left)
                try:
                    line = r.readline()
                except (socket.timeout, TimeoutError):
                    break
                except (http.client.IncompleteRead, ConnectionResetError):
                    end = "cut"
                    break
                if not line:
                    end = "closed by the server"
                    break
                event = json.loads(line)
                if event["type"] == "BOOKMARK" and bookmarks != "all":
                    marked = END in (event["object"]["metadata"].get("annotations") or {})
                    if bookmarks == "none" or not marked:
                        continue
                events.append(event)
            step["events"] = [{"type": e["type"],
                               "object": pick(e["object"], keep) if keep and e["type"] != "ERROR" else e["object"]}
                              for e in events]
            step["end"] = end
            step["seconds"] = round(time.monotonic() - begin, 1)
            self.steps.insert(place, step)
            return events
        finally:
            connection.close()

    # -- normalising ----------------------------------------------------------------------------------------
    def finish(self):
        for path in reversed(self.cleanup):
            try:
                self.send("DELETE", path)
            except OSError:
                pass
        if self.connection:
            self.connection.close()
        return Normaliser(self).steps()


def pick(doc, paths):
    """The parts of `doc` at the dotted `paths` (lists are entered element by element)."""
    out = {}
    for path in paths:
        value = _at(doc, path.split("."))
        if value is not None:
            out[path] = value
    return out


def _at(doc, keys):
    if not keys:
        return doc
    if isinstance(doc, list):
        return [_at(d, keys) for d in doc]
    if isinstance(doc, dict) and keys[0] in doc:
        return _at(doc[keys[0]], keys[1:])
    return None


def _rank(entry):
    """Puts field managers in an order that does not depend on the second in which they wrote, and causes of conflicts,
    which kube-apiserver tells in any order, too. What is neither stays where it is."""
    if "manager" in entry:
        return [entry.get(k, "") for k in ("manager", "operation", "apiVersion", "subresource")]
    return [entry["message"], entry["field"]] if entry.get("reason") == "FieldManagerConflict" else []


class Normaliser:
    def __init__(self, run):
        self.run = run
        self.uids = {}
        versions = set(run.versions)
        for s in run.steps:
            for e in s.get("events", ()):
                if e["type"] != "BOOKMARK":
                    self._collect(e["object"], versions)
        self.versions = sorted(versions)

    @staticmethod
    def _collect(doc, into):
        rv = doc.get("metadata.resourceVersion") or (doc.get("metadata") or {}).get("resourceVersion") or ""
        if rv.isdigit():
            into.add(int(rv))

    def rank(self, text):
        if not text.isdigit() or text == "0":
            return text
        return "r" + str(sum(1 for v in self.versions if v <= int(text)))

    def steps(self):
        return [self._step(s) for s in self.run.steps]

    def _step(self, s):
        out = {}
        for k, v in s.items():
            if k == "request":
                v = re.sub(r"(?<=resourceVersion=)(\d{2,})", lambda m: self.rank(m.group(1)), self.text(v))
                out[k] = re.sub(r"(?<=continue=)[A-Za-z0-9_%=-]{8,}", "<continue>", v)
            elif k == "seconds":
                continue
            else:
                out[k] = self.value(v, k)
        return out

    def text(self, v):
        for real, symbol in self.run.aliases.items():
            v = v.replace(real, symbol)
        v = UUID.sub(lambda m: "<uid>" if self.run.one_uid else self.uids.setdefault(
            m.group(0), "uid" + str(len(self.uids) + 1)), v)
        v = re.sub(r"\bBad_[a-z0-9]{5}\b", "Bad_<any>", v)  # what is made of a generateName
        v = re.sub(r"(esource version:? )(\d+)", r"\1<rv>", v)
        v = re.sub(r'((?:creationTimestamp|"time)\\*":\\*"|(?:creationTimestamp|time): ")[-0-9T:]{19}Z', r"\1<time>", v)
        v = re.sub(r'(resourceVersion\\*":\\*"|resourceVersion: ")\d+', r"\1<rv>", v)
        v = re.sub(r"(in object meta: )(\d+)", r"\1<rv>", v)
        v = re.sub(r"(current: )(\d+)", r"\1<rv>", v)
        v = re.sub(r"(in record \()(\d+)", r"\1<rv>", v)
        v = re.sub(r"\((\d+)\)$", "(<rv>)", v)
        return v

    def value(self, v, key=""):
        if isinstance(v, dict):
            if self.run.sort_causes and v.get("kind") == "Status" and len((v.get("details") or {}).get("causes") or ()) > 1:
                v = {**v, "message": v["message"].partition(": [")[0]}  # which has the causes once more
            return {self.text(k): self.value(x, k) for k, x in sorted(v.items())}
        if isinstance(v, list):
            values = [self.value(x, key) for x in v]
            if key == "causes" and self.run.sort_causes:
                return sorted(values, key=lambda c: [c.get("field", ""), c.get("message", "")])
            return sorted(values, key=_rank) if key in ("managedFields", "causes") else values
        if isinstance(v, str):
            if key.endswith("resourceVersion"):
                return self.rank(v)
            if key.endswith("continue"):
                return "<continue>" if v else v
            if TIME.match(v):
                return "<time>"
            if key == "cells" and self.run.ageless and re.fullmatch(r"\d+[smhd]", v):
                return "<age>"
            if key == "manager" and v in ("rheo", "kube-apiserver-1.36.3"):  # the server itself, by its name
                return "<server>"
            return self.text(v)
        return v
