#!/usr/bin/env python3
"""Holds a server to what the official Python client needs: requests, watches, informers that follow churn through
restarts of the server and end with exactly what the server holds, the dynamic client, YAML and gzip.

--restarts "COMMAND;;COMMAND": shell commands that restart the server and return when it is ready.
--upstream: the server is kube-apiserver, which forgets its history when it is restarted and compresses no watch.
"""
import argparse
import base64
import logging
import os
import sys
import time
import warnings

from kubernetes import client, config, dynamic, watch

import informers
import raw
from harness import Book, Checks, Churn, course


class Writes:
    def __init__(self, core, namespace):
        self.core, self.namespace = core, namespace

    @staticmethod
    def metadata(name, n):
        return client.V1ObjectMeta(name=name, labels={"even": str(n % 2 == 0).lower()})

    def put(self, resource, name, n, create):
        if resource == "configmaps":
            body = client.V1ConfigMap(metadata=self.metadata(name, n), data={"n": str(n)})
            answer = (self.core.create_namespaced_config_map(self.namespace, body) if create
                      else self.core.replace_namespaced_config_map(name, self.namespace, body))
        else:
            data = {"n": base64.b64encode(str(n).encode()).decode()}
            body = client.V1Secret(metadata=self.metadata(name, n), data=data, type="Opaque")
            answer = (self.core.create_namespaced_secret(self.namespace, body) if create
                      else self.core.replace_namespaced_secret(name, self.namespace, body))
        return answer.metadata.uid

    def delete(self, resource, name):
        if resource == "configmaps":
            self.core.delete_namespaced_config_map(name, self.namespace)
        else:
            self.core.delete_namespaced_secret(name, self.namespace)

    def maps(self, **options):
        return self.core.list_namespaced_config_map(self.namespace, **options).items

    def secrets(self):
        return self.core.list_namespaced_secret(self.namespace).items

    def all_secrets(self):
        return self.core.list_secret_for_all_namespaces().items

    def numbers(self):
        out = {"configmaps/" + o.metadata.name: o.data["n"] for o in self.maps()}
        out.update({"secrets/" + o.metadata.name: base64.b64decode(o.data["n"]).decode() for o in self.secrets()})
        return out


def status(request, *args, **options):
    try:
        request(*args, **options)
        return 200
    except client.ApiException as e:
        return e.status


def requests(checks, core, namespace):
    writes = Writes(core, namespace)
    writes.put("configmaps", "one", 1, True)
    one = core.read_namespaced_config_map("one", namespace)
    checks.equal("create and get", {"n": "1"}, one.data)
    checks.equal("create of what exists is a conflict", 409, status(writes.put, "configmaps", "one", 1, True))
    checks.equal("get of what is not there", 404, status(core.read_namespaced_config_map, "none", namespace))
    one.data["n"] = "2"
    checks.equal("replace", "2", core.replace_namespaced_config_map("one", namespace, one).data["n"])
    checks.equal("replace of an old version is a conflict", 409,
                 status(core.replace_namespaced_config_map, "one", namespace, one))
    patched = core.patch_namespaced_config_map("one", namespace, {"data": {"n": "3"}})
    checks.equal("strategic merge patch", "3", patched.data["n"])
    patched = core.patch_namespaced_config_map("one", namespace, [{"op": "replace", "path": "/data/n", "value": "4"}])
    checks.equal("JSON patch", "4", patched.data["n"])
    for i in range(7):
        writes.put("configmaps", "page-%d" % i, i, True)
    checks.equal("label selector", 4, len(writes.maps(label_selector="even=true")))
    checks.equal("field selector", 1, len(writes.maps(field_selector="metadata.name=page-3")))
    items, pages, more = 0, 0, None
    while pages == 0 or more:
        page = core.list_namespaced_config_map(namespace, limit=3, _continue=more)
        items, pages, more = items + len(page.items), pages + 1, page.metadata._continue
    checks.equal("a list in pages of 3", (8, 3), (items, pages))
    checks.step("watch, event by event", event_by_event, core, namespace, writes)
    core.delete_namespaced_config_map("one", namespace)
    checks.equal("delete", 404, status(core.read_namespaced_config_map, "one", namespace))
    core.delete_collection_namespaced_config_map(namespace, label_selector="even")
    checks.equal("delete of a collection", 0, len(writes.maps()))


def event_by_event(core, namespace, writes):
    """Each event is written only after the one before it has arrived."""
    version = core.list_namespaced_config_map(namespace).metadata.resource_version
    stream = watch.Watch().stream(core.list_namespaced_config_map, namespace, resource_version=version,
                                  field_selector="metadata.name=page-1", _request_timeout=20)
    for n in range(10, 20):
        writes.put("configmaps", "page-1", n, False)
        event = next(stream)
        if (event["type"], event["object"].data["n"]) != ("MODIFIED", str(n)):
            return "wanted MODIFIED %d, got %s" % (n, event["raw_object"])
    stream.close()


