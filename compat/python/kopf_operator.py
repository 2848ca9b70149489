#!/usr/bin/env python3
"""Runs an operator that is written with kopf against a server: it adopts children, keeps its progress and its finalizer on
the object, writes events and annotations, resumes after a restart of itself, and lets go on deletion. Then the
same with a definition that comes and goes while it runs (kopf_custom)."""
import argparse
import asyncio
import base64
import os
import sys
import tempfile
import threading
import time

import kopf
import yaml
from kubernetes import client, config

import kopf_custom
from harness import Checks

PATIENCE = 30


def login_with(kubeconfig):
    """What kopf needs to know of a kubeconfig, whatever clients are installed."""
    with open(kubeconfig, encoding="utf-8") as f:
        cluster = yaml.safe_load(f)
    server, user = cluster["clusters"][0]["cluster"], cluster["users"][0]["user"]

    def file(name):
        data = user.get(name + "-data")
        if not data:
            return user.get(name)
        with tempfile.NamedTemporaryFile(delete=False) as out:
            out.write(base64.b64decode(data))
            return out.name

    ca = server.get("certificate-authority-data")
    return kopf.ConnectionInfo(
        server=server["server"], ca_data=ca, insecure=server.get("insecure-skip-tls-verify"), token=user.get("token"),
        certificate_path=file("client-certificate"), private_key_path=file("client-key"))


def operator(core, apps, kubeconfig, told):
    """The handlers, in a registry of their own."""
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    def login(**_):
        return login_with(kubeconfig)

    @kopf.on.startup(registry=registry)
    def settings(settings, **_):
        settings.posting.enabled = True
        settings.watching.server_timeout = 60

    @kopf.on.create("configmaps", labels={"app": "managed"}, registry=registry)
    def create(name, namespace, body, patch, **_):
        child = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": {"app": "child"}},
                 "spec": {"replicas": int(body["data"]["replicas"]), "selector": {"matchLabels": {"for": name}},
                          "template": {"metadata": {"labels": {"for": name}},
                                       "spec": {"containers": [{"name": "a", "image": "a:1"}]}}}}
        kopf.adopt(child)
        apps.create_namespaced_deployment(namespace, child)
        patch.metadata.annotations["created"] = "yes"
        kopf.info(body, reason="Made", message="a Deployment of %s" % body["data"]["replicas"])
        told.append("create")

    @kopf.on.update("configmaps", labels={"app": "managed"}, field="data.replicas", registry=registry)
    def update(name, namespace, new, **_):
        apps.patch_namespaced_deployment_scale(name, namespace, {"spec": {"replicas": int(new)}})
        told.append("update")

    attempts = []

    @kopf.on.update("configmaps", labels={"app": "managed"}, field="data.flaky", registry=registry)
    def flaky(patch, **_):
        attempts.append(1)
        if len(attempts) < 3:
            raise kopf.TemporaryError("not yet", delay=0.2)
        patch.metadata.annotations["attempts"] = str(len(attempts))

    @kopf.on.resume("configmaps", labels={"app": "managed"}, registry=registry)
    def resume(**_):
        told.append("resume")

    @kopf.on.delete("configmaps", labels={"app": "managed"}, registry=registry)
    def delete(name, namespace, **_):
        apps.delete_namespaced_deployment(name, namespace)
        told.append("delete")

    return registry


class Running:
    """The operator in a thread of its own, from start to stop."""

    def __init__(self, registry, namespace):
        self.stop_flag, self.ready, self.failure = threading.Event(), threading.Event(), None
        self.thread = threading.Thread(target=self.run, args=(registry, namespace), daemon=True)
        self.thread.start()
        self.ready.wait(PATIENCE)

    def run(self, registry, namespace):
        try:
            asyncio.run(kopf.operator(registry=registry, namespaces=[namespace], standalone=True,
                                      stop_flag=self.stop_flag, ready_flag=self.ready))
        except BaseException as e:  # the thread's end is judged by who stops it
            self.failure = e

    def stop(self):
        self.stop_flag.set()
        self.thread.join(PATIENCE)
        if self.thread.is_alive():
            return "it does not end"
        return str(self.failure) if self.failure else ""


