"""An operator of kopf with a definition of its own, which comes and goes while the operator runs."""
import kopf
from kubernetes import client

GROUP, PLURAL, NAME = "kopf.example.com", "pans", "pans.kopf.example.com"

DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": NAME},
    "spec": {
        "group": GROUP, "scope": "Namespaced", "names": {"plural": PLURAL, "singular": "pan", "kind": "Pan", "shortNames": ["pn"]},
        "versions": [{
            "name": "v1", "served": True, "storage": True, "subresources": {"status": {}},
            "schema": {"openAPIV3Schema": {
                "type": "object", "properties": {
                    "spec": {"type": "object", "properties": {"size": {"type": "integer", "default": 20, "minimum": 10}}},
                    "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}}}]}}


def operator(registry, core, told):
    """Adds the handlers. What they return is kept by kopf in the status."""

    @kopf.on.create(GROUP, "v1", PLURAL, id="made", registry=registry)
    def made(name, namespace, spec, **_):
        child = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"size": str(spec["size"])}}
        kopf.adopt(child)
        core.create_namespaced_config_map(namespace, child)
        told.append("made " + name)
        return {"size": spec["size"]}

    @kopf.on.update(GROUP, "v1", PLURAL, id="resized", field="spec.size", registry=registry)
    def resized(name, namespace, new, **_):
        core.patch_namespaced_config_map(name, namespace, {"data": {"size": str(new)}})
        told.append("resized " + name)
        return {"size": new}

    @kopf.on.delete(GROUP, "v1", PLURAL, registry=registry)
    def ended(name, **_):
        told.append("ended " + name)


def course(checks, core, ns, eventually, is_gone, equals, told):
    """The checks, against an operator that runs already."""
    definitions, objects = client.ApiextensionsV1Api(), client.CustomObjectsApi()

    def pan(name):
        return objects.get_namespaced_custom_object(GROUP, "v1", ns, PLURAL, name)

    def define():
        definitions.create_custom_resource_definition(DEFINITION)
        return eventually(lambda: "" if any(
            c.type == "Established" and c.status == "True"
            for c in definitions.read_custom_resource_definition(NAME).status.conditions or []) else "it is not")

    def create(name):
        body = {"apiVersion": GROUP + "/v1", "kind": "Pan", "metadata": {"name": name}, "spec": {}}
        return equals(objects.create_namespaced_custom_object(GROUP, "v1", ns, PLURAL, body)["spec"], {"size": 20})

    def patched(name, body):
        objects.patch_namespaced_custom_object(GROUP, "v1", ns, PLURAL, name, body)
        return ""

    def size(name):
        return core.read_namespaced_config_map(name, ns).data["size"]

    # Before its definition: kopf forgets a kind as soon as its definition is terminating.
    def end(name):
        objects.delete_namespaced_custom_object(GROUP, "v1", ns, PLURAL, name)
        return eventually(lambda: is_gone(lambda: pan(name)))

    def undefine():
        definitions.delete_custom_resource_definition(NAME)
        gone = eventually(lambda: is_gone(lambda: definitions.read_custom_resource_definition(NAME)))
        # The server follows its definitions, as kopf does: kopf ends if it finds the kind and then not its objects.
        return gone or eventually(lambda: is_gone(lambda: objects.list_namespaced_custom_object(GROUP, "v1", ns, PLURAL)))

    def too_small():
        try:
            return patched("one", {"spec": {"size": 3}}) or "it was accepted"
        except client.ApiException as e:
            return equals((e.status, "should be greater than or equal to 10" in e.body), (422, True))

    checks.step("custom: the definition is established", define)
    checks.step("custom: an object is created, with its default", lambda: create("one"))
    checks.step("custom: the operator sees the new kind", lambda: eventually(lambda: equals(size("one"), "20")))
    checks.step("custom: the child is adopted", lambda: equals(
        core.read_namespaced_config_map("one", ns).metadata.owner_references[0].kind, "Pan"))
    checks.step("custom: the result is in the status", lambda: eventually(
        lambda: equals(pan("one").get("status", {}).get("made"), {"size": 20})))
    checks.step("custom: it has kopf's finalizer", lambda: equals(
        pan("one")["metadata"]["finalizers"], ["kopf.zalando.org/KopfFinalizerMarker"]))
    checks.step("custom: it is changed", lambda: patched("one", {"spec": {"size": 30}}))
    checks.step("custom: a change is followed", lambda: eventually(lambda: equals(size("one"), "30")))
    checks.step("custom: both results are in the status", lambda: eventually(lambda: equals(
        {k: v for k, v in pan("one")["status"].items() if k != "kopf"}, {"made": {"size": 20}, "resized/spec.size": {"size": 30}})))
    checks.step("custom: a minimum is held", too_small)
    checks.step("custom: it is deleted", lambda: end("one"))
    checks.step("custom: the operator was told in turn", lambda: equals(told, ["made one", "resized one", "ended one"]))
    checks.step("custom: the definition ends", undefine)
    checks.step("custom: the definition comes back", define)
    checks.step("custom: an object of it is created", lambda: create("two"))
    checks.step("custom: the operator sees it, too", lambda: eventually(lambda: equals(size("two"), "20")))
    checks.step("custom: and keeps its result", lambda: eventually(
        lambda: equals(pan("two").get("status", {}).get("made"), {"size": 20})))
    checks.step("custom: it is deleted, too", lambda: end("two"))
    checks.step("custom: the definition ends again", undefine)
