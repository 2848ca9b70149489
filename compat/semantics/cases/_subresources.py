"""Good and bad input for the subresources of a kind: one function each, called by name."""

from cases._vectors import GONE, changed


def judged(c, name):
    """What writes of all subresources have in common, and those that the vectors say are bad."""
    path, t = f"{c.one}/{name}", c.t
    dry = "?dryRun=All"
    now = c.current()
    verbs = ("PUT",) if name == "finalize" else ("PUT", "PATCH")
    t.get(f"{name}: get", path)
    t.post(f"{name}: post", path, now)
    t.delete(f"{name}: delete", path)
    t.put(f"{name}: as it is", path + dry, now)
    for label, where, value in (
            ("another name", ["metadata", "name"], "other"), ("another kind", ["kind"], "Bogus"), ("another apiVersion", ["apiVersion"], "x/v1"),
            ("no version", ["metadata", "resourceVersion"], GONE), ("an old version", ["metadata", "resourceVersion"], "1"),
            ("another uid", ["metadata", "uid"], "x"), ("a bad label", ["metadata", "labels"], {"a b": "c"}),
            ("a label", ["metadata", "labels"], {"new": "label"}), ("status text", ["status"], "x"), ("status []", ["status"], []),
            ("status null", ["status"], None), ("an unknown field", ["status"], {"bogus": 1}), ("spec text", ["spec"], "x"),
            ("spec null", ["spec"], None)):
        t.put(f"{name}: {label}", path + dry, changed(now, where, value))
    t.put(f"{name}: Strict an unknown field", path + dry + "&fieldValidation=Strict", changed(now, ["status"], {"bogus": 1}))
    t.put(f"{name}: null", path + dry, "null")
    t.put(f"{name}: text", path + dry, "x")
    t.put(f"{name}: of nothing", f"{c.kind.collection}/missing/{name}{dry}", changed(now, ["metadata", "name"], "missing"))
    for form in ("merge", "strategic", "json"):
        for label, made in (("nothing", {}), ("status text", {"status": "x"}), ("status null", {"status": None}), ("status []", {"status": []}),
                            ("an unknown field", {"status": {"bogus": 1}}), ("a bad label", {"metadata": {"labels": {"a": "b c"}}}),
                            ("an old version", {"metadata": {"resourceVersion": "1"}})):
            body = made if form != "json" else [{"op": "add", "path": "/" + k, "value": v} for k, v in made.items()]
            c.patch(form, f"{name} {label}", body, path=path)
    c.apply(f"{name} good", {k: now[k] for k in ("apiVersion", "kind")} | {"metadata": {"name": c.name}}, path=path)
    c.apply(f"{name} text", {"apiVersion": now["apiVersion"], "kind": now["kind"], "metadata": {"name": c.name}, "status": "x"}, path=path)
    c.apply(f"{name} unknown", {"apiVersion": now["apiVersion"], "kind": now["kind"], "metadata": {"name": c.name}, "status": {"bogus": 1}}, path=path)
    c.apply(f"{name} of nothing", {"apiVersion": now["apiVersion"], "kind": now["kind"], "metadata": {"name": "missing"}},
            path=f"{c.kind.collection}/missing/{name}")
    stored = {c.kind.main: c.one}
    for turn, v in enumerate(c.vectors.get("update/" + name, ())):
        if v.base not in stored:
            if not (c.kind.others and c.usable(v.base) and len(stored) < 4):
                continue
            stored[v.base] = store(c, v.base)
        at = stored[v.base]
        now = c.current(at)
        if "status" in c.bases[v.base]["object"] and not now.get("status"):
            now["status"] = c.bases[v.base]["object"]["status"]
        made = v.change(now)
        if made and turn % 2 and "PATCH" in verbs and all(isinstance(k, str) for k in v.path):
            value = None if v.value is GONE else v.value
            for key in reversed(v.path):
                value = {key: value}
            c.patch("merge", f"{name} {v.base} {v}", value, path=f"{at}/{name}")
        elif made:
            t.put(f"{name}: {v.base} {v}", f"{at}/{name}{dry}", made)


