"""Every kind that is asked and not stored, with good and bad input; who asks has another name in each server, and so is left out."""
from harness import scenario

from cases import _wrong
from cases._vectors import changed

AUTHENTICATION, AUTHORIZATION = "authentication.k8s.io/v1", "authorization.k8s.io/v1"
PODS = {"verb": "get", "resource": "pods", "namespace": "{ns}"}
REVIEWS = [
    (AUTHENTICATION, "SelfSubjectReview", None),
    (AUTHENTICATION, "TokenReview", {"token": "x", "audiences": ["a"]}),
    (AUTHORIZATION, "LocalSubjectAccessReview", {"user": "x", "groups": ["g"], "resourceAttributes": PODS}),
    (AUTHORIZATION, "SelfSubjectAccessReview", {"resourceAttributes": PODS}),
    (AUTHORIZATION, "SelfSubjectRulesReview", {"namespace": "{ns}"}),
    (AUTHORIZATION, "SubjectAccessReview", {"user": "x", "extra": {"a": ["b"]}, "resourceAttributes": PODS}),
]


def course(t, api, kind, spec):
    t.reuse = t.distinct = t.one_uid = True
    t.make_namespace()
    at = "namespaces/{ns}/" if kind.startswith("Local") else ""
    path = f"/apis/{api}/{at}{kind.lower()}s"
    body = {"apiVersion": api, "kind": kind, "metadata": {"labels": {"judge": "one"}}, **({"spec": spec} if spec else {})}
    keep = ["kind", "apiVersion", "metadata", "spec"]

    def ask(label, made, query="", content_type="application/json"):
        t.post(label, path + query, made, headers={"Content-Type": content_type}, keep=keep)

    ask("good", body)
    ask("dry", body, "?dryRun=All")
    ask("in YAML", _wrong.yaml(body) + "\n", content_type="application/yaml")
    for label, made in (*_wrong.identities({**body, "metadata": {**body["metadata"], "name": ""}}, bool(at)), *_wrong.forged(body)):
        ask(label, made)
    for label, made in _wrong.wrong_types(body, 3):
        ask(label, made)
    for level in ("Strict", "Warn", "Ignore", "Bogus"):
        for label, made in (*_wrong.strange(body), *_wrong.doubled({**body, "metadata": {"name": "", **body["metadata"]}})):
            ask(f"{level} {label}", made, "?fieldValidation=" + level)
    for label, made, content_type in _wrong.garbage():
        ask(label, made, content_type=content_type)
    ask("protobuf of nothing", _wrong.protobuf(api, kind, b""), content_type="application/vnd.kubernetes.protobuf")
    ask("protobuf of another kind", _wrong.protobuf("v1", "Bogus", b""), content_type="application/vnd.kubernetes.protobuf")
    if spec and "resourceAttributes" in spec:
        for label, value in (("a selector", {"labelSelector": {"rawSelector": "a=b"}}), ("two selectors", {"labelSelector": {
                "rawSelector": "a=b", "requirements": [{"key": "a", "operator": "Exists"}]}}),
                ("a bad operator", {"fieldSelector": {"requirements": [{"key": "a", "operator": "Bogus"}]}}),
                ("no key", {"labelSelector": {"requirements": [{"operator": "Exists"}]}}), ("no requirements", {"fieldSelector": {"requirements": []}}),
                ("all", {"verb": "*", "resource": "*", "group": "*", "version": "*", "name": "n", "subresource": "s"})):
            ask(label, changed(body, ["spec", "resourceAttributes"], {**PODS, **value}))
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        t.ask(method, method, path, body if method[0] == "P" else None)


def register(api, kind, spec):
    def run(t):
        course(t, api, kind, spec)

    run.__doc__ = f"{kind} of {api}: good and bad input."
    scenario(f"every-{kind.lower()}s", packed=True)(run)


for review in REVIEWS:
    register(*review)
