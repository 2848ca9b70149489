"""Puts the objects of objects.py into a server, and takes them away again."""
import datetime
import http.client
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "semantics"))
from kubeconfig import Kubeconfig  # noqa: E402

import objects  # noqa: E402

IDLE = 60  # seconds; both servers close a connection that was idle for 90


class Refused(Exception):
    pass


class Cluster:
    """A server, by one connection that is kept."""

    def __init__(self, kubeconfig):
        config = Kubeconfig(kubeconfig)
        context = config.ssl_context() if config.tls else None
        self.headers = {"Authorization": "Bearer " + config.token} if config.token else {}
        self.connection = (
            http.client.HTTPSConnection(config.host, config.port, context=context, timeout=60) if config.tls else
            http.client.HTTPConnection(config.host, config.port, timeout=60))
        self.used = time.monotonic()

    def send(self, verb, path, body=None, accept="application/json", content="application/json"):
        """The status and the bytes."""
        headers = {**self.headers, "Accept": accept}
        if body is not None:
            headers["Content-Type"] = content
        data = json.dumps(body) if body is not None else None
        if time.monotonic() - self.used > IDLE:
            self.connection.close()  # the next request connects anew
        try:
            self.connection.request(verb, path, data, headers)
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        finally:
            self.used = time.monotonic()

    def must(self, verb, path, *args, **more):
        status, body = self.send(verb, path, *args, **more)
        if status >= 300:
            raise Refused("%s %s: %s %s" % (verb, path, status, body.decode()[:600]))
        return json.loads(body)

    def make(self, entry):
        now = datetime.datetime.now(datetime.timezone.utc)
        path = entry.collection + "/" + entry.name
        self.must("POST", entry.collection, objects.settle(entry.body, now))
        for subresource, status in (("approval", entry.approval), ("status", entry.status)):
            if status:
                self.must("PATCH", path + "/" + subresource, {"status": objects.settle(status, now)},
                          content="application/merge-patch+json")
        if entry.delete:
            self.must("DELETE", path)

    def make_all(self):
        """Everything, in a namespace that must not exist; what was refused, with the reason."""
        self.must("POST", "/api/v1/namespaces", {"metadata": {"name": objects.NAMESPACE}})
        refused = []
        for entry in objects.everything():
            try:
                self.make(entry)
            except Refused as why:
                refused.append(str(why))
        return refused

    def clear(self):
        """Takes everything away, held or not."""
        for entry in objects.everything():
            path = entry.collection + "/" + entry.name
            self.send("DELETE", path + "?gracePeriodSeconds=0")
            if entry.resource == "/v1/namespaces":
                self.finalize(entry.name)
            self.send("PATCH", path, {"metadata": {"finalizers": None}}, content="application/merge-patch+json")
        self.send("DELETE", "/api/v1/namespaces/" + objects.NAMESPACE)
        self.finalize(objects.NAMESPACE)

    def finalize(self, namespace):
        """What a controller does when the namespace is empty."""
        self.send("PUT", "/api/v1/namespaces/" + namespace + "/finalize",
                  {"metadata": {"name": namespace}, "spec": {"finalizers": []}})