def store(c, base):
    """Another base, with its status as a controller would have written it."""
    body = c.named(base)
    body["metadata"]["name"] = "s%d-" % base + body["metadata"]["name"]
    path = f"{c.kind.collection}/{body['metadata']['name']}"
    c.create(f"base {base} for a subresource", body, "fieldManager=one")
    if not c.kind.namespaced:
        c.t.cleanup.append(c.t.fill(path))
    if "status" in body:
        c.t.put(f"status: of base {base}", f"{path}/status", {**c.current(path), "status": body["status"]}, keep=["status"])
    return path


def status(c):
    judged(c, "status")


def approval(c):
    judged(c, "approval")
    condition = {"type": "Approved", "status": "True", "reason": "x", "message": "y"}
    for label, conditions in (("approved", [condition]), ("denied, too", [condition, {**condition, "type": "Denied"}]),
                              ("twice", [condition, condition]), ("false", [{**condition, "status": "False"}]),
                              ("nothing", [])):
        c.t.put("approval: " + label, f"{c.one}/approval" + ("" if label == "approved" else "?dryRun=All"),
                {**c.current(), "status": {"conditions": conditions}})


def finalize(c):
    judged(c, "finalize")
    for label, spec in (("good", {"finalizers": ["kubernetes", "example.com/f"]}), ("bad", {"finalizers": ["bad"]}), ("none", {})):
        c.t.put("finalize: " + label, f"{c.one}/finalize?dryRun=All", {**c.current(), "spec": spec})


def ephemeralcontainers(c):
    judged(c, "ephemeralcontainers")
    for label, made in (("good", [{"name": "e", "image": "i"}]), ("twice", [{"name": "e", "image": "i"}] * 2), ("no image", [{"name": "e"}]),
                        ("no name", [{"image": "i"}]), ("a name that is taken", [{"name": "c", "image": "i"}]),
                        ("ports", [{"name": "e", "image": "i", "ports": [{"containerPort": 80}]}]),
                        ("a target that is not there", [{"name": "e", "image": "i", "targetContainerName": "none"}])):
        c.patch("strategic", "ephemeralcontainers " + label, {"spec": {"ephemeralContainers": made}}, path=c.one + "/ephemeralcontainers")


def resize(c):
    judged(c, "resize")
    for label, made in (("good", {"requests": {"cpu": "100m"}}), ("negative", {"requests": {"cpu": "-1"}}),
                        ("more than the limit", {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}), ("text", "x"),
                        ("no quantity", {"requests": {"cpu": "x"}}), ("an unknown resource", {"requests": {"bogus": "1"}})):
        c.patch("strategic", "resize " + label, {"spec": {"containers": [{"name": "c", "resources": made}]}}, path=c.one + "/resize")
    c.patch("strategic", "resize of an image", {"spec": {"containers": [{"name": "c", "image": "other"}]}}, path=c.one + "/resize")


