"""Definitions of custom resources for the scenarios named custom-*, and waiting until they are served.

Each scenario has a group of its own, {id}.example.com, so that definitions never meet by accident; they are deleted in the end.
"""
import base64
import hashlib
import json
import time

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
GROUP = "{id}.example.com"
MERGE = {"Content-Type": "application/merge-patch+json"}
JSONPATCH = {"Content-Type": "application/json-patch+json"}
STRATEGIC = {"Content-Type": "application/strategic-merge-patch+json"}
APPLY = {"Content-Type": "application/apply-patch+yaml"}
YAML = {"Content-Type": "application/yaml"}
TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
META = {"Accept": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"}
METALIST = {"Accept": "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}
AGGREGATED = {"Accept": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"}
ANY = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
WAIT = 60


def obj(**properties):
    return {"type": "object", "properties": properties}


def lst(items, **more):
    return {"type": "array", "items": items, **more}


def text(**more):
    return {"type": "string", **more}


def whole(**more):
    return {"type": "integer", **more}


def schema(**spec):
    """A schema whose objects have a spec with these properties, and a status with anything."""
    return obj(spec=obj(**spec), status=ANY)


def version(name="v1", schema=ANY, storage=True, **more):
    return {"name": name, "served": True, "storage": storage, "schema": {"openAPIV3Schema": schema}, **more}


def definition(plural, *versions, kind=None, scope="Namespaced", group=GROUP, names=None, meta=None, **spec):
    kind = kind or plural[0].upper() + plural[1:-1]
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.{group}", **(meta or {})},
            "spec": {"group": group, "scope": scope, "names": {"plural": plural, "singular": kind.lower(), "kind": kind, **(names or {})},
                     "versions": list(versions) or [version()], **spec}}


def custom(kind, name, spec=None, version="v1", group=GROUP, status=None, meta=None, **more):
    out = {"apiVersion": f"{group}/{version}", "kind": kind, "metadata": {"name": name, **(meta or {})}}
    if spec is not None:
        out["spec"] = spec
    if status is not None:
        out["status"] = status
    return {**out, **more}


def at(plural, version="v1", group=GROUP, scope="Namespaced"):
    return f"/apis/{group}/{version}/" + ("namespaces/{ns}/" if scope == "Namespaced" else "") + plural


def until(t, what, ready, seconds=WAIT, method="GET", body=None, headers=None):
    """Asks again until the answer is as awaited, and returns it."""
    end = time.monotonic() + seconds
    while True:
        r = t.send(method, what, body, headers=headers)
        try:
            if ready(r):
                return r
        except (KeyError, TypeError, AttributeError, IndexError):
            pass
        if time.monotonic() > end:
            raise RuntimeError(f"{method} {t.fill(what)}: not as awaited: {r.status} {r.raw[:600]}")
        time.sleep(0.05)


def conditions(r):
    return {c["type"]: c["status"] for c in r.json["status"].get("conditions") or ()}


def settled(r):
    """Names are accepted and it is established, or names are not accepted."""
    c = conditions(r)
    return c.get("Established") == "True" or c.get("NamesAccepted") == "False"


def put(t, label, path, body, **more):
    """Puts an object with the version that it has now, without which an update of a custom resource is refused."""
    plain = path.partition("?")[0]
    now = t.send("GET", plain.removesuffix("/status"))
    if now.status == 200 and not body["metadata"].get("resourceVersion"):
        body = {**body, "metadata": {**body["metadata"], "resourceVersion": now.rv}}
    return t.put(label, path, body, **more)


def path_of(definition):
    return DEFINITIONS + "/" + definition["metadata"]["name"]


def prepare(t, definition):
    """What must be done before a definition is created: it is deleted in the end, and hashes of the group have symbols."""
    t.cleanup.append(t.fill(path_of(definition)))
    spec = t.fill(definition["spec"])
    for v in spec["versions"]:
        of = f"{spec['group']}/{v['name']}/{spec['names']['kind']}".encode()
        t.aliases[base64.b64encode(hashlib.sha256(of).digest()[:8]).decode()] = f"<hash of {spec['names']['kind']} {v['name']}>"


def serve(t, definition, label=None, keep=None):
    """Creates a definition and waits until all versions are served. With a label the request is recorded, too."""
    prepare(t, definition)
    r = t.post(label, DEFINITIONS, definition, keep=keep) if label else t.send("POST", DEFINITIONS, definition)
    if r.status != 201:
        raise RuntimeError(f"definition: {r.status} {r.raw[:600]}")
    wait_served(t, definition)
    return r


def wait_served(t, definition):
    until(t, path_of(definition), lambda r: conditions(r).get("Established") == "True")
    spec = definition["spec"]
    for v in spec["versions"]:
        group = f"/apis/{spec['group']}/{v['name']}"
        if v["served"]:
            until(t, group, lambda r: any(x["name"] == spec["names"]["plural"] for x in r.json["resources"]))
            until(t, f"{group}/{spec['names']['plural']}", lambda r: r.status == 200)


def change(t, definition, probe, ready, label=None, **more):
    """Puts a changed definition and asks `probe` until the change has come through."""
    path = path_of(definition)
    for _ in range(20):
        now = t.send("GET", path).json
        body = {**now, "spec": definition["spec"]}
        r = t.send("PUT", path, body)
        if r.status != 409:
            break
    if r.status != 200:
        raise RuntimeError(f"definition: {r.status} {r.raw[:600]}")
    if label:
        t.note(label, [r.status, r.json["metadata"].get("generation")])
    return until(t, probe, ready, **more)


def gone(t, definition):
    """Deletes a definition and waits until neither it nor what it served is there."""
    t.send("DELETE", path_of(definition))
    until(t, path_of(definition), lambda r: r.status == 404)
    spec = definition["spec"]
    for v in spec["versions"]:
        until(t, f"/apis/{spec['group']}/{v['name']}/{spec['names']['plural']}", lambda r: r.status == 404)


def dry(path):
    return path + ("&" if "?" in path else "?") + "dryRun=All"


def blank(doc, *keys):
    """A copy without these keys, at any depth."""
    if isinstance(doc, dict):
        return {k: blank(v, *keys) for k, v in doc.items() if k not in keys}
    if isinstance(doc, list):
        return [blank(v, *keys) for v in doc]
    return doc


def copy(doc):
    return json.loads(json.dumps(doc))


def set_at(doc, path, value):
    """A copy of `doc` with a value at a dotted path (numbers are places in lists); None as value removes."""
    out = copy(doc)
    *way, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    place = out
    for p in way:
        if isinstance(place, dict):
            place = place.setdefault(p, {})
        else:
            place = place[p]
    if value is None:
        if isinstance(place, list):
            del place[last]
        else:
            place.pop(last, None)
    elif isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    return out