def eventually(ask):
    """Asks until there is no complaint."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            complaint = ask()
        except client.ApiException as e:
            complaint = "%s %s" % (e.status, e.reason)
        if not complaint or time.monotonic() > end:
            return complaint
        time.sleep(0.1)


def is_gone(read):
    try:
        read()
        return "it is still there"
    except client.ApiException as e:
        return "" if e.status == 404 else str(e)


def equals(got, wanted):
    return "" if got == wanted else "wanted %r, got %r" % (wanted, got)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kubeconfig", default=os.environ.get("KUBECONFIG"))
    kubeconfig = arguments.parse_args().kubeconfig
    config.load_kube_config(kubeconfig)
    checks, core, apps = Checks(), client.CoreV1Api(), client.AppsV1Api()
    ns = core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(generate_name="kopf-"))).metadata.name
    told = []
    registry = operator(core, apps, kubeconfig, told)
    custom_told = []
    kopf_custom.operator(registry, core, custom_told)
    running = Running(registry, ns)

    def change(data):
        core.patch_namespaced_config_map("one", ns, {"data": data})

    def annotation(name):
        return (core.read_namespaced_config_map("one", ns).metadata.annotations or {}).get(name)

    def replicas():
        return apps.read_namespaced_deployment("one", ns).spec.replicas

    core.create_namespaced_config_map(ns, client.V1ConfigMap(
        metadata=client.V1ObjectMeta(name="one", labels={"app": "managed"}), data={"replicas": "3"}))
    checks.step("the child is made", lambda: eventually(lambda: equals(replicas(), 3)))
    checks.step("it is adopted", lambda: equals(
        apps.read_namespaced_deployment("one", ns).metadata.owner_references[0].kind, "ConfigMap"))
    checks.step("the object is annotated", lambda: eventually(lambda: equals(annotation("created"), "yes")))
    checks.step("it has kopf's finalizer", lambda: equals(
        core.read_namespaced_config_map("one", ns).metadata.finalizers, ["kopf.zalando.org/KopfFinalizerMarker"]))
    checks.step("kopf keeps what it has handled", lambda: eventually(
        lambda: "" if annotation("kopf.zalando.org/last-handled-configuration") else "nothing"))
    checks.step("events are written", lambda: eventually(lambda: "" if any(
        e.involved_object.name == "one" and e.reason == "Made" for e in core.list_namespaced_event(ns).items) else "none"))
    change({"replicas": "5"})
    checks.step("a change is followed", lambda: eventually(lambda: equals(replicas(), 5)))
    change({"flaky": "now"})
    checks.step("a handler that fails is tried again", lambda: eventually(lambda: equals(annotation("attempts"), "3")))
    checks.step("the operator stops", running.stop)
    change({"replicas": "2"})
    running = Running(registry, ns)
    checks.step("another one follows what it missed", lambda: eventually(lambda: equals(replicas(), 2)))
    checks.step("and resumes", lambda: eventually(lambda: "" if "resume" in told else "not told: %s" % told))
    core.delete_namespaced_config_map("one", ns)
    checks.step("the finalizer has run", lambda: eventually(lambda: is_gone(lambda: core.read_namespaced_config_map("one", ns))))
    checks.step("the child is gone", lambda: eventually(lambda: is_gone(lambda: apps.read_namespaced_deployment("one", ns))))
    checks.step("each was told in its turn", lambda: equals([t for t in told if t != "resume"], ["create", "update", "update", "delete"]))
    kopf_custom.course(checks, core, ns, eventually, is_gone, equals, custom_told)
    checks.step("the operator stops again", running.stop)
    core.delete_namespace(ns)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