def scale(c):
    path, t, dry = c.one + "/scale", c.t, "?dryRun=All"
    now = t.get("scale: get", path).json
    t.put("scale: good", path, {**now, "spec": {"replicas": 4}})
    now = t.send("GET", path).json
    for label, where, value in (
            ("negative", ["spec", "replicas"], -1), ("text", ["spec", "replicas"], "x"), ("1.5", ["spec", "replicas"], 1.5),
            ("huge", ["spec", "replicas"], 1 << 40), ("null", ["spec", "replicas"], None), ("spec null", ["spec"], None),
            ("spec text", ["spec"], "x"), ("another name", ["metadata", "name"], "other"), ("another namespace", ["metadata", "namespace"], "x"),
            ("no name", ["metadata", "name"], GONE), ("no version", ["metadata", "resourceVersion"], GONE),
            ("an old version", ["metadata", "resourceVersion"], "1"), ("another uid", ["metadata", "uid"], "x"), ("no uid", ["metadata", "uid"], GONE),
            ("a bad label", ["metadata", "labels"], {"a b": "c d"}), ("a label", ["metadata", "labels"], {"new": "label"}),
            ("a bad annotation", ["metadata", "annotations"], {"a b": "c"}), ("a bad finalizer", ["metadata", "finalizers"], ["bad"]),
            ("status", ["status"], {"replicas": 77, "selector": "x=y"}), ("status text", ["status"], "x"), ("an unknown field", ["bogus"], 1),
            ("another kind", ["kind"], "Bogus"), ("the kind of the object", ["kind"], c.body["kind"]), ("another version", ["apiVersion"], "autoscaling/v2"),
            ("version of the object", ["apiVersion"], c.body["apiVersion"]), ("no kind", ["kind"], ""), ("generation", ["metadata", "generation"], 9)):
        t.put("scale: " + label, path + dry, changed(now, where, value))
    t.put("scale: Strict an unknown field", path + dry + "&fieldValidation=Strict", changed(now, ["bogus"], 1))
    t.put("scale: null", path + dry, "null")
    t.put("scale: {}", path + dry, "{}")
    t.put("scale: the object itself", path + dry, c.current())
    t.put("scale: of nothing", f"{c.kind.collection}/missing/scale{dry}", changed(now, ["metadata", "name"], "missing"))
    t.post("scale: post", path, now)
    t.delete("scale: delete", path)
    for form in ("merge", "strategic", "json", "apply"):
        for label, made in (
                ("good", {"spec": {"replicas": 5}}), ("negative", {"spec": {"replicas": -1}}), ("text", {"spec": {"replicas": "x"}}),
                ("null", {"spec": {"replicas": None}}), ("another kind", {"kind": "Bogus"}), ("another version", {"apiVersion": "apps/v1", "kind": "Deployment"}),
                ("an old version", {"metadata": {"resourceVersion": "1"}}), ("another name", {"metadata": {"name": "other"}}),
                ("a bad label", {"metadata": {"labels": {"a": "b c"}}}), ("an unknown field", {"bogus": 1}), ("another uid", {"metadata": {"uid": "x"}})):
            if form == "json":
                made = [{"op": "add", "path": f"/{k}/{n}", "value": w} if k in ("spec", "metadata") else {"op": "add", "path": "/" + k, "value": v}
                        for k, v in made.items() for n, w in (v.items() if isinstance(v, dict) else [("", "")])]
            elif form == "apply":
                made = {"apiVersion": "autoscaling/v1", "kind": "Scale", **made}
                made["metadata"] = {"name": c.name, **made.get("metadata", {})}
            if form == "apply":
                c.apply("scale " + label, made, query="dryRun=All&force=true", path=path)
            else:
                c.patch(form, "scale " + label, made, path=path)


def token(c):
    """TokenRequests; the token of a good one is another each time."""
    path, t = c.one + "/token", c.t
    kind = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"}
    t.post("token: good", path, {**kind, "spec": {"audiences": ["a"], "expirationSeconds": 600}}, keep=["kind", "spec.audiences", "spec.expirationSeconds"])
    for label, body in (
            ("too short", {**kind, "spec": {"expirationSeconds": 599}}), ("too long", {**kind, "spec": {"expirationSeconds": 1 << 33}}),
            ("text", {**kind, "spec": {"expirationSeconds": "x"}}), ("audiences text", {**kind, "spec": {"audiences": "x"}}),
            ("bound to nothing", {**kind, "spec": {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "none"}}}),
            ("bound to a bad kind", {**kind, "spec": {"boundObjectRef": {"kind": "ConfigMap", "apiVersion": "v1", "name": "x"}}}),
            ("another name", {**kind, "metadata": {"name": "other"}}), ("another namespace", {**kind, "metadata": {"namespace": "other"}}),
            ("another kind", {"apiVersion": "v1", "kind": "Pod", "spec": {}}), ("another version", {**kind, "apiVersion": "authentication.k8s.io/v9"}),
            ("spec text", {**kind, "spec": "x"}), ("an unknown field", {**kind, "spec": {"bogus": 1, "expirationSeconds": 1}}),
            ("null", "null"), ("nothing", "")):
        t.post("token: " + label, path, body, keep=["kind", "spec.expirationSeconds"])
    t.post("token: Strict an unknown field", path + "?fieldValidation=Strict", {**kind, "spec": {"bogus": 1}}, keep=["kind"])
    t.post("token: of nothing", c.kind.collection + "/missing/token", kind)
    t.get("token: get", path)
    t.put("token: put", path, kind)


