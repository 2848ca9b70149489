"""Informers of the official client: its own, and two made of its watch."""
import threading
import time

from kubernetes import client, watch
from kubernetes.informer import SharedInformer
from kubernetes.informer.informer import ADDED, DELETED, MODIFIED

from harness import Book, key, state

INITIAL_EVENTS_END = "k8s.io/initial-events-end"


class Follower:
    """Follows a resource in a thread, with what subclasses make of the client's watch."""

    def __init__(self):
        self.lock, self.objects = threading.Lock(), {}
        self.synced = threading.Event()
        self.version = None  # the last one that was seen; None: to be listed
        self.requests = 0
        self.book = None

    def start(self):
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                self.follow()
            except client.ApiException as e:
                if e.status == 410:
                    self.version = None
            except Exception:  # the connection was cut: resume
                pass
            time.sleep(0.2)

    def list(self):
        with self.lock:
            return list(self.objects.values())

    def heard(self, kind, o):
        with self.lock:
            if kind == DELETED:
                self.objects.pop(key(o), None)
            else:
                self.objects[key(o)] = o
        self.book.event(kind, o)

    def replace(self, listed, version):
        """All that there is, at a version."""
        known, listed = {key(o): o for o in self.list()}, {key(o): o for o in listed}
        for k in known.keys() - listed.keys():
            self.heard(DELETED, known[k])
        for k, o in listed.items():
            if k not in known:
                self.heard(ADDED, o)
            elif state(o) != state(known[k]):
                self.heard(MODIFIED, o)
        self.version = version
        self.synced.set()


class WatchList(Follower):
    """A watch list by watch.Watch, resumed by the version of the last event or bookmark."""

    def __init__(self, function, return_type, **options):
        super().__init__()
        self.function, self.return_type, self.options = function, return_type, options

    def call(self, **options):
        self.requests += 1
        self.initial = []
        if self.version is None:
            options.update(send_initial_events=True, resource_version_match="NotOlderThan")
        else:
            options.update(resource_version=self.version)
        return self.function(allow_watch_bookmarks=True, **self.options, **options)

    def follow(self):
        # With a timeout Watch.stream neither swallows a 410 nor asks again by itself with the same options.
        for event in watch.Watch(self.return_type).stream(self.call, timeout_seconds=60):
            if event["type"] == "BOOKMARK":
                metadata = event["raw_object"]["metadata"]
                if self.version is not None:
                    self.version = metadata["resourceVersion"]
                elif INITIAL_EVENTS_END in metadata.get("annotations", {}):
                    self.replace(self.initial, metadata["resourceVersion"])
            elif self.version is None:
                self.initial.append(event["object"])
            else:
                self.heard(event["type"], event["object"])
                self.version = event["object"].metadata.resource_version


class Dynamic(Follower):
    """A list and watches by the dynamic client."""

    def __init__(self, resource, namespace):
        super().__init__()
        self.resource, self.namespace = resource, namespace

    def follow(self):
        if self.version is None:
            listed = self.resource.get(namespace=self.namespace)
            self.replace([Plain(o) for o in listed.items], listed.metadata.resourceVersion)
        self.requests += 1
        for event in self.resource.watch(namespace=self.namespace, resource_version=self.version, timeout=60):
            o = Plain(event["object"])
            self.heard(event["type"], o)
            self.version = o.metadata.resource_version


class Plain:
    """An object of the dynamic client, with the names of the other one's fields."""

    class Metadata:
        def __init__(self, m):
            self.namespace, self.name, self.uid = m.namespace, m.name, m.uid
            self.resource_version = m.resourceVersion

    def __init__(self, o):
        self.metadata = Plain.Metadata(o.metadata)


def shared(name, counted, server, function, **options):
    """An informer of the library."""
    informer = SharedInformer(function, **options)
    book = Book(name, counted, informer.cache.list, server)
    for kind in (ADDED, MODIFIED, DELETED):
        informer.add_event_handler(kind, lambda o, kind=kind: book.event(kind, o))
    informer.start()
    return book


def followed(name, counted, server, follower):
    follower.book = Book(name, counted, follower.list, server)
    follower.start()
    return follower.book