def dynamic_requests(checks, resource, namespace):
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "dynamic"}, "data": {"n": "1"}}
    checks.equal("dynamic: create", "1", resource.create(body=body, namespace=namespace).data.n)
    checks.equal("dynamic: get", "1", resource.get(name="dynamic", namespace=namespace).data.n)
    patched = resource.patch(name="dynamic", namespace=namespace, body={"data": {"n": "2"}},
                             content_type="application/merge-patch+json")
    checks.equal("dynamic: merge patch", "2", patched.data.n)
    resource.delete(name="dynamic", namespace=namespace)
    checks.equal("dynamic: delete", 404, status(resource.get, name="dynamic", namespace=namespace))


def raw_requests(checks, below, writes, upstream):
    checks.step("create from YAML", raw.create_yaml, below)
    for path in ("/configmaps/tricky", "/configmaps", "/configmaps/none", "/secrets"):
        checks.step("YAML of %s means what JSON says" % path, yaml_or_status, below, path)
    writes.put("configmaps", "packed", 0, True)
    for i in range(30):
        writes.put("configmaps", "filling-%d" % i, i, True)
    below.session.patch(below.base + "/configmaps/packed", data='{"data":{"filling":"%s"}}' % ("z" * 200_000), timeout=20,
                        headers={"Content-Type": "application/merge-patch+json"}).raise_for_status()
    checks.step("compressed list", raw.compressed_list, below)
    for how in ("requests", "urllib3"):
        checks.step("compressed watch by %s, event by event" % how, raw.compressed_watch, below, how, not upstream)
    writes.core.delete_collection_namespaced_config_map(writes.namespace)


def yaml_or_status(below, path):
    if not path.endswith("/none"):
        return raw.yaml_is_json(below, path)
    answer = below.get(path, "application/yaml")
    status = raw.yaml.safe_load(answer.content)
    wanted = (404, "Status", "NotFound")
    got = (answer.status_code, status.get("kind"), status.get("reason"))
    return "" if got == wanted else "wanted %s, got %s" % (wanted, got)


def start(core, secrets, writes):
    """The informers."""
    namespace = writes.namespace
    even = {"label_selector": "even=true"}
    followers = [
        informers.WatchList(core.list_namespaced_config_map, "V1ConfigMap", namespace=namespace),
        informers.WatchList(core.list_namespaced_config_map, "V1ConfigMap", namespace=namespace, **even),
        informers.WatchList(core.list_secret_for_all_namespaces, "V1Secret"),
        informers.Dynamic(secrets, namespace),
    ]
    books = [
        informers.shared("configmaps, the library's informer", True, writes.maps,
                         core.list_namespaced_config_map, namespace=namespace),
        informers.shared("configmaps, label selector, the library's informer", False, lambda: writes.maps(**even),
                         core.list_namespaced_config_map, namespace=namespace, **even),
        informers.followed("configmaps, watch list", True, writes.maps, followers[0]),
        informers.followed("configmaps, label selector, watch list", False, lambda: writes.maps(**even), followers[1]),
        informers.followed("secrets of all namespaces, watch list", True, writes.all_secrets, followers[2]),
        informers.followed("secrets, dynamic client", True, writes.secrets, followers[3]),
    ]
    return books, followers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kubeconfig", default=os.environ.get("KUBECONFIG"))
    parser.add_argument("--restarts", default="")
    parser.add_argument("--churn", type=float, default=3)
    parser.add_argument("--upstream", action="store_true")
    settings = parser.parse_args()
    warnings.simplefilter("ignore")  # of certificates that are not verified, with --upstream
    logging.disable(logging.CRITICAL)  # the informer tells of each connection that a restart cuts
    checks = Checks()
    Book.relists = settings.upstream
    configuration = client.Configuration()
    config.load_kube_config(settings.kubeconfig, client_configuration=configuration)
    configuration.retries = False
    api = client.ApiClient(configuration)
    client.Configuration.set_default(configuration)
    core = client.CoreV1Api(api)
    namespace = "python-%d" % (time.time_ns() % 10**9)
    core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=namespace)))
    writes = Writes(core, namespace)
    try:
        requests(checks, core, namespace)
        found = dynamic.DynamicClient(api)
        dynamic_requests(checks, found.resources.get(api_version="v1", kind="ConfigMap"), namespace)
        raw_requests(checks, raw.Raw(configuration, namespace), writes, settings.upstream)

        churn = Churn(writes)
        churn.seed(40)
        books, followers = start(core, found.resources.get(api_version="v1", kind="Secret"), writes)
        for book, follower in zip(books[2:], followers):
            checks.that(book.name + ": synced", "" if follower.synced.wait(30) else "not within 30 s")
        course(settings, checks, churn, books)
        print("     watches of the followers: %s" % [f.requests for f in followers])
    except Exception as e:
        checks.that("the course of the test", repr(e))
    finally:
        core.delete_namespace(namespace)
    sys.stdout.flush()
    os._exit(checks.end())  # informers of the library wait for an event before they end


if __name__ == "__main__":
    main()