def binding(c):
    path, t = c.one + "/binding", c.t
    good = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": c.name}, "target": {"apiVersion": "v1", "kind": "Node", "name": "n1"}}
    bindings = c.kind.collection[:-len("pods")] + "bindings"
    for at, where in (("binding", path), ("bindings", bindings)):
        for label, place, value in (
                ("no target", ["target"], GONE), ("target text", ["target"], "x"), ("target null", ["target"], None), ("no node", ["target", "name"], ""),
                ("to a pod", ["target", "kind"], "Pod"), ("target without a kind", ["target", "kind"], ""), ("another name", ["metadata", "name"], "other"),
                ("no name", ["metadata", "name"], GONE), ("no metadata", ["metadata"], GONE), ("another namespace", ["metadata", "namespace"], "other"),
                ("another uid", ["metadata", "uid"], "x"), ("an old version", ["metadata", "resourceVersion"], "1"), ("a bad label", ["metadata", "labels"], {"a b": "c"}),
                ("another kind", ["kind"], "Pod"), ("another version", ["apiVersion"], "v9"), ("an unknown field", ["bogus"], 1), ("generateName", ["metadata"], {"generateName": "x"})):
            t.post(f"{at}: {label}", where + "?dryRun=All", changed(good, place, value))
        t.post(f"{at}: Strict an unknown field", where + "?dryRun=All&fieldValidation=Strict", changed(good, ["bogus"], 1))
        for body in ("null", "", "{}", "[]"):
            t.post(f"{at}: body '{body}'", where + "?dryRun=All", body)
    t.post("binding: of nothing", c.kind.collection + "/missing/binding", changed(good, ["metadata", "name"], "missing"))
    t.get("binding: get", path)
    t.get("bindings: get", bindings)
    t.post("binding: good", path, good)
    t.get("binding: the pod", c.one)
    t.post("binding: again", path, good)
    t.post("bindings: again", bindings, good)


def eviction(c):
    path, t = c.one + "/eviction", c.t
    good = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": c.name}}
    for label, place, value in (
            ("another name", ["metadata", "name"], "other"), ("no name", ["metadata", "name"], GONE), ("no metadata", ["metadata"], GONE),
            ("another namespace", ["metadata", "namespace"], "other"), ("another kind", ["kind"], "Pod"), ("another version", ["apiVersion"], "policy/v9"),
            ("of policy/v1beta1", ["apiVersion"], "policy/v1beta1"), ("options text", ["deleteOptions"], "x"), ("an unknown field", ["bogus"], 1),
            ("options", ["deleteOptions"], {"gracePeriodSeconds": -5}), ("another uid", ["deleteOptions"], {"preconditions": {"uid": "x"}}),
            ("an old version", ["deleteOptions"], {"preconditions": {"resourceVersion": "1"}}), ("a bad label", ["metadata", "labels"], {"a b": "c"}),
            ("a bad policy", ["deleteOptions"], {"propagationPolicy": "Bogus"}), ("an unknown dry run", ["deleteOptions"], {"dryRun": ["Some"]})):
        t.post("eviction: " + label, path + "?dryRun=All", changed(good, place, value))
    t.post("eviction: Strict an unknown field", path + "?dryRun=All&fieldValidation=Strict", changed(good, ["bogus"], 1))
    for body in ("null", "", "{}"):
        t.post(f"eviction: body '{body}'", path + "?dryRun=All", body)
    t.post("eviction: dry", path + "?dryRun=All", good)
    t.post("eviction: of nothing", c.kind.collection + "/missing/eviction", changed(good, ["metadata", "name"], "missing"))
    t.get("eviction: get", path)
    t.put("eviction: put", path, good)
